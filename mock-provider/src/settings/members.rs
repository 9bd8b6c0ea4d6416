//! Checks of groups, users and clients.

use std::collections::BTreeMap;

use url::Url;

use super::check::Checker;
use super::error::Faults;
use super::key_path::KeyPath;
use super::settings::Settings;
use crate::base::random::Random;
use crate::base::suggestion::advice;
use crate::directory::client::{AuthMethod, Client};
#[cfg(feature = "control")]
use crate::directory::directory::Directory;
use crate::directory::encryption::{Encryption, KeyEncryption};
use crate::directory::redirect_uri::RedirectUri;
use crate::directory::user::User;
use crate::jose::algorithm::Algorithm;

/// In ASCII characters (OpenID Connect Core 1.0, section 2).
const MAX_SUBJECT_LENGTH: usize = 255;

/// Checks a user who is added while the provider runs. The user's groups need not be configured, as
/// for a user who is added in Rust.
///
/// # Errors
///
/// Every fault of the user.
#[cfg(feature = "control")]
pub(crate) fn check_user(
    user: &User,
    directory: &Directory,
    settings: &Settings,
) -> Result<(), Faults> {
    let mut checker = Checker::new(settings);
    checker.groups = user.groups.iter().map(String::as_str).collect();
    checker.clients = directory.clients.iter().map(|client| &*client.id).collect();
    checker.nonempty(&user.subject, &KeyPath::top("subject"));
    checker.user(user, &KeyPath::default());
    Faults::none_in(checker.into_faults())
}

/// Checks a client that is added while the provider runs.
///
/// # Errors
///
/// Every fault of the client.
pub(crate) fn check_client(client: &Client, settings: &Settings) -> Result<(), Faults> {
    let mut checker = Checker::new(settings);
    checker.nonempty(&client.id, &KeyPath::top("id"));
    checker.client(client, &KeyPath::default());
    Faults::none_in(checker.into_faults())
}

impl Checker<'_> {
    /// Refuses an empty name.
    fn nonempty(&mut self, name: &str, path: &KeyPath) {
        if name.is_empty() {
            self.fault(path, format!("`{path}` must not be empty"));
        }
    }

    pub(crate) fn groups(&mut self) {
        self.names("groups", "name", &self.groups.clone());
    }

    pub(crate) fn users(&mut self, users: &[User]) {
        self.names("users", "subject", &self.subjects.clone());
        for (index, user) in users.iter().enumerate() {
            self.user(user, &KeyPath::top("users").index(index));
        }
    }

    fn user(&mut self, user: &User, path: &KeyPath) {
        self.subject(&user.subject, &path.key("subject"));
        self.references("group", &user.groups, &path.key("groups"));
        if !self.settings.any_client {
            self.references("client", &user.denied_clients, &path.key("denied_clients"));
        }
        for claim in user.claims.keys() {
            self.claim(claim, &path.key("claims").key(claim));
        }
        self.secret("password", user.password.as_ref().map(|password| password.expose()), path);
    }

    /// Refuses a subject that cannot be a `sub` claim (OpenID Connect Core 1.0, section 2).
    fn subject(&mut self, subject: &str, path: &KeyPath) {
        if !subject.is_ascii() {
            let message = format!(
                "`{path}` must be ASCII, got `{}`: put the displayed name into `name`",
                subject.escape_debug()
            );
            self.fault(path, message);
        } else if subject.len() > MAX_SUBJECT_LENGTH {
            let message = format!(
                "`{path}` must have at most {MAX_SUBJECT_LENGTH} characters, got {}",
                subject.len()
            );
            self.fault(path, message);
        }
    }

    /// Refuses names of groups or clients that do not exist.
    fn references(&mut self, kind: &str, names: &[String], path: &KeyPath) {
        for (index, name) in names.iter().enumerate() {
            let known = if kind == "group" { &self.groups } else { &self.clients };
            if known.contains(&name.as_str()) {
                continue;
            }
            let advice = match known.as_slice() {
                [] => format!("no {kind} is configured, so add it as `[[{kind}s]]`"),
                known => advice(name, known),
            };
            let message = format!("unknown {kind} `{}` in `{path}`: {advice}", name.escape_debug());
            self.fault(&path.index(index), message);
        }
    }

    /// Refuses empty secrets, which look like protection but are not.
    fn secret(&mut self, key: &str, secret: Option<&str>, path: &KeyPath) {
        if secret == Some("") {
            let path = path.key(key);
            let message = format!("`{path}` must not be empty: omit it to have none");
            self.fault(&path, message);
        }
    }

    pub(crate) fn clients(&mut self, clients: &[Client]) {
        self.names("clients", "id", &self.clients.clone());
        for (index, client) in clients.iter().enumerate() {
            self.client(client, &KeyPath::top("clients").index(index));
        }
    }

    fn client(&mut self, client: &Client, path: &KeyPath) {
        // RFC 6749, appendices A.1 and A.2: printable ASCII.
        if !client.id.chars().all(|c| matches!(c, ' '..='~')) {
            let message = format!(
                "`{}` must be printable ASCII, got `{}`",
                path.key("id"),
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
        self.logout_uris(client, path);
        let id_token = Some(client.id_token_signed_response_alg);
        self.signing(client, id_token, &path.key("id_token_signed_response_alg"));
        let userinfo = client.userinfo_signed_response_alg;
        self.signing(client, userinfo, &path.key("userinfo_signed_response_alg"));
        self.encryption(client, path);
        if client.jwks.as_ref().is_some_and(|jwks| jwks.keys.is_empty()) {
            let path = path.key("jwks");
            let message = format!("`{path}` must contain at least one key: omit it to have none");
            self.fault(&path, message);
        }
        if client.response_types.is_empty() {
            let path = path.key("response_types");
            self.fault(&path, format!("`{path}` must not be empty: omit it to have `code`"));
        }
        let method = client.token_endpoint_auth_method;
        let fault = match (method, &client.secret) {
            (
                Some(method @ (AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)),
                None,
            ) => {
                format!("`{method}` requires a `secret`, but the client has none")
            }
            (Some(AuthMethod::None), Some(_)) => {
                "`none` means a public client, but this one has a `secret`: omit one of them".into()
            }
            _ => return,
        };
        let path = path.key("token_endpoint_auth_method");
        self.fault(&path, format!("`{path}`: {fault}"));
    }

    /// Refuses an HMAC with a secret that is too short for it
    /// (OpenID Connect Core 1.0, section 16.19; RFC 7518, section 3.2), or with none.
    fn signing(&mut self, client: &Client, algorithm: Option<Algorithm>, path: &KeyPath) {
        let hmac = algorithm.filter(|algorithm| algorithm.key_kind().is_none());
        let Some(algorithm) = hmac else { return };
        let min = algorithm.digest().output_len();
        let fault = match client.secret.as_ref().map(|secret| secret.expose().len()) {
            None => format!("`{algorithm}` requires a `secret`, but the client has none"),
            Some(length) if length < min => {
                format!("`{algorithm}` requires a `secret` of at least {min} bytes, got {length}")
            }
            Some(_) => return,
        };
        self.fault(path, format!("`{path}`: {fault}"));
    }

    /// Refuses an encryption for which the client has no key, or one that cannot be used.
    fn encryption(&mut self, client: &Client, path: &KeyPath) {
        let Some(algorithm) = client.id_token_encrypted_response_alg else {
            if client.id_token_encrypted_response_enc.is_some() {
                let path = path.key("id_token_encrypted_response_enc");
                let message = format!(
                    "`{path}` requires `id_token_encrypted_response_alg`, which is not set"
                );
                self.fault(&path, message);
            }
            return;
        };
        let path = path.key("id_token_encrypted_response_alg");
        let name = algorithm.name();
        let fault = match Encryption::of(client) {
            _ if client.response_types.iter().any(|it| it.has_id_token()) => {
                format!(
                    "`{name}` requires the code flow, but `response_types` includes an ID token"
                )
            }
            None if algorithm == KeyEncryption::Direct => {
                format!("`{name}` requires a `secret`, but the client has none")
            }
            None => {
                format!("`{name}` requires an RSA key for encryption in `jwks`, but there is none")
            }
            Some(encryption) => match encryption.encrypt("", &Random::new(Some(0))) {
                Ok(_) => return,
                Err(error) => error.to_string(),
            },
        };
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

    /// Refuses URIs to which no logout can be sent (OpenID Connect Back-Channel Logout 1.0, section 2.2;
    /// OpenID Connect Front-Channel Logout 1.0, section 2).
    fn logout_uris(&mut self, client: &Client, path: &KeyPath) {
        for (key, uri, is_page) in [
            ("backchannel_logout_uri", &client.backchannel_logout_uri, false),
            ("frontchannel_logout_uri", &client.frontchannel_logout_uri, true),
        ] {
            let Some(uri) = uri else { continue };
            let of_client = |url: &Url| {
                let mut own = client.redirect_uris.iter();
                self.settings.any_redirect_uri || own.any(|own| own.is_of_origin(url))
            };
            let fault = match check_url(uri) {
                Err(fault) => fault,
                Ok(url) if is_page && !of_client(&url) => {
                    "must have the scheme, host and port of one of the client's `redirect_uris`"
                        .into()
                }
                Ok(_) => continue,
            };
            let (uri, path) = (uri.escape_debug().to_string(), path.key(key));
            self.fault(&path, format!("`{uri}` in `{path}` {fault}"));
        }
    }

    /// Refuses names that are empty or repeated.
    fn names(&mut self, section: &str, key: &str, names: &[&str]) {
        let mut seen = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            let element = KeyPath::top(section).index(index);
            let path = element.key(key);
            self.nonempty(name, &path);
            if name.is_empty() {
                continue;
            }
            if let Some(first) = seen.get(name) {
                let message = format!(
                    "`{path}` must be unique, but `{first}` has `{}` already",
                    name.escape_debug()
                );
                self.fault(&path, message);
            } else {
                seen.insert(name, element);
            }
        }
    }
}

/// Parses a URL to which a browser or a logout token can be sent.
fn check_url(text: &str) -> Result<Url, String> {
    RedirectUri::from(text).check().map_err(|error| error.to_string())?;
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        _ => Err("must be a URL such as `http://127.0.0.1:8050/logout`".into()),
    }
}
