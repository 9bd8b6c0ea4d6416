//! Arguments, and the commands that they ask for.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use tracing::warn;
use tracing_subscriber::filter::Targets;

use super::failures::Failures;
use super::output::complain;
use super::{check, healthcheck, layers, log, serve};
use crate::settings::settings::Settings;

/// What went wrong is to be mended where the program was called: arguments, variables, files.
pub(crate) const MISUSED: u8 = 2;

const ABOUT: &str = "An OpenID Provider for tests, demonstrations and reproduced failures";
const ABOUT_SERVE: &str = "Run the provider: what happens without a command, too";
const LONG_ABOUT: &str = "\
An OpenID Provider for tests, demonstrations and reproduced failures.

Without any option it listens on 127.0.0.1:9400, has four users (alice, bob, carol, dave) and two
clients (`demo-app` with the secret `demo-secret-that-everybody-may-know`, `demo-spa` without) that
may send their users to any port of this machine. It signs anybody in who is clicked on: never use it for anything real.";

const AFTER_HELP: &str = "\
Each option of `serve` has an environment variable, which it overrides: --code-lifetime is
MOCK_PROVIDER_CODE_LIFETIME. An empty variable counts as not set. Both override the file given by
--config, where the same setting is the key code_lifetime.";

const EXAMPLES: &str = "\
Examples:
  mock-provider
      The default users and clients on http://127.0.0.1:9400
  mock-provider --config provider.toml --listen 127.0.0.1:0
      Your own users and clients, on any free port
  mock-provider --auto-login alice --code-lifetime 5s
      Nobody is asked who they are; codes expire fast
  mock-provider --listen 0.0.0.0:9400 --issuer-url http://idp.test:9400
      In a container, where others call this machine idp.test
  mock-provider --fail id-token-exp-invalid:value=-10min@client=shop
      Fails on command; `mock-provider failures` tells in which ways
  mock-provider check provider.toml
      Every fault of a configuration file, with line and column

Exit codes: 0 done or stopped, 1 failed, 2 wrong arguments, environment or configuration.";

const EXAMPLES_OF_FAILURES: &str = "\
Examples:
  mock-provider failures --class id-token-claims
      What can be wrong with the claims of an ID token
  mock-provider failures --severity critical --expected reject
      Everything that a relying party must refuse for safety's sake
  mock-provider failures id-token-exp-invalid
      One in full: its parameters, what is right to do about it, how to arm it
  mock-provider failures --json | jq -r '.[].cases[]'
      Every case, as it is armed";

#[derive(Debug, Parser)]
#[command(name = "mock-provider", version)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Subcommands>,
    #[command(flatten)]
    program: Program,
}

/// What is told to the program rather than to the provider.
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
    /// Tell all that is wrong with a configuration file, or what it has
    Check {
        /// The configuration file (TOML).
        file: PathBuf,
    },
    /// Tell the ways to fail, by class, or one of them in full
    #[command(after_help = EXAMPLES_OF_FAILURES)]
    Failures(Failures),
    /// Succeed when a running provider answers, as containers want to know
    Healthcheck {
        /// Where the provider is. Default: the port of MOCK_PROVIDER_LISTEN on this machine, else
        /// 9400, and the path of MOCK_PROVIDER_ISSUER_URL.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

/// Runs the program `mock-provider` on this process's arguments and environment.
///
/// Exits with 0 when it is done or was stopped by a signal, 1 when it failed, and 2 when
/// arguments, environment or configuration are wrong.
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
        Some(Subcommands::Failures(failures)) => failures.tell(),
        Some(Subcommands::Healthcheck { url }) => healthcheck::healthcheck(url.as_deref()),
        Some(Subcommands::Serve(_)) => match matches.remove_subcommand() {
            Some((_, flags)) => run(flags),
            None => run(matches),
        },
        None => run(matches),
    }
}

/// The arguments as clap knows them: with the settings, which override those of a file and hence
/// may all be absent.
fn command() -> Command {
    // The settings would describe the command by their own documentation.
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

/// Prints clap's message, which may be the help that was asked for.
fn shown(error: &clap::Error) -> ExitCode {
    // Nobody is left to be told when the terminal is gone.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(MISUSED))
}

/// Serves with the configuration that file, environment and command line make together.
fn run(command_line: ArgMatches) -> ExitCode {
    let (program, config) = match layers::combine(command_line) {
        Ok(combined) => combined,
        Err(error) => {
            complain(error);
            return ExitCode::from(MISUSED);
        }
    };
    log::start(program.log);
    for (name, meant) in layers::misspelt() {
        warn!("unknown environment variable {name}: did you mean {meant}?");
    }
    serve::serve(config)
}
