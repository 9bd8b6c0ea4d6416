//! `mock-provider check FILE`: validates a configuration file and prints a summary.

use std::path::Path;
use std::process::ExitCode;

use super::output::{print, print_error};
use crate::settings::error::ConfigError;
use crate::settings::settings::Config;

/// Validates a file.
pub(crate) fn check(file: &Path) -> ExitCode {
    match Config::load(file) {
        Ok(config) => {
            print(format_args!("{} is valid\n{}", file.display(), summary(&config)));
            ExitCode::SUCCESS
        }
        Err(error) => {
            print_error(&error);
            if let ConfigError::Invalid(faults) = &error {
                print_error(format_args!("{}: {}", file.display(), count(faults.len(), "fault")));
            }
            ExitCode::FAILURE
        }
    }
}

/// The number and names of users, groups and clients.
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
