//! Configuration file, environment and flags, one over the other.

use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::arguments::Program;
use crate::base::suggestion::nearest;
use crate::config::draft::Draft;
use crate::failure::split_list;
use crate::settings::error::ConfigError;
use crate::settings::settings::{Config, Settings};

/// How the names of our environment variables begin.
const PREFIX: &str = "MOCK_PROVIDER_";

/// The option that may be given several times; a variable has them all.
const FAIL: &str = "fail";

/// Some settings that override the file.
#[derive(Debug)]
pub(crate) struct Layer {
    source: Source,
    matches: ArgMatches,
}

/// Where a layer comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Environment,
    Flags,
}

impl Source {
    /// The name of the variable or flag for a setting.
    fn name_of(self, setting: &str) -> String {
        match self {
            Self::Environment => format!("{PREFIX}{}", setting.to_uppercase()),
            Self::Flags => format!("--{}", setting.replace('_', "-")),
        }
    }
}

impl Layer {
    /// The flags of the command line.
    pub(crate) fn flags(matches: ArgMatches) -> Self {
        Self { source: Source::Flags, matches }
    }
}

/// Every option of `serve`, as arguments that may all be absent.
fn options() -> Command {
    let command = Command::new("mock-provider").no_binary_name(true);
    Settings::augment_args_for_update(Program::augment_args_for_update(command))
}

/// Reads the environment: a layer for each variable that is set, and is not empty.
///
/// # Errors
///
/// Every variable that cannot be read, in words.
pub(crate) fn environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<Layer>, Vec<String>> {
    let options = options();
    let (mut layers, mut errors) = (Vec::new(), Vec::new());
    for (name, value) in variables {
        let option = options.get_arguments().find(|option| {
            name.to_str() == Some(&Source::Environment.name_of(option.get_id().as_str()))
        });
        let Some(long) = option.filter(|_| !value.is_empty()).and_then(|option| option.get_long())
        else {
            continue;
        };
        let values: Vec<_> = match value.to_str().filter(|_| long == FAIL) {
            Some(list) => split_list(list).into_iter().map(OsStr::new).collect(),
            None => vec![&*value],
        };
        let arguments = values.into_iter().map(|value| {
            let mut argument = OsString::from(format!("--{long}="));
            argument.push(value);
            argument
        });
        match options.clone().try_get_matches_from(arguments) {
            Ok(matches) => layers.push(Layer { source: Source::Environment, matches }),
            Err(error) => errors.push(about_variable(error, &name)),
        }
    }
    if errors.is_empty() { Ok(layers) } else { Err(errors) }
}

/// What clap says of a flag, said of a variable.
fn about_variable(mut error: clap::Error, variable: &OsStr) -> String {
    let name = variable.to_string_lossy().into_owned();
    error.insert(ContextKind::InvalidArg, ContextValue::String(name));
    let text = error.to_string();
    text.split("\n\nFor more").next().unwrap_or_default().trim_end().to_owned()
}

/// Variables that look like ours, are none, and resemble one, with the one they resemble.
///
/// Those that resemble none are left alone: Kubernetes sets `MOCK_PROVIDER_PORT` and others for
/// every service of that name.
pub(crate) fn misspelt(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Vec<(String, String)> {
    let options = options();
    let known: Vec<_> = options
        .get_arguments()
        .map(|option| Source::Environment.name_of(option.get_id().as_str()))
        .collect();
    let suffixes = || known.iter().filter_map(|name| name.strip_prefix(PREFIX));
    variables
        .into_iter()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| !known.contains(name))
        .filter_map(|name| {
            let meant = nearest(name.strip_prefix(PREFIX)?, suffixes())?;
            Some((name.clone(), format!("{PREFIX}{meant}")))
        })
        .collect()
}

/// Why layers make no configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayersError {
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    #[error(transparent)]
    Configuration(#[from] ConfigError),
}

/// Puts layers over the file that they name, each over the one before, and checks the whole.
///
/// # Errors
///
/// When the file cannot be read or the outcome makes no sense.
pub(crate) fn combine(layers: &[Layer]) -> Result<(Program, Config), LayersError> {
    let mut program = Program::default();
    for layer in layers {
        program.update_from_arg_matches(&layer.matches)?;
    }
    let mut draft = match &program.config {
        Some(file) => Draft::load(file)?,
        None => Draft::default(),
    };
    for layer in layers {
        draft.settings_mut().update_from_arg_matches(&layer.matches)?;
        for id in layer.matches.ids() {
            draft.overridden(id.as_str(), layer.source.name_of(id.as_str()));
        }
    }
    Ok((program, draft.check()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn every_bad_variable_is_named_at_once() {
        let errors = environment(variables(&[
            ("MOCK_PROVIDER_SEED", "abc"),
            ("MOCK_PROVIDER_CODE_LIFETIME", "60"),
            ("MOCK_PROVIDER_ANY_CLIENT", "perhaps"),
        ]));
        insta::assert_snapshot!(errors.unwrap_err().join("\n"), @r#"
        error: invalid value 'abc' for 'MOCK_PROVIDER_SEED': invalid digit found in string
        error: invalid value '60' for 'MOCK_PROVIDER_CODE_LIFETIME': `60` is not a duration such as "90s", "10min" or "1h 30min"
        error: invalid value 'perhaps' for 'MOCK_PROVIDER_ANY_CLIENT'
          [possible values: true, false]
        "#);
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert!(environment(variables(&[("MOCK_PROVIDER_SEED", "")])).unwrap().is_empty());
    }

    #[test]
    fn a_later_layer_overrides_and_leaves_the_rest() {
        let mut layers = environment(variables(&[
            ("MOCK_PROVIDER_AUTO_LOGIN", "alice"),
            ("MOCK_PROVIDER_ANY_CLIENT", "true"),
            ("MOCK_PROVIDER_ANY_REDIRECT_URI", "true"),
        ]))
        .unwrap();
        let flags = ["--any-client=false", "--auto-login=bob", "--login-hint-signs-in"];
        layers.push(Layer::flags(options().try_get_matches_from(flags).unwrap()));
        let settings = combine(&layers).unwrap().1.settings;
        assert_eq!(settings.auto_login.as_deref(), Some("bob"));
        assert!(!settings.any_client && settings.any_redirect_uri && settings.login_hint_signs_in);
        assert!(settings.any_subject, "the default");
    }

    #[test]
    fn a_value_that_makes_no_sense_is_that_of_its_variable_or_flag() {
        let mut layers = environment(variables(&[("MOCK_PROVIDER_ISSUER_URL", "idp")])).unwrap();
        layers.push(Layer::flags(options().try_get_matches_from(["--auto-login=alcie"]).unwrap()));
        insta::assert_snapshot!(combine(&layers).unwrap_err(), @"
        MOCK_PROVIDER_ISSUER_URL: `issuer_url` `idp` must be a URL such as `http://localhost:9400`
        --auto-login: unknown user `alcie` in `auto_login`: did you mean `alice`?
        ");
    }

    #[test]
    fn a_slip_in_a_variable_is_noticed_and_what_kubernetes_sets_is_not() {
        let found = misspelt(variables(&[
            ("MOCK_PROVIDER_AUTOLOGIN", "alice"),
            ("MOCK_PROVIDER_PORT", "tcp://10.0.0.7:9400"),
            ("MOCK_PROVIDER_SERVICE_HOST", "10.0.0.7"),
            ("MOCK_PROVIDER_PORT_9400_TCP_ADDR", "10.0.0.7"),
            ("MOCK_PROVIDER_LISTEN", "127.0.0.1:0"),
            ("PATH", "/bin"),
        ]));
        let expected = ("MOCK_PROVIDER_AUTOLOGIN", "MOCK_PROVIDER_AUTO_LOGIN");
        assert_eq!(found, [(expected.0.to_owned(), expected.1.to_owned())]);
    }
}
