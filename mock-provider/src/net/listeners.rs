//! Listeners, and the thread that serves them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{oneshot, watch};

use crate::net::https::Tls;
use crate::net::wire::connection;

/// The time that requests under way get to finish when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// The maximum number of free ports to try until one is free on both loopback addresses.
const MAX_PORTS_TRIED: usize = 16;

/// Bound sockets that are not served yet.
#[derive(Debug)]
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    address: SocketAddr,
}

impl Listeners {
    /// Binds an address. With `both`, the IPv4 loopback address is bound together with `[::1]` if
    /// the machine has IPv6, because `localhost` may resolve to either.
    ///
    /// # Errors
    ///
    /// When the address cannot be bound.
    pub(crate) fn bind(address: SocketAddr, both: bool) -> io::Result<Self> {
        let both = both && address.ip() == Ipv4Addr::LOCALHOST;
        for _ in 0..MAX_PORTS_TRIED {
            let first = TcpListener::bind(address)?;
            let bound = first.local_addr()?;
            if !both {
                return Ok(Self { sockets: vec![first], address: bound });
            }
            match TcpListener::bind((Ipv6Addr::LOCALHOST, bound.port())) {
                Ok(second) => return Ok(Self { sockets: vec![first, second], address: bound }),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    if address.port() != 0 {
                        return Err(error);
                    }
                }
                // This machine has no IPv6.
                Err(_) => return Ok(Self { sockets: vec![first], address: bound }),
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no port is free on 127.0.0.1 and ::1"))
    }

    /// The bound address, with the actual port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address by which this machine reaches the listeners: clients cannot connect to `0.0.0.0`
    /// or `[::]`, which stand for all addresses.
    pub(crate) fn reachable_address(&self) -> SocketAddr {
        // Whether `[::]` accepts IPv4 differs from system to system (`net.ipv6.bindv6only`).
        let is_v6_only = |it: &TcpListener| SockRef::from(it).only_v6().unwrap_or(false);
        let loopback: IpAddr = match self.address {
            address if !address.ip().is_unspecified() => return address,
            SocketAddr::V6(_) if self.sockets.iter().all(is_v6_only) => Ipv6Addr::LOCALHOST.into(),
            _ => Ipv4Addr::LOCALHOST.into(),
        };
        SocketAddr::new(loopback, self.address.port())
    }
}

/// A running server. It runs on its own thread, so that a test may block its thread or end its
/// runtime while the server keeps answering.
#[derive(Debug)]
pub(crate) struct Server {
    stop: Arc<watch::Sender<bool>>,
    /// Resolves when the thread has ended.
    ended: oneshot::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

/// The router and runtime of a running server, for listeners that are added later. They stop with
/// the server.
#[derive(Clone)]
pub(crate) struct Site {
    router: Router,
    runtime: Handle,
    stop: Arc<watch::Sender<bool>>,
}

impl Server {
    /// Serves `router` on `workers` threads, over HTTP or HTTPS as `tls` says.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started or the sockets cannot be used.
    pub(crate) fn start(
        listeners: Listeners,
        router: Router,
        workers: usize,
        tls: Tls,
    ) -> io::Result<Self> {
        let stop = Arc::new(watch::Sender::new(false));
        let stopped = Arc::clone(&stop);
        let (ready, started) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::Builder::new().name("mock-provider".into()).spawn(move || {
            // Dropped when the thread ends.
            let _end = end;
            let outcome = runtime(workers).and_then(|runtime| {
                let site = Site::new(router, &runtime, stopped);
                site.listen_on(&tls, listeners)?;
                Ok((runtime, site))
            });
            match outcome {
                Ok((runtime, site)) => {
                    let stop = Arc::clone(&site.stop);
                    tls.faults.attach(site);
                    // The receiver waits below.
                    let _ = ready.send(Ok(()));
                    runtime.block_on(until_stopped(&stop));
                    tls.faults.detach();
                    runtime.shutdown_background();
                }
                Err(error) => drop(ready.send(Err(error))),
            }
        })?;
        started
            .recv()
            .map_err(|_| io::Error::other("the server thread ended before it was ready"))??;
        Ok(Self { stop, ended, thread: Some(thread) })
    }

    /// Closes the listeners, lets requests under way finish, and cuts off the rest. Unlike dropping
    /// the server, this does not block the calling thread.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        // The sender is dropped without sending, which resolves the receiver to an error.
        let _ = (&mut self.ended).await;
    }
}

impl Drop for Server {
    /// Closes the listeners, lets requests under way finish, and cuts off the rest. Blocks until the
    /// thread has ended, so that the port is free afterwards.
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn runtime(workers: usize) -> io::Result<Runtime> {
    let mut builder = match workers {
        0 | 1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.worker_threads(workers.max(1)).enable_all().build()
}

/// Waits for the stop signal, then for the open connections, but at most for the grace period.
async fn until_stopped(stop: &watch::Sender<bool>) {
    let _ = stop.subscribe().wait_for(|stopped| *stopped).await;
    // Each listener and each connection holds a receiver.
    let _ = tokio::time::timeout(GRACE, stop.closed()).await;
}

impl Site {
    fn new(router: Router, runtime: &Runtime, stop: Arc<watch::Sender<bool>>) -> Self {
        // Without this, axum would prepare the router again for each connection.
        Self { router: router.with_state(()), runtime: runtime.handle().clone(), stop }
    }

    /// Serves the connections that listeners accept, until the server stops.
    ///
    /// # Errors
    ///
    /// When the sockets cannot be used.
    pub(crate) fn listen<F, S>(&self, listeners: Listeners, serve: S) -> io::Result<()>
    where
        S: Fn(TcpStream, Router, watch::Receiver<bool>) -> F + Clone + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let _context = self.runtime.enter();
        for socket in listeners.sockets {
            socket.set_nonblocking(true)?;
            let socket = tokio::net::TcpListener::from_std(socket)?;
            let (router, stopped) = (self.router.clone(), self.stop.subscribe());
            self.runtime.spawn(accept(socket, router, stopped, serve.clone()));
        }
        Ok(())
    }

    /// Serves the provider's own address.
    fn listen_on(&self, tls: &Tls, listeners: Listeners) -> io::Result<()> {
        match tls.acceptor().cloned() {
            None => self.listen(listeners, connection::serve),
            Some(acceptor) => self.listen(listeners, move |stream, router, stopped| {
                acceptor.clone().serve(stream, router, stopped)
            }),
        }
    }
}

async fn accept<F: Future<Output = ()> + Send + 'static>(
    mut socket: tokio::net::TcpListener,
    router: Router,
    mut stopped: watch::Receiver<bool>,
    serve: impl Fn(TcpStream, Router, watch::Receiver<bool>) -> F,
) {
    loop {
        let (stream, _) = tokio::select! {
            accepted = Listener::accept(&mut socket) => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        // Responses are small: Nagle's algorithm would delay them until the last one is acknowledged.
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, router.clone(), stopped.clone()));
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use socket2::{Domain, Socket, Type};

    use super::*;

    #[test]
    fn listeners_on_all_addresses_are_reached_at_a_loopback_address_of_their_family() {
        for (is_v6_only, loopback) in [(false, "127.0.0.1"), (true, "::1")] {
            let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
            socket.set_only_v6(is_v6_only).unwrap();
            socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into()).unwrap();
            socket.listen(1).unwrap();
            let socket = TcpListener::from(socket);
            let address = socket.local_addr().unwrap();
            let listeners = Listeners { sockets: vec![socket], address };
            let address = listeners.reachable_address();
            TcpStream::connect(address).unwrap();
            assert_eq!(address.ip(), loopback.parse::<IpAddr>().unwrap());
        }
    }
}
