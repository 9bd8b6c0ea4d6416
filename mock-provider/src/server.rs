//! Listeners, and the thread that answers them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::sync::watch;

/// How long requests that are under way may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// How many free ports to try until one is free on both loopback addresses.
const PORTS_TO_TRY: usize = 16;

/// Bound sockets that nobody answers yet.
#[derive(Debug)]
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    address: SocketAddr,
}

impl Listeners {
    /// Binds an address. A loopback IPv4 address is bound together with `[::1]`, where the machine
    /// has that and `both` asks for it: the name `localhost` may mean either.
    pub(crate) fn bind(address: SocketAddr, both: bool) -> io::Result<Self> {
        let both = both && address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST);
        for _ in 0..PORTS_TO_TRY {
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
                // No IPv6 on this machine.
                Err(_) => return Ok(Self { sockets: vec![first], address: bound }),
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no port is free on 127.0.0.1 and ::1"))
    }

    /// The address that was bound, with the port that was free.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A running server. It has a thread of its own, so that it answers whatever the thread that
/// started it does: a test may block, or end its runtime.
#[derive(Debug)]
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers requests with `router`, on `workers` threads.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread or the sockets.
    pub(crate) fn start(listeners: Listeners, router: Router, workers: usize) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let (ready, started) = mpsc::channel();
        let thread = std::thread::Builder::new().name("mock-provider".into()).spawn(move || {
            let outcome = runtime(workers).and_then(|runtime| {
                let sockets = {
                    let _context = runtime.enter();
                    listen(listeners)?
                };
                Ok((runtime, sockets))
            });
            match outcome {
                Ok((runtime, sockets)) => {
                    // Nobody listens when the one who started the server is gone.
                    let _ = ready.send(Ok(()));
                    runtime.block_on(serve(sockets, router, stopped));
                    runtime.shutdown_background();
                }
                Err(error) => drop(ready.send(Err(error))),
            }
        })?;
        started.recv().map_err(|_| io::Error::other("the server's thread ended"))??;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Server {
    /// Closes the listeners, lets requests under way finish, and cuts the rest.
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn runtime(workers: usize) -> io::Result<tokio::runtime::Runtime> {
    let mut builder = match workers {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(workers.max(1)).enable_all().build()
}

fn listen(listeners: Listeners) -> io::Result<Vec<tokio::net::TcpListener>> {
    let listen = |socket: TcpListener| {
        socket.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(socket)
    };
    listeners.sockets.into_iter().map(listen).collect()
}

async fn serve(
    sockets: Vec<tokio::net::TcpListener>,
    router: Router,
    stopped: watch::Receiver<bool>,
) {
    let mut serving = tokio::task::JoinSet::new();
    for socket in sockets {
        // Answers are small: they must not wait for the acknowledgement of the one before.
        let socket = socket.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let router = router.clone();
        let mut stopped = stopped.clone();
        serving.spawn(async move {
            let stop = async move {
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            let _ = axum::serve(socket, router).with_graceful_shutdown(stop).await;
        });
    }
    let mut stopped = stopped;
    let _ = stopped.wait_for(|stopped| *stopped).await;
    let finished = async { while serving.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, finished).await;
}
