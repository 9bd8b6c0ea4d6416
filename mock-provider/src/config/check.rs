//! What makes no sense although each value by itself has the right type.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use url::Url;

use super::draft::Draft;
use super::error::{ConfigError, Fault};
use super::key_path::KeyPath;
use super::suggestion::advice;
use super::{Config, Settings};
use crate::client::{AuthMethod, Client};
use crate::protocol::id_token::PROTOCOL_CLAIMS;
use crate::protocol::scope::STANDARD_SCOPES;
use crate::redirect_uri::RedirectUri;
use crate::signing::SigningKey;
use crate::user::User;

/// In ASCII characters (OpenID Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;

impl Config {
    /// Reads the text of a configuration file (TOML) and checks it. Paths in it are seen from the
    /// working directory.
    ///
    /// ```
    /// use mock_provider::Config;
    ///
    /// let config = Config::from_toml(r#"
    ///     auto_login = "erin"
    ///
    ///     [[users]]
    ///     subject = "erin"
    ///     email = "erin@example.org"
    /// "#)?;
    /// assert_eq!(config.users.len(), 1);
    /// assert_eq!(config.clients.len(), 2, "the built-in clients");
    ///
    /// let error = Config::from_toml("auto_logon = 'erin'").unwrap_err();
    /// assert!(error.to_string().contains("did you mean `auto_login`?"));
    /// # Ok::<(), mock_provider::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is no TOML, has unknown keys or values of a wrong type, or makes no sense.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        Draft::from_toml(text)?.check()
    }

    /// Reads a configuration file (TOML) and checks it. Paths in it are seen from its directory.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, and as [`Config::from_toml`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Draft::load(path.as_ref())?.check()
    }

    /// Checks a configuration that was put together in Rust.
    ///
    /// # Errors
    ///
    /// When names are given twice or are not known, URLs cannot be used, or a value contradicts
    /// another: [`ConfigError::Invalid`] with every fault.
    pub fn check(&self) -> Result<(), ConfigError> {
        match self.faults() {
            faults if faults.is_empty() => Ok(()),
            faults => Err(ConfigError::Invalid(faults)),
        }
    }

    /// Everything that makes no sense.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut checker = Checker { config: self, faults: Vec::new() };
        checker.settings(&self.settings);
        checker.scopes();
        checker.groups();
        checker.users();
        checker.clients();
        checker.faults
    }
}

struct Checker<'a> {
    config: &'a Config,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn fault(&mut self, path: &KeyPath, message: String) {
        self.faults.push(Fault::new(path.clone(), message));
    }

    fn settings(&mut self, settings: &Settings) {
        for (key, url) in
            [("issuer_url", &settings.issuer_url), ("backchannel_url", &settings.backchannel_url)]
        {
            if let Some(Err(fault)) = url.as_deref().map(check_base_url) {
                let url = url.as_deref().unwrap_or_default();
                self.fault(&KeyPath::top(key), format!("`{key}` `{url}` {fault}"));
            }
        }
        if let Some(Err(fault)) = settings.signing_key.as_deref().map(SigningKey::from_pem) {
            self.fault(&KeyPath::top("signing_key"), format!("`signing_key` {fault}"));
        }
        for (key, lifetime) in [
            ("code_lifetime", settings.code_lifetime),
            ("access_token_lifetime", settings.access_token_lifetime),
            ("id_token_lifetime", settings.id_token_lifetime),
            ("refresh_token_lifetime", settings.refresh_token_lifetime),
            ("session_lifetime", settings.session_lifetime),
        ] {
            if lifetime < Duration::from_secs(1) {
                self.fault(&KeyPath::top(key), format!("`{key}` must be one second or more"));
            }
        }
        self.auto_login(settings);
    }

    fn auto_login(&mut self, settings: &Settings) {
        let Some(subject) = settings.auto_login.as_deref() else { return };
        let path = KeyPath::top("auto_login");
        let subjects: Vec<_> = self.config.users.iter().map(|user| &*user.subject).collect();
        if subject.is_empty() {
            let message = "`auto_login` must name a user: leave it out to be asked";
            self.fault(&path, message.into());
        } else if !settings.any_subject && !subjects.contains(&subject) {
            let advice = advice(subject, &subjects);
            self.fault(&path, format!("unknown user `{subject}` in `auto_login`: {advice}"));
        }
    }

    fn scopes(&mut self) {
        for (scope, claims) in &self.config.settings.scopes {
            let path = KeyPath::top("scopes").key(scope);
            if STANDARD_SCOPES.iter().any(|(standard, _)| standard == scope) {
                let message = format!(
                    "the scope `{scope}` is a standard one and cannot be changed: choose another name"
                );
                self.fault(&path, message);
            } else if !is_scope_token(scope) {
                let message = format!(
                    "`{}` is no scope: it may have printable ASCII characters except blanks, \
                     quotation marks and backslashes",
                    scope.escape_debug()
                );
                self.fault(&path, message);
            }
            for (index, claim) in claims.iter().enumerate() {
                self.claim(claim, &path.index(index));
            }
        }
    }

    /// Refuses claims that the provider itself makes.
    fn claim(&mut self, claim: &str, path: &KeyPath) {
        if claim.is_empty() {
            self.fault(path, format!("`{path}` must not be empty: it names a claim"));
        } else if PROTOCOL_CLAIMS.contains(&claim) {
            let way_out = if claim == "sub" { ": set `subject`" } else { "" };
            let message = format!(
                "the claim `{claim}` in `{}` belongs to the protocol{way_out}",
                path.parent()
            );
            self.fault(path, message);
        }
    }

    fn groups(&mut self) {
        let names = self.config.groups.iter().map(|group| &*group.name);
        self.names("groups", "name", names);
    }

    /// Refuses names that are empty or given twice.
    fn names<'n>(&mut self, section: &str, key: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen = BTreeMap::new();
        for (index, name) in names.enumerate() {
            let element = KeyPath::top(section).index(index);
            let path = element.key(key);
            if name.is_empty() {
                self.fault(&path, format!("`{path}` must not be empty"));
            } else if let Some(first) = seen.get(name) {
                let message = format!(
                    "the {key} `{}` is given twice: `{first}` has it already",
                    name.escape_debug()
                );
                self.fault(&path, message);
            } else {
                seen.insert(name, element);
            }
        }
    }

    fn users(&mut self) {
        let users = &self.config.users;
        self.names("users", "subject", users.iter().map(|user| &*user.subject));
        for (index, user) in users.iter().enumerate() {
            self.user(user, &KeyPath::top("users").index(index));
        }
    }

    fn user(&mut self, user: &User, path: &KeyPath) {
        self.subject(&user.subject, &path.key("subject"));
        let groups: Vec<_> = self.config.groups.iter().map(|group| &*group.name).collect();
        self.references("group", &user.groups, &groups, &path.key("groups"));
        if !self.config.settings.any_client {
            let clients: Vec<_> = self.config.clients.iter().map(|client| &*client.id).collect();
            self.references("client", &user.denied_clients, &clients, &path.key("denied_clients"));
        }
        for claim in user.claims.keys() {
            self.claim(claim, &path.key("claims").key(claim));
        }
        self.secret("password", user.password.as_ref().map(|password| password.expose()), path);
    }

    /// Refuses what no `sub` claim can be (OpenID Connect Core 1.0, section 2).
    fn subject(&mut self, subject: &str, path: &KeyPath) {
        if !subject.is_ascii() {
            let message = format!(
                "`{path}` must be ASCII, unlike `{}`: what people read belongs into `name`",
                subject.escape_debug()
            );
            self.fault(path, message);
        } else if subject.len() > LONGEST_SUBJECT {
            let message = format!(
                "`{path}` must have at most {LONGEST_SUBJECT} characters, and has {}",
                subject.len()
            );
            self.fault(path, message);
        }
    }

    /// Refuses names that name nothing.
    fn references(&mut self, kind: &str, names: &[String], known: &[&str], path: &KeyPath) {
        for (index, name) in names.iter().enumerate() {
            if known.contains(&&**name) {
                continue;
            }
            let advice = match known {
                [] => format!("no {kind} is configured, so add it as `[[{kind}s]]`"),
                _ => advice(name, known),
            };
            let message = format!("unknown {kind} `{}` in `{path}`: {advice}", name.escape_debug());
            self.fault(&path.index(index), message);
        }
    }

    /// Refuses empty secrets, which look like protection and are none.
    fn secret(&mut self, key: &str, secret: Option<&str>, path: &KeyPath) {
        if secret == Some("") {
            let message = format!("`{path}.{key}` must not be empty: leave it out to have none");
            self.fault(&path.key(key), message);
        }
    }

    fn clients(&mut self) {
        let clients = &self.config.clients;
        self.names("clients", "id", clients.iter().map(|client| &*client.id));
        for (index, client) in clients.iter().enumerate() {
            self.client(client, &KeyPath::top("clients").index(index));
        }
    }

    fn client(&mut self, client: &Client, path: &KeyPath) {
        // RFC 6749, appendices A.1 and A.2: printable ASCII.
        if !client.id.chars().all(|c| matches!(c, ' '..='~')) {
            let message = format!(
                "`{path}.id` must be printable ASCII, unlike `{}`",
                client.id.escape_debug()
            );
            self.fault(&path.key("id"), message);
        }
        self.secret("secret", client.secret.as_ref().map(|secret| secret.expose()), path);
        for (key, uris) in [
            ("redirect_uris", &client.redirect_uris),
            ("post_logout_redirect_uris", &client.post_logout_redirect_uris),
        ] {
            self.redirect_uris(uris, &path.key(key));
        }
        let method = client.token_endpoint_auth_method;
        let fault = match (method, &client.secret) {
            (
                Some(method @ (AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)),
                None,
            ) => {
                format!("`{method}` needs a `secret`, and the client has none")
            }
            (Some(AuthMethod::None), Some(_)) => {
                "`none` means a public client, and this one has a `secret`: leave one out".into()
            }
            _ => return,
        };
        let path = path.key("token_endpoint_auth_method");
        self.fault(&path, format!("`{path}`: {fault}"));
    }

    fn redirect_uris(&mut self, uris: &[RedirectUri], path: &KeyPath) {
        for (index, uri) in uris.iter().enumerate() {
            if let Err(fault) = uri.check() {
                let uri = uri.as_str().escape_debug();
                self.fault(&path.index(index), format!("`{uri}` in `{path}` {fault}"));
            }
        }
    }
}

/// What an issuer identifier must be
/// ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)),
/// except that a test may do without TLS.
fn check_base_url(text: &str) -> Result<(), String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err("must be a URL such as `http://localhost:9400`".into());
    };
    match () {
        () if url.query().is_some() => Err("must not have a query".into()),
        () if url.fragment().is_some() => Err("must not have a fragment".into()),
        () if !url.username().is_empty() || url.password().is_some() => {
            Err("must not have a user name or password".into())
        }
        () => Ok(()),
    }
}

/// True for what RFC 6749, section 3.3, calls a scope token.
fn is_scope_token(scope: &str) -> bool {
    !scope.is_empty() && scope.chars().all(|c| matches!(c, '!' | '#'..='[' | ']'..='~'))
}
