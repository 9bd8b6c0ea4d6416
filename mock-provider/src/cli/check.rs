//! `mock-provider check FILE`: tells what is wrong with a configuration file, or what it has.

use std::path::Path;
use std::process::ExitCode;

use super::output::{complain, print};
use crate::settings::error::ConfigError;
use crate::settings::settings::Config;

/// Checks a file. Fails when it has a fault.
pub(crate) fn check(file: &Path) -> ExitCode {
    match Config::load(file) {
        Ok(config) => {
            print(format_args!("{} is valid\n{}", file.display(), summary(&config)));
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error);
            if let ConfigError::Invalid(faults) = &error {
                complain(format_args!("{}: {}", file.display(), count(faults.len(), "fault")));
            }
            ExitCode::FAILURE
        }
    }
}

/// How many of what, and their names.
fn summary(config: &Config) -> String {
    let section = |noun: &str, names: Vec<&str>| match names.len() {
        0 => format!("  no {noun}s"),
        number => format!("  {}: {}", count(number, noun), names.join(", ")),
    };
    [
        section("user", config.users.iter().map(|user| &*user.subject).collect()),
        section("group", config.groups.iter().map(|group| &*group.name).collect()),
        section("client", config.clients.iter().map(|client| &*client.id).collect()),
    ]
    .join("\n")
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
