//! The command line: `--help` and `--version` only; the environment configures everything else.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::config::{self, Config};

/// An OpenID Connect relying party that signs users in and shows who they are.
#[derive(Parser)]
#[command(
    version,
    after_help = config::help()
        + "  RUST_LOG\n          the log filter, such as app_under_test=debug [default: info]"
)]
struct Arguments {}

/// Runs the app until Ctrl-C or SIGTERM.
///
/// Exit codes: 0 after a signal, 1 when the configuration or the address cannot be used, 2 for
/// unknown arguments.
pub fn run() -> ExitCode {
    Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    // A value that is not Unicode is kept in lossy form, so that it is refused instead of ignored.
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    });
    let config = match Config::from_variables(variables) {
        Ok(config) => config,
        Err(errors) => {
            eprintln!("{errors}");
            return ExitCode::FAILURE;
        }
    };
    match serve(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(config: Config) -> anyhow::Result<()> {
    use anyhow::Context as _;

    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let address = config.listen_address();
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen on {}:{}: set HOST and PORT to a free address",
                address.0, address.1
            )
        })?;
        // Before the app is reachable, so that no signal is missed.
        let stopped = stop_signal().context("cannot listen for signals")?;
        let app = App::start(listener, config);
        tracing::info!(url = app.base_url(), "listening");
        stopped.await;
        tracing::info!("stopping");
        app.stop().await;
        Ok(())
    })
}

/// Listens for Ctrl-C and, on Unix, SIGTERM from now on; the future completes when one of them
/// arrives.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without a handler, only the end of the process stops the app.
        let _ = tokio::signal::ctrl_c().await;
    })
}
