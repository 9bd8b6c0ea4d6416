//! The environment variables: what each means, and how they are read.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::errors::ConfigError;

/// One variable, as `--help` shows it.
pub(super) struct Variable {
    pub(super) name: &'static str,
    /// `required`, a default value, or nothing.
    default: &'static str,
    pub(super) meaning: &'static str,
}

/// Declares every variable once: as a constant to read it by, and as a row of the help text.
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

/// What the variables of a further provider begin with, before its name.
const OF_PROVIDER: &str = "OIDC_PROVIDER_";

variables! {
    OIDC_AUTHORITY, "required",
        "the provider's issuer URL; discovery is below it, unless it is skipped";
    OIDC_CLIENT_ID, "required", "the client's identifier at the provider";
    OIDC_CLIENT_SECRET, "required",
        "the client's secret; must be absent with OIDC_CLIENT_AUTH=none";
    OIDC_REGISTER, "false",
        "true: the app registers itself at the provider, and has no OIDC_CLIENT_ID and \
         OIDC_CLIENT_SECRET";
    OIDC_REDIRECT_URI, "required",
        "the URL of {base}auth/callback as registered at the provider";
    OIDC_POST_LOGOUT_REDIRECT_URI, "{base}auth/logged-out at the host of OIDC_REDIRECT_URI",
        "where the provider sends the browser after a logout";
    OIDC_SCOPE, "openid email profile", "the scopes to ask for, separated by blanks; with offline_access among them, sessions go on \
         by refresh tokens";
    OIDC_CLIENT_AUTH, "client_secret_post",
        "how the client authenticates: client_secret_post, client_secret_basic or none";
    OIDC_SIGNING_ALGS, "RS256",
        "the algorithms that an ID token may be signed with: RS, PS (256, 384, 512), ES256, \
         ES384, EdDSA";
    OIDC_MAX_AGE, "", "the longest time since the user last typed a password, in seconds";
    OIDC_TIMEOUT_SECONDS, "10", "how long any call to the provider may take";
    OIDC_SKIP_DISCOVERY, "false",
        "true: the issuer is OIDC_AUTHORITY as written, and the endpoints are the five below";
    OIDC_AUTHORIZATION_ENDPOINT, "", "required without discovery";
    OIDC_TOKEN_ENDPOINT, "", "required without discovery";
    OIDC_JWKS_URI, "", "required without discovery";
    OIDC_USERINFO_ENDPOINT, "", "optional without discovery";
    OIDC_END_SESSION_ENDPOINT, "", "optional without discovery";
    OIDC_PROVIDERS, "",
        "names of providers to choose from, separated by commas or blanks; the variables above \
         describe the first, and those of another one, such as `other`, begin with \
         OIDC_PROVIDER_OTHER_ instead of OIDC_; its redirect URI is that of the first with \
         /other at its end, unless set";
    REQUIRED_GROUPS, "",
        "who may see the pages: members of any of these groups, separated by commas or blanks; \
         unset, everybody who can sign in";
    HEIMDALL_BASE_URL, "",
        "a policy service to ask after each login as well; whoever it does not clearly allow \
         stays out";
    URL_BASE_PATHNAME, "/", "the path below which the app lives";
    HOST, "127.0.0.1", "the address to listen on";
    PORT, "8050", "the port to listen on";
    SESSION_IDLE_SECONDS, "3600", "a session ends when it is not used for so long";
    SESSION_ABSOLUTE_SECONDS, "28800", "a session ends so long after the login in any case";
    SESSION_OUTLIVES_ID_TOKEN, "false",
        "true: a session may go on after the expiry of its latest ID token, even when no refresh \
         confirms it";
    FLASK_SECRET_KEY, "",
        "not needed: sessions are kept in memory and no cookie is signed; accepted for the sake \
         of old deployments, refused when it is empty or a published example";
    SSL_CERT_FILE, "the system's", "certificate authorities to trust, a PEM file";
    HTTP_PROXY, "", "the proxy for http calls to the provider";
    HTTPS_PROXY, "", "the proxy for https calls to the provider";
    NO_PROXY, "", "hosts that are called without a proxy, separated by commas";
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

/// Reads variables and collects what is wrong with them, so that all faults show at once.
pub(super) struct Variables {
    values: HashMap<String, String>,
    /// Whose variables are being read, unless they are the first provider's or nobody's.
    provider: Option<String>,
    faults: Vec<Fault>,
}

/// A fault, and the place of its variable in the help text.
struct Fault {
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
        Self { values: values.collect(), provider: None, faults: Vec::new() }
    }

    /// Everything that was wrong so far: in the order of the help text, and the further
    /// providers after everything else.
    pub(super) fn into_faults(mut self) -> Vec<ConfigError> {
        self.faults.sort_by(|one, other| {
            (&one.provider, one.position).cmp(&(&other.provider, other.position))
        });
        self.faults.into_iter().map(|fault| fault.error).collect()
    }

    /// Reads the variables of a further provider.
    pub(super) fn of_provider<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.provider.replace(name.to_owned());
        let value = read(self);
        self.provider = outer;
        value
    }

    /// Refuses variables that speak of providers other than `names`, or say of one what no
    /// variable says: they would be dead letters. Returns whether there are none.
    pub(super) fn refuse_unknown_providers(&mut self, names: &[String]) -> bool {
        let known: Vec<String> = names
            .iter()
            .flat_map(|provider| {
                ALL.iter().map(|variable| full_name(Some(provider.as_str()), variable))
            })
            .collect();
        let mut unknown: Vec<String> = self.values.keys().cloned().collect();
        unknown.retain(|name| name.starts_with(OF_PROVIDER) && !known.contains(name));
        unknown.sort_unstable();
        for name in &unknown {
            let error = ConfigError::Invalid {
                name: name.clone(),
                // It may be a secret.
                value: "(not shown)".to_owned(),
                reason: "would be ignored: OIDC_PROVIDERS names no such provider, or there is no \
                         such variable"
                    .to_owned(),
            };
            self.faults.push(Fault { provider: Some(String::new()), position: None, error });
        }
        unknown.is_empty()
    }

    /// What the variable is called, for whoever is being read.
    pub(super) fn name(&self, variable: &Variable) -> String {
        full_name(self.provider.as_deref(), variable)
    }

    pub(super) fn is_set(&self, variable: &Variable) -> bool {
        self.values.contains_key(&self.name(variable))
    }

    /// The value as it stands there; `None` when unset.
    pub(super) fn text(&self, variable: &Variable) -> Option<String> {
        self.values.get(&self.name(variable)).cloned()
    }

    /// A value that must be there; `None` when it is not, or is faulty.
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

    /// A value that may be unset: `Some(None)` then, and `None` when it is faulty.
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

    /// A value with a default; `None` when it is faulty.
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
        // A secret shows neither in a log nor in a terminal.
        let value = match variable.name {
            "OIDC_CLIENT_SECRET" | "FLASK_SECRET_KEY" => "(a secret)".to_owned(),
            _ => without_credentials(&self.text(variable).unwrap_or_default()),
        };
        let name = self.name(variable);
        self.push(variable, ConfigError::Invalid { name, value, reason: reason.into() });
    }

    fn push(&mut self, variable: &Variable, error: ConfigError) {
        let position = ALL.iter().position(|other| other.name == variable.name);
        self.faults.push(Fault { provider: self.provider.clone(), position, error });
    }

    fn parsed<T>(
        &mut self,
        variable: &Variable,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        // Line breaks come from secrets kept in files; sent on, they would break requests.
        let parsed = if text.contains(|c: char| c.is_control() && c != '\t') {
            Err("line breaks and other control characters are not allowed".to_owned())
        } else if text.contains(char::REPLACEMENT_CHARACTER) {
            Err("not UTF-8".to_owned())
        } else {
            parse(text)
        };
        parsed.map_err(|reason| self.refuse(variable, reason)).ok()
    }
}

/// What a variable is called when it is about this further provider.
fn full_name(provider: Option<&str>, variable: &Variable) -> String {
    match (provider, variable.name.strip_prefix("OIDC_")) {
        (Some(provider), Some(rest)) => {
            let provider = provider.to_ascii_uppercase().replace('-', "_");
            format!("{OF_PROVIDER}{provider}_{rest}")
        }
        _ => variable.name.to_owned(),
    }
}

/// A URL as it may be shown: without the user and the password in front of its host.
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
        _ => Err("write true or false".to_owned()),
    }
}

/// A time of whole seconds, at least one.
pub(super) fn seconds(text: &str) -> Result<std::time::Duration, String> {
    // A century is more than anybody means, and keeps sums of times in range.
    match text.parse() {
        Ok(seconds @ 1..=3_153_600_000) => Ok(std::time::Duration::from_secs(seconds)),
        _ => Err("write a whole number of seconds, at least 1".to_owned()),
    }
}
