//! Checks that values of the right types also make sense together.

use std::time::Duration;

use url::Url;

use super::error::{ConfigError, Fault};
use super::key_path::KeyPath;
use super::settings::{Config, Settings};
use crate::base::issuer_path::check_name;
use crate::base::suggestion::advice;
use crate::jose::algorithm::Algorithm;
use crate::jose::signing_key::SigningKey;
use crate::protocol::id_token::PROTOCOL_CLAIMS;
use crate::protocol::scope::STANDARD_SCOPES;

impl Config {
    /// Checks a configuration that was built in Rust.
    ///
    /// # Errors
    ///
    /// When names are repeated or unknown, URLs cannot be used, or values contradict each other:
    /// [`ConfigError::Invalid`] with every fault.
    pub fn check(&self) -> Result<(), ConfigError> {
        match self.faults() {
            faults if faults.is_empty() => Ok(()),
            faults => Err(ConfigError::Invalid(faults)),
        }
    }

    /// Every fault.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let Self { settings, groups, users, clients } = self;
        let mut checker = Checker::new(settings);
        checker.groups = groups.iter().map(|group| &*group.name).collect();
        checker.subjects = users.iter().map(|user| &*user.subject).collect();
        checker.clients = clients.iter().map(|client| &*client.id).collect();
        checker.settings();
        checker.issuers();
        checker.failures();
        checker.scopes();
        checker.groups();
        checker.users(users);
        checker.clients(clients);
        checker.into_faults()
    }
}

/// Goes through a configuration and collects its faults.
pub(crate) struct Checker<'a> {
    pub(crate) settings: &'a Settings,
    /// The names that others may refer to.
    pub(crate) groups: Vec<&'a str>,
    pub(crate) subjects: Vec<&'a str>,
    pub(crate) clients: Vec<&'a str>,
    faults: Vec<Fault>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            groups: Vec::new(),
            subjects: Vec::new(),
            clients: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub(crate) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    pub(crate) fn fault(&mut self, path: &KeyPath, message: String) {
        self.faults.push(Fault::new(path.clone(), message));
    }

    fn settings(&mut self) {
        let settings = self.settings;
        for (key, url) in
            [("issuer_url", &settings.issuer_url), ("backchannel_url", &settings.backchannel_url)]
        {
            let Some(url) = url else { continue };
            if let Err(rule) = check_base_url(url) {
                self.fault(&KeyPath::top(key), format!("`{key}` {rule}, got `{url}`"));
            }
        }
        if let (true, Some(url)) = (settings.https, &settings.issuer_url)
            && Url::parse(url).is_ok_and(|url| url.scheme() == "http")
        {
            let message =
                format!("`issuer_url` must begin with `https://` when `https` is on, got `{url}`");
            self.fault(&KeyPath::top("issuer_url"), message);
        }
        if let Some(Err(fault)) = settings.signing_key.as_deref().map(SigningKey::from_pem) {
            self.fault(&KeyPath::top("signing_key"), format!("`signing_key` {fault}"));
        }
        self.signing_algorithms();
        for (key, lifetime) in [
            ("code_lifetime", settings.code_lifetime),
            ("access_token_lifetime", settings.access_token_lifetime),
            ("id_token_lifetime", settings.id_token_lifetime),
            ("refresh_token_lifetime", settings.refresh_token_lifetime),
            ("session_lifetime", settings.session_lifetime),
        ] {
            if lifetime < Duration::from_secs(1) {
                self.fault(&KeyPath::top(key), format!("`{key}` must be at least one second"));
            }
        }
        if settings.control_token.as_ref().is_some_and(|token| token.matches("")) {
            let message = "`control_token` must not be empty: omit it to have none";
            self.fault(&KeyPath::top("control_token"), message.into());
        }
        self.auto_login();
    }

    /// Requires RS256 (OpenID Connect Discovery 1.0, section 3).
    fn signing_algorithms(&mut self) {
        let algorithms = &self.settings.signing_algorithms;
        let path = KeyPath::top("signing_algorithms");
        if !algorithms.contains(&Algorithm::RS256) {
            let message =
                "`signing_algorithms` must include `RS256`, which every provider must support";
            self.fault(&path, message.into());
        }
        for (index, algorithm) in algorithms.iter().enumerate() {
            if algorithms[..index].contains(algorithm) {
                let message = format!("`signing_algorithms` lists `{algorithm}` twice");
                self.fault(&path.index(index), message);
            }
        }
    }

    fn auto_login(&mut self) {
        let Some(subject) = self.settings.auto_login.as_deref() else { return };
        let path = KeyPath::top("auto_login");
        if subject.is_empty() {
            let message = "`auto_login` must name a user: omit it to be asked";
            self.fault(&path, message.into());
        } else if !self.subjects.contains(&subject) {
            let advice = advice(subject, &self.subjects);
            self.fault(&path, format!("unknown user `{subject}` in `auto_login`: {advice}"));
        }
    }

    fn issuers(&mut self) {
        let issuers = &self.settings.issuers;
        for (index, name) in issuers.iter().enumerate() {
            let path = KeyPath::top("issuers").index(index);
            if let Err(fault) = check_name(name) {
                self.fault(&path, format!("`{path}`: {fault}"));
            } else if issuers[..index].contains(name) {
                self.fault(&path, format!("`issuers` lists `{name}` twice"));
            }
        }
    }

    /// Refuses failures that are limited to an unknown issuer, client or user.
    fn failures(&mut self) {
        let settings = self.settings;
        let issuers: Vec<_> = settings.issuers.iter().map(String::as_str).collect();
        for (index, failure) in settings.fail.iter().enumerate() {
            let path = KeyPath::top("fail").index(index);
            let selector = &failure.selector;
            let issuer = selector.issuer.as_ref().filter(|name| *name != "default");
            for (kind, name, known, any) in [
                ("issuer", issuer, &issuers, false),
                ("client", selector.client.as_ref(), &self.clients, settings.any_client),
                ("user", selector.user.as_ref(), &self.subjects, settings.any_subject),
            ] {
                let is_unknown = |name: &&String| !any && !known.contains(&name.as_str());
                if let Some(name) = name.filter(is_unknown) {
                    let advice = advice(name, known);
                    let message = format!("unknown {kind} `{name}` in `{path}`: {advice}");
                    self.faults.push(Fault::new(path.clone(), message));
                }
            }
        }
    }

    fn scopes(&mut self) {
        for (scope, claims) in &self.settings.scopes {
            let path = KeyPath::top("scopes").key(scope);
            if STANDARD_SCOPES.iter().any(|standard| standard.value == scope) {
                let message = format!(
                    "`scopes` must not redefine the standard scope `{scope}`: choose another name"
                );
                self.fault(&path, message);
            } else if !is_scope_token(scope) {
                let message = format!(
                    "a scope must be printable ASCII without spaces, quotation marks and \
                     backslashes, got `{}`",
                    scope.escape_debug()
                );
                self.fault(&path, message);
            }
            for (index, claim) in claims.iter().enumerate() {
                self.claim(claim, &path.index(index));
            }
        }
    }

    /// Refuses claims that the provider sets itself.
    pub(crate) fn claim(&mut self, claim: &str, path: &KeyPath) {
        if claim.is_empty() {
            self.fault(path, format!("`{path}` must name a claim, got an empty string"));
        } else if PROTOCOL_CLAIMS.contains(&claim) {
            let hint = if claim == "sub" { ": use `subject`" } else { "" };
            let message = format!(
                "`{}` must not contain the claim `{claim}`, which the provider sets itself{hint}",
                path.parent()
            );
            self.fault(path, message);
        }
    }
}

/// Checks a base URL; the error is the rule that it breaks. The rules are those of an issuer
/// identifier
/// ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)),
/// except that TLS is not required.
fn check_base_url(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        return Err("must be a URL such as `http://localhost:9400`");
    };
    match () {
        () if url.query().is_some() => Err("must not have a query"),
        () if url.fragment().is_some() => Err("must not have a fragment"),
        () if !url.username().is_empty() || url.password().is_some() => {
            Err("must not have a user name or password")
        }
        () => Ok(()),
    }
}

/// True for a scope token (RFC 6749, section 3.3).
fn is_scope_token(scope: &str) -> bool {
    !scope.is_empty() && scope.chars().all(|c| matches!(c, '!' | '#'..='[' | ']'..='~'))
}
