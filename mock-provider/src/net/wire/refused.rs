//! A port that refuses connections for as long as it is held.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpSocket;

/// The maximum number of free ports to try until one is free on both loopback addresses.
const MAX_PORTS_TRIED: usize = 16;

/// A port that is bound on both loopback addresses but does not listen, so that no other process can
/// accept connections there.
#[derive(Debug)]
pub(crate) struct RefusedPort {
    /// Sockets that are bound but never listen.
    _sockets: Vec<TcpSocket>,
    port: u16,
}

impl RefusedPort {
    /// Binds a free port.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub(crate) fn take() -> io::Result<Self> {
        for _ in 0..MAX_PORTS_TRIED {
            let first = bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)?;
            let port = first.local_addr()?.port();
            let sockets = match bind(IpAddr::V6(Ipv6Addr::LOCALHOST), port) {
                Ok(second) => vec![first, second],
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => continue,
                // This machine has no IPv6.
                Err(_) => vec![first],
            };
            return Ok(Self { _sockets: sockets, port });
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no port is free on 127.0.0.1 and ::1"))
    }

    /// The port of `localhost`, `127.0.0.1` and `::1`.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

fn bind(address: IpAddr, port: u16) -> io::Result<TcpSocket> {
    let socket = match address {
        IpAddr::V4(_) => TcpSocket::new_v4()?,
        IpAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.bind(SocketAddr::new(address, port))?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn every_connection_is_refused_and_no_other_process_can_bind_the_port() {
        let refused = RefusedPort::take().expect("a port is free");
        for _ in 0..3 {
            let error = TcpStream::connect(("localhost", refused.port())).expect_err("no listener");
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        }
        let error = TcpListener::bind(("127.0.0.1", refused.port())).expect_err("it is taken");
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    }
}
