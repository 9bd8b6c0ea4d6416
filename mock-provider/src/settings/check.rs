//! What makes no sense although each value by itself has the right type.

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
        let mut checker = Checker::new(self);
        checker.settings(&self.settings);
        checker.issuers();
        checker.failures();
        checker.scopes();
        checker.groups();
        checker.users();
        checker.clients();
        checker.into_faults()
    }
}

/// Goes through a configuration and collects what makes no sense.
pub(crate) struct Checker<'a> {
    pub(crate) config: &'a Config,
    faults: Vec<Fault>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(config: &'a Config) -> Self {
        Self { config, faults: Vec::new() }
    }

    pub(crate) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    pub(crate) fn fault(&mut self, path: &KeyPath, message: String) {
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
        if let (true, Some(url)) = (settings.https, &settings.issuer_url)
            && Url::parse(url).is_ok_and(|url| url.scheme() == "http")
        {
            let message = format!(
                "`issuer_url` `{url}` must begin with `https://`, or `https` be left out: nothing \
                 is served by plain HTTP"
            );
            self.fault(&KeyPath::top("issuer_url"), message);
        }
        if let Some(Err(fault)) = settings.signing_key.as_deref().map(SigningKey::from_pem) {
            self.fault(&KeyPath::top("signing_key"), format!("`signing_key` {fault}"));
        }
        self.signing_algorithms(settings);
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
        if settings.control_token.as_ref().is_some_and(|token| token.matches("")) {
            let message = "`control_token` must not be empty: leave it out to have none";
            self.fault(&KeyPath::top("control_token"), message.into());
        }
        self.auto_login(settings);
    }

    /// OpenID Connect Discovery 1.0, section 3: RS256 must be among them.
    fn signing_algorithms(&mut self, settings: &Settings) {
        let (algorithms, path) = (&settings.signing_algorithms, KeyPath::top("signing_algorithms"));
        if !algorithms.contains(&Algorithm::RS256) {
            let message =
                "`signing_algorithms` must have `RS256` among them: every provider has it";
            self.fault(&path, message.into());
        }
        for (index, algorithm) in algorithms.iter().enumerate() {
            if algorithms[..index].contains(algorithm) {
                let message = format!("`{algorithm}` is given twice in `signing_algorithms`");
                self.fault(&path.index(index), message);
            }
        }
    }

    fn auto_login(&mut self, settings: &Settings) {
        let Some(subject) = settings.auto_login.as_deref() else { return };
        let path = KeyPath::top("auto_login");
        let subjects: Vec<_> = self.config.users.iter().map(|user| &*user.subject).collect();
        if subject.is_empty() {
            let message = "`auto_login` must name a user: leave it out to be asked";
            self.fault(&path, message.into());
        } else if !subjects.contains(&subject) {
            let advice = advice(subject, &subjects);
            self.fault(&path, format!("unknown user `{subject}` in `auto_login`: {advice}"));
        }
    }

    fn issuers(&mut self) {
        let issuers = &self.config.settings.issuers;
        for (index, name) in issuers.iter().enumerate() {
            let path = KeyPath::top("issuers").index(index);
            if let Err(fault) = check_name(name) {
                self.fault(&path, format!("`{path}`: {fault}"));
            } else if issuers[..index].contains(name) {
                self.fault(&path, format!("issuer `{name}` is named twice"));
            }
        }
    }

    /// Refuses failures for somebody who will never come.
    fn failures(&mut self) {
        let Config { settings, users, clients, .. } = self.config;
        let clients: Vec<_> = clients.iter().map(|client| &*client.id).collect();
        let subjects: Vec<_> = users.iter().map(|user| &*user.subject).collect();
        for (index, failure) in settings.fail.iter().enumerate() {
            let path = KeyPath::top("fail").index(index);
            let selector = &failure.selector;
            let issuer = selector.issuer.as_deref().filter(|name| *name != "default");
            if let Some(name) = issuer.filter(|name| !settings.issuers.iter().any(|it| it == name))
            {
                let issuers: Vec<_> = settings.issuers.iter().map(String::as_str).collect();
                let advice = advice(name, &issuers);
                self.fault(&path, format!("unknown issuer `{name}` in `{path}`: {advice}"));
            }
            for (kind, name, known, any) in [
                ("client", &selector.client, &clients, settings.any_client),
                ("user", &selector.user, &subjects, settings.any_subject),
            ] {
                let Some(name) = name.as_deref().filter(|name| !any && !known.contains(name))
                else {
                    continue;
                };
                let advice = advice(name, known);
                self.fault(&path, format!("unknown {kind} `{name}` in `{path}`: {advice}"));
            }
        }
    }

    fn scopes(&mut self) {
        for (scope, claims) in &self.config.settings.scopes {
            let path = KeyPath::top("scopes").key(scope);
            if STANDARD_SCOPES.iter().any(|standard| standard.value == scope) {
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
    pub(crate) fn claim(&mut self, claim: &str, path: &KeyPath) {
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
