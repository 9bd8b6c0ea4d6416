//! The command line and its commands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing::warn;
use tracing_subscriber::filter::Targets;

use super::failures::Failures;
use super::output::print_error;
use super::{check, healthcheck, layers, log, serve};
use crate::settings::settings::Settings;

/// The exit code for errors that the caller must fix: arguments, variables, files.
pub(crate) const MISUSED: u8 = 2;

const ABOUT: &str = "An OpenID Provider for tests, demonstrations and reproduced failures";
const ABOUT_SERVE: &str = "Run the provider (the default command)";
const LONG_ABOUT: &str = "\
An OpenID Provider for tests, demonstrations and reproduced failures.

By default it listens on 127.0.0.1:9400 and has four users (alice, bob, carol, dave) and two clients \
(`demo-app` with the secret `demo-secret-that-everybody-may-know`, and `demo-spa` without a secret), \
whose redirect URIs may use any port of this machine. One click signs in as any user: never use it in production.";

const AFTER_HELP: &str = "\
Each option of `serve` has an environment variable: that of --code-lifetime is
MOCK_PROVIDER_CODE_LIFETIME. The option overrides the variable. An empty variable counts as unset.
Both override the file given by --config, where the same setting is the key code_lifetime.";

const EXAMPLES: &str = "\
Examples:
  mock-provider
      The default users and clients on http://127.0.0.1:9400
  mock-provider --config provider.toml --listen 127.0.0.1:0
      Your own users and clients, on any free port
  mock-provider --auto-login alice --code-lifetime 5s
      No sign-in page; codes expire quickly
  mock-provider --listen 0.0.0.0:9400 --issuer-url http://idp.test:9400
      In a container that others reach as idp.test
  mock-provider --fail id-token-exp-invalid:value=-10min@client=shop
      Fails on command; `mock-provider failures` lists all failures
  mock-provider check provider.toml
      Every fault of a configuration file, with line and column

Exit codes: 0 finished or stopped, 1 failed, 2 invalid arguments, environment or configuration.";

const EXAMPLES_OF_FAILURES: &str = "\
Examples:
  mock-provider failures --class id-token-claims
      All failures in the claims of an ID token
  mock-provider failures --severity critical --expected reject
      Everything that a relying party must reject to be secure
  mock-provider failures id-token-exp-invalid
      One in full: its parameters, the correct reaction, how to arm it
  mock-provider failures --json | jq -r '.[].cases[]'
      Every case, ready to be armed";

#[derive(Debug, Parser)]
#[command(name = "mock-provider", version)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Subcommands>,
    #[command(flatten)]
    program: Program,
}

/// Options of the program rather than of the provider.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Program {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// What to log: error, warn, info, debug, trace or off; or by module, as in
    /// `info,mock_provider=debug`. Default: info.
    #[arg(long, value_name = "LEVEL", value_parser = log::filter)]
    pub(crate) log: Option<Targets>,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    Serve(Program),
    /// Validate a configuration file and print a summary
    Check {
        /// The configuration file (TOML).
        file: PathBuf,
    },
    /// List the failures by class, or describe one of them in full
    #[command(after_help = EXAMPLES_OF_FAILURES)]
    Failures(Failures),
    /// Exit with 0 when a running provider answers, as health checks of containers need
    Healthcheck {
        /// The URL of the provider. Default: this machine with the port of MOCK_PROVIDER_LISTEN,
        /// else 9400, and the path of MOCK_PROVIDER_ISSUER_URL.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

/// Runs the program `mock-provider` on this process's arguments and environment.
///
/// Exits with 0 when it has finished or was stopped by a signal, 1 when it failed, and 2 when
/// arguments, environment or configuration are invalid.
pub fn main() -> ExitCode {
    let mut matches = match command().try_get_matches_from(std::env::args_os()) {
        Ok(matches) => matches,
        Err(error) => return shown(&error),
    };
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => return shown(&error),
    };
    match arguments.command {
        Some(Subcommands::Check { file }) => check::check(&file),
        Some(Subcommands::Failures(failures)) => failures.run(),
        Some(Subcommands::Healthcheck { url }) => healthcheck::healthcheck(url.as_deref()),
        Some(Subcommands::Serve(_)) => match matches.remove_subcommand() {
            Some((_, flags)) => run(flags),
            None => run(matches),
        },
        None => run(matches),
    }
}

/// The command line with the settings, which may all be absent because a file may set them.
fn command() -> Command {
    // Otherwise the doc comment of the settings would describe the command.
    let with_settings = |command, about: &'static str, long_about: Option<&'static str>| {
        Settings::augment_args_for_update(command).about(about).long_about(long_about)
    };
    with_settings(Arguments::command(), ABOUT, Some(LONG_ABOUT))
        .after_help(AFTER_HELP)
        .after_long_help(format!("{AFTER_HELP}\n\n{EXAMPLES}"))
        .mut_subcommand("serve", |serve| {
            with_settings(serve, ABOUT_SERVE, None).after_help(AFTER_HELP)
        })
}

/// Prints clap's message, which may be the requested help.
fn shown(error: &clap::Error) -> ExitCode {
    // Printing fails when the terminal is gone: then the error cannot be reported either.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(MISUSED))
}

/// Serves with the combined configuration of file, environment and command line.
fn run(command_line: ArgMatches) -> ExitCode {
    let (program, config) = match layers::combine(command_line) {
        Ok(combined) => combined,
        Err(error) => {
            print_error(error);
            return ExitCode::from(MISUSED);
        }
    };
    log::start(program.log);
    for (name, suggestion) in layers::misspelt() {
        warn!("unknown environment variable {name}: did you mean {suggestion}?");
    }
    serve::serve(config)
}
