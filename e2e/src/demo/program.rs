//! The program: starts provider and app, prints the guide, and stops with Ctrl-C.

use std::io::{self, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Error, Result};
use clap::Parser;
use tracing_subscriber::EnvFilter;

use super::guide;
use crate::stack::Stack;

/// Starts the mock provider and an app that signs in with it, to try in a browser.
#[derive(Debug, Parser)]
#[command(name = "demo", version)]
struct Arguments {
    /// Port of the provider on 127.0.0.1; 0 for a free one.
    #[arg(long, value_name = "PORT", default_value_t = 9400)]
    provider_port: u16,
    /// Port of the app on 127.0.0.1; 0 for a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8050)]
    app_port: u16,
}

/// Runs the demo until Ctrl-C.
///
/// Exit codes: 0 after Ctrl-C, 1 when a port is in use, 2 for invalid arguments.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // One line for each request to the provider, and the errors of the app: its pages show the rest.
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,mock_provider=info,app_under_test=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_level(false)
        .without_time()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
    match serve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}{}", hint(&error));
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(arguments: &Arguments) -> Result<()> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stack = Stack::builder()
        .in_real_time()
        .listen(at(arguments.provider_port), at(arguments.app_port))
        .start()
        .await?;
    stack.ready().await?;
    // Fails when the output is closed.
    let _ = io::stdout().write_all(guide(&stack).as_bytes());
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// A suggestion for solving an error.
fn hint(error: &Error) -> &'static str {
    let port_in_use = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::AddrInUse);
    if port_in_use {
        "\nthe port is in use: stop the other program, or choose other ports, such as\n  \
         cargo demo --provider-port 9401 --app-port 8051"
    } else {
        ""
    }
}
