//! Configuration file, environment and command line, one over the other.

use std::env;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::arguments::Program;
use crate::base::suggestion::nearest;
use crate::config::draft::Draft;
use crate::failure::split_list;
use crate::settings::error::ConfigError;
use crate::settings::settings::{Config, Settings};

/// The prefix of our environment variables.
const PREFIX: &str = "MOCK_PROVIDER_";

/// The option that may be repeated; its variable has a list.
const FAIL: &str = "fail";

/// Why the layers do not make a configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayersError {
    /// Every variable whose value is invalid.
    #[error("{}", .0.join("\n"))]
    Variables(Vec<String>),
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    #[error(transparent)]
    Configuration(#[from] ConfigError),
}

/// Puts the command line over the environment, and both over the file that they name.
///
/// # Errors
///
/// When a variable is invalid, the file cannot be read, or the result is invalid.
pub(crate) fn combine(command_line: ArgMatches) -> Result<(Program, Config), LayersError> {
    let variables = environment()?.into_iter().map(|matches| (variable as fn(&str) -> _, matches));
    let layers: Vec<_> = variables.chain([(option as _, command_line)]).collect();
    let mut program = Program::default();
    for (_, matches) in &layers {
        program.update_from_arg_matches(matches)?;
    }
    let mut draft = program.config.as_deref().map_or_else(|| Ok(Draft::default()), Draft::load)?;
    for (name, matches) in &layers {
        draft.settings_mut().update_from_arg_matches(matches)?;
        for id in matches.ids() {
            draft.overridden(id.as_str(), name(id.as_str()));
        }
    }
    Ok((program, draft.check()?))
}

/// The variable for a setting.
fn variable(setting: &str) -> String {
    format!("{PREFIX}{}", setting.to_uppercase())
}

/// The option for a setting.
fn option(setting: &str) -> String {
    format!("--{}", setting.replace('_', "-"))
}

/// Every option of `serve`. The file may set what they leave out, so all of them may be absent.
fn options() -> Command {
    let command = Command::new("mock-provider").no_binary_name(true);
    Settings::augment_args_for_update(Program::augment_args_for_update(command))
}

/// The identifiers of the options, which are the names of the settings.
fn settings() -> Vec<String> {
    options().get_arguments().map(|option| option.get_id().to_string()).collect()
}

/// Reads each variable by itself, so that every invalid one is reported. Empty ones count as unset.
fn environment() -> Result<Vec<ArgMatches>, LayersError> {
    let (mut layers, mut errors) = (Vec::new(), Vec::new());
    for setting in settings() {
        let name = variable(&setting);
        let Some(value) = env::var_os(&name).filter(|value| !value.is_empty()) else { continue };
        let matches = match value.to_str().filter(|_| setting == FAIL) {
            // Quotes protect the separator, but not from clap's `value_delimiter`.
            Some(list) => {
                let failures = split_list(list).into_iter().map(|it| format!("--{FAIL}={it}"));
                options().try_get_matches_from(failures)
            }
            None => {
                let options = options().mut_arg(setting, |option| option.env(name.clone()));
                options.try_get_matches_from([""; 0])
            }
        };
        match matches {
            Ok(matches) => layers.push(matches),
            Err(error) => errors.push(about_variable(error, name)),
        }
    }
    if errors.is_empty() { Ok(layers) } else { Err(LayersError::Variables(errors)) }
}

/// Puts the variable in the place of the option in clap's message.
fn about_variable(mut error: clap::Error, name: String) -> String {
    if error.kind() == ErrorKind::InvalidUtf8 {
        return format!("error: {name} must be UTF-8");
    }
    error.insert(ContextKind::InvalidArg, ContextValue::String(name));
    let text = error.to_string();
    text.split("\n\nFor more").next().unwrap_or_default().trim_end().to_owned()
}

/// Unknown variables with our prefix, each with the known one whose name is nearest.
///
/// Those that resemble none are left alone: Kubernetes sets `MOCK_PROVIDER_PORT` and others for
/// every service of that name.
pub(crate) fn misspelt() -> Vec<(String, String)> {
    let known: Vec<_> = settings().iter().map(|setting| setting.to_uppercase()).collect();
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let suggestion = |name: String| {
        let suffix =
            name.strip_prefix(PREFIX).filter(|it| known.iter().all(|known| known != it))?;
        let nearest = nearest(suffix, known.iter().map(String::as_str))?;
        let suggested = format!("{PREFIX}{nearest}");
        Some((name, suggested))
    };
    names.filter_map(suggestion).collect()
}
