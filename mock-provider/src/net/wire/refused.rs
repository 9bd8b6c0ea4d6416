//! A port where every connection is refused, for as long as that is wanted.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpSocket;

/// How many free ports to try until one is free on both loopback addresses.
const PORTS_TO_TRY: usize = 16;

/// A port of both loopback addresses that is taken, so that nobody else can answer there, and on
/// which nobody listens.
#[derive(Debug)]
pub(crate) struct RefusedPort {
    /// Bound, and never to listen.
    _sockets: Vec<TcpSocket>,
    port: u16,
}

impl RefusedPort {
    /// Takes a free port.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub(crate) fn take() -> io::Result<Self> {
        for _ in 0..PORTS_TO_TRY {
            let first = bind(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)?;
            let port = first.local_addr()?.port();
            let sockets = match bind(IpAddr::V6(Ipv6Addr::LOCALHOST), port) {
                Ok(second) => vec![first, second],
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => continue,
                // No IPv6 on this machine.
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
    fn every_connection_is_refused_and_the_port_is_nobody_elses() {
        let refused = RefusedPort::take().expect("a port is free");
        for _ in 0..3 {
            let error = TcpStream::connect(("localhost", refused.port())).expect_err("no listener");
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        }
        let error = TcpListener::bind(("127.0.0.1", refused.port())).expect_err("it is taken");
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    }
}
