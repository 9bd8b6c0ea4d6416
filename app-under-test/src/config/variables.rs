//! The environment variables: their meanings, and how they are read.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::errors::ConfigError;

/// One variable, as shown by `--help`.
pub(super) struct Variable {
    pub(super) name: &'static str,
    /// `required`, a default value, or empty.
    default: &'static str,
    pub(super) meaning: &'static str,
}

/// Declares each variable once, as a constant and as a row of the help text.
macro_rules! variables {
    ($($constant:ident, $default:literal, $meaning:literal;)*) => {
        $(pub(super) const $constant: Variable = Variable {
            name: stringify!($constant),
            default: $default,
            meaning: $meaning,
        };)*
        const ALL: &[Variable] = &[$($constant),*];
    };
}

/// The prefix of the variables of an additional provider, before its name.
const PROVIDER_PREFIX: &str = "OIDC_PROVIDER_";

variables! {
    OIDC_AUTHORITY, "required",
        "the provider's issuer URL, from which discovery starts unless it is skipped";
    OIDC_CLIENT_ID, "required", "the client identifier at the provider";
    OIDC_CLIENT_SECRET, "required",
        "the client secret; must be unset with OIDC_CLIENT_AUTH=none";
    OIDC_REGISTER, "false",
        "true: the app registers itself at the provider; OIDC_CLIENT_ID and OIDC_CLIENT_SECRET \
         must be unset";
    OIDC_REDIRECT_URI, "required",
        "the URL of {base}auth/callback as registered at the provider";
    OIDC_POST_LOGOUT_REDIRECT_URI, "{base}auth/logged-out at the host of OIDC_REDIRECT_URI",
        "where the provider sends the browser after a logout";
    OIDC_SCOPE, "openid email profile",
        "the scopes to request, separated by spaces; with offline_access, refresh tokens continue \
         sessions";
    OIDC_CLIENT_AUTH, "client_secret_post",
        "how the client authenticates: client_secret_post, client_secret_basic or none";
    OIDC_SIGNING_ALGS, "RS256",
        "the algorithms accepted for ID tokens, separated by commas or spaces: RS256, RS384, RS512, \
         PS256, PS384, PS512, ES256, ES384, EdDSA";
    OIDC_MAX_AGE, "", "the maximum time since the user last authenticated, in seconds";
    OIDC_TIMEOUT_SECONDS, "10", "the time limit of each call to the provider";
    OIDC_SKIP_DISCOVERY, "false",
        "true: the issuer is exactly OIDC_AUTHORITY, and the five variables below set the endpoints";
    OIDC_AUTHORIZATION_ENDPOINT, "", "required without discovery";
    OIDC_TOKEN_ENDPOINT, "", "required without discovery";
    OIDC_JWKS_URI, "", "required without discovery";
    OIDC_USERINFO_ENDPOINT, "", "optional without discovery";
    OIDC_END_SESSION_ENDPOINT, "", "optional without discovery";
    OIDC_PROVIDERS, "",
        "the names of the providers that users choose from, separated by commas or spaces; the \
         variables above describe the first; those of another one, such as `other`, begin with \
         OIDC_PROVIDER_OTHER_ instead of OIDC_, and its redirect URI is by default that of the \
         first followed by /other";
    REQUIRED_GROUPS, "",
        "the groups, separated by commas or spaces, whose members may see the pages; if unset, \
         every user who can sign in";
    HEIMDALL_BASE_URL, "",
        "the base URL of a policy service that is queried after each login; users whom it does not \
         explicitly allow are denied";
    URL_BASE_PATHNAME, "/", "the path below which the app is served";
    HOST, "127.0.0.1", "the address to listen on";
    PORT, "8050", "the port to listen on";
    SESSION_IDLE_SECONDS, "3600", "a session ends after this time without a request";
    SESSION_ABSOLUTE_SECONDS, "28800", "a session ends this long after the login, even if it is in use";
    SESSION_OUTLIVES_ID_TOKEN, "false",
        "true: a session may continue after its latest ID token has expired, even without a \
         refresh that confirms it";
    FLASK_SECRET_KEY, "",
        "not used, because sessions are kept in memory; accepted for compatibility with existing \
         deployments, refused when it is empty or a published example";
    SSL_CERT_FILE, "the system's", "a PEM file with the certificate authorities to trust";
    HTTP_PROXY, "", "the proxy for http calls";
    HTTPS_PROXY, "", "the proxy for https calls";
    NO_PROXY, "", "the hosts to call without a proxy, separated by commas";
}

/// The variables with their defaults and meanings, for `--help`.
pub fn help() -> String {
    let mut text = String::from("Environment variables:\n");
    for variable in ALL {
        let default = match variable.default {
            "" => String::new(),
            "required" => " (required)".to_owned(),
            default => format!(" [default: {default}]"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}\n          {}{default}", variable.name, variable.meaning);
    }
    text
}

/// Reads variables and collects the errors, so that all of them are reported at once.
pub(super) struct Variables {
    values: HashMap<String, String>,
    /// The additional provider whose variables are being read, if any.
    provider: Option<String>,
    errors: Vec<Located>,
}

/// An error, and the position of its variable in the help text.
struct Located {
    provider: Option<String>,
    position: Option<usize>,
    error: ConfigError,
}

impl Variables {
    pub(super) fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let known_in_lower_case = ["http_proxy", "https_proxy", "no_proxy"];
        let values = pairs.into_iter().map(|(name, value)| {
            if known_in_lower_case.contains(&name.as_str()) {
                (name.to_ascii_uppercase(), value)
            } else {
                (name, value)
            }
        });
        Self { values: values.collect(), provider: None, errors: Vec::new() }
    }

    /// The errors so far, in the order of the help text; those of additional providers come last.
    pub(super) fn into_errors(mut self) -> Vec<ConfigError> {
        self.errors.sort_by(|one, other| {
            (&one.provider, one.position).cmp(&(&other.provider, other.position))
        });
        self.errors.into_iter().map(|located| located.error).collect()
    }

    /// Reads the variables of an additional provider.
    pub(super) fn of_provider<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.provider.replace(name.to_owned());
        let value = read(self);
        self.provider = outer;
        value
    }

    /// Refuses variables of providers other than `names`, and unknown variables of these, because
    /// they would have no effect. Returns whether it found none.
    pub(super) fn refuse_unknown_providers(&mut self, names: &[String]) -> bool {
        let known: Vec<String> = names
            .iter()
            .flat_map(|provider| {
                ALL.iter().map(|variable| full_name(Some(provider.as_str()), variable))
            })
            .collect();
        let mut unknown: Vec<String> = self.values.keys().cloned().collect();
        unknown.retain(|name| name.starts_with(PROVIDER_PREFIX) && !known.contains(name));
        unknown.sort_unstable();
        for name in &unknown {
            let error = ConfigError::Invalid {
                name: name.clone(),
                // It may be a secret.
                value: "[redacted]".to_owned(),
                reason: "must be a known variable of a provider that OIDC_PROVIDERS names"
                    .to_owned(),
            };
            self.errors.push(Located { provider: Some(String::new()), position: None, error });
        }
        unknown.is_empty()
    }

    /// The full name of the variable, for the provider that is being read.
    pub(super) fn name(&self, variable: &Variable) -> String {
        full_name(self.provider.as_deref(), variable)
    }

    pub(super) fn is_set(&self, variable: &Variable) -> bool {
        self.values.contains_key(&self.name(variable))
    }

    /// The value as it is; `None` when unset.
    pub(super) fn text(&self, variable: &Variable) -> Option<String> {
        self.values.get(&self.name(variable)).cloned()
    }

    /// A required value; `None` when it is missing or invalid.
    pub(super) fn required<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match self.text(variable) {
            Some(text) if !text.trim().is_empty() => self.parsed(variable, &text, parse),
            _ => {
                let name = self.name(variable);
                self.push(variable, ConfigError::Missing { name, meaning: variable.meaning });
                None
            }
        }
    }

    /// An optional value: `Some(None)` when it is unset, `None` when it is invalid.
    pub(super) fn optional<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.text(variable) {
            None => Some(None),
            Some(text) => self.parsed(variable, &text, parse).map(Some),
        }
    }

    /// A value with a default; `None` when it is invalid.
    pub(super) fn or_default<T>(
        &mut self,
        variable: &Variable,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.optional(variable, parse).map(|value| value.unwrap_or(default))
    }

    /// Refuses a value.
    pub(super) fn refuse(&mut self, variable: &Variable, reason: impl Into<String>) {
        // Secrets must not appear in logs or terminals.
        let value = match variable.name {
            "OIDC_CLIENT_SECRET" | "FLASK_SECRET_KEY" => "[redacted]".to_owned(),
            _ => without_credentials(&self.text(variable).unwrap_or_default()),
        };
        let name = self.name(variable);
        self.push(variable, ConfigError::Invalid { name, value, reason: reason.into() });
    }

    fn push(&mut self, variable: &Variable, error: ConfigError) {
        let position = ALL.iter().position(|other| other.name == variable.name);
        self.errors.push(Located { provider: self.provider.clone(), position, error });
    }

    fn parsed<T>(
        &mut self,
        variable: &Variable,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        // Secrets read from files often end in a line break, which would corrupt requests.
        let parsed = if text.contains(|c: char| c.is_control() && c != '\t') {
            Err("must not contain line breaks or other control characters".to_owned())
        } else if text.contains(char::REPLACEMENT_CHARACTER) {
            Err("must be UTF-8".to_owned())
        } else {
            parse(text)
        };
        parsed.map_err(|reason| self.refuse(variable, reason)).ok()
    }
}

/// The name of a variable, for the additional provider if there is one.
fn full_name(provider: Option<&str>, variable: &Variable) -> String {
    match (provider, variable.name.strip_prefix("OIDC_")) {
        (Some(provider), Some(rest)) => {
            let provider = provider.to_ascii_uppercase().replace('-', "_");
            format!("{PROVIDER_PREFIX}{provider}_{rest}")
        }
        _ => variable.name.to_owned(),
    }
}

/// A URL without the user name and password before its host, for display.
fn without_credentials(text: &str) -> String {
    match text.rsplit_once('@') {
        None => text.to_owned(),
        Some((before, host)) => {
            let scheme = before.find("://").map_or("", |end| &before[..end + 3]);
            format!("{scheme}[redacted]@{host}")
        }
    }
}

/// `true` or `false`.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// The maximum duration, a century, which keeps sums of times in range.
const MAX_SECONDS: u64 = 3_153_600_000;

/// A time in whole seconds, at least one.
pub(super) fn seconds(text: &str) -> Result<std::time::Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=MAX_SECONDS) => Ok(std::time::Duration::from_secs(seconds)),
        _ => Err("must be a whole number of seconds, at least 1".to_owned()),
    }
}
