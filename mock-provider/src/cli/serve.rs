//! `mock-provider serve`: runs the provider until a signal stops it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use tracing::{info, warn};

use super::banner::banner;
use super::output::{print, print_error};
use crate::handle::provider::{MockProvider, StartError};
use crate::settings::settings::Config;

/// The address that the program listens on by default.
pub(crate) const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9400);

/// Serves until a signal stops the process.
pub(crate) fn serve(config: Config) -> ExitCode {
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(format_args!("error: {error}{}", hint(&error)));
            ExitCode::FAILURE
        }
    }
}

fn run(config: Config) -> Result<(), StartError> {
    let address = config.settings.listen.unwrap_or(DEFAULT_ADDRESS);
    let on_signals = |source| StartError::Listen { address, source };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(on_signals)?;
    // Registered first, so that no signal is lost while the provider starts.
    let mut signals = {
        let _context = runtime.enter();
        Signals::new().map_err(on_signals)?
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let provider = MockProvider::builder()
        .config(config.clone())
        .listen(address)
        .workers(workers)
        .try_start()?;
    print(banner(&config, provider.issuer(), provider.address()));
    if !provider.address().ip().is_loopback() {
        warn!(
            "anyone who can reach {} can sign in as any user: listen on 127.0.0.1 unless you trust \
             the network",
            provider.address()
        );
        if config.settings.control_token.is_none() {
            warn!("the control API is off because other machines can reach it: set control_token");
        }
    }
    let signal = runtime.block_on(signals.next());
    info!("stopping on {signal}");
    drop(provider);
    Ok(())
}

/// Advice for an address that is not available.
fn hint(error: &StartError) -> &'static str {
    let StartError::Listen { source, .. } = error else { return "" };
    match source.kind() {
        io::ErrorKind::AddrInUse => {
            "\nanother program is listening there: stop it, or choose another port with `--listen \
             127.0.0.1:9401`, or any free port with `--listen 127.0.0.1:0`"
        }
        io::ErrorKind::AddrNotAvailable => {
            "\nthis machine does not have that address: choose another with `--listen 127.0.0.1:9400`"
        }
        io::ErrorKind::PermissionDenied => {
            "\nports below 1024 are often reserved: choose another with `--listen 127.0.0.1:9400`"
        }
        _ => "",
    }
}

/// The signals that stop the process: Ctrl-C, and SIGTERM on Unix.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The name of the next signal.
    #[cfg(unix)]
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> &'static str {
        // If no handler can be installed, the process stops at once.
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}
