//! What makes no sense of groups, users and clients.

use std::collections::BTreeMap;

use url::Url;

use super::check::Checker;
use super::error::Fault;
use super::key_path::KeyPath;
use super::settings::{Config, Group, Settings};
use crate::base::random::Random;
use crate::base::suggestion::advice;
use crate::directory::client::{AuthMethod, Client};
use crate::directory::directory::Directory;
use crate::directory::encryption::{Encryption, KeyEncryption};
use crate::directory::redirect_uri::RedirectUri;
use crate::directory::user::User;
use crate::jose::algorithm::Algorithm;

/// In ASCII characters (OpenID Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;

/// Checks a user who is added while the provider runs: may name any group, as one who is added in
/// Rust.
///
/// # Errors
///
/// Everything that makes no sense.
pub(crate) fn check_user(
    user: &User,
    directory: &Directory,
    settings: &Settings,
) -> Result<(), String> {
    let mut config = of(directory, settings);
    config.groups = user.groups.iter().map(Group::new).collect();
    words(&config, |checker| {
        checker.nonempty(&user.subject, &KeyPath::top("subject"));
        checker.user(user, &KeyPath::default());
    })
}

/// Checks a client that is added while the provider runs.
///
/// # Errors
///
/// Everything that makes no sense.
pub(crate) fn check_client(
    client: &Client,
    directory: &Directory,
    settings: &Settings,
) -> Result<(), String> {
    words(&of(directory, settings), |checker| {
        checker.nonempty(&client.id, &KeyPath::top("id"));
        checker.client(client, &KeyPath::default());
    })
}

/// The configuration that a running issuer amounts to.
fn of(directory: &Directory, settings: &Settings) -> Config {
    let clients = directory.clients.iter().map(|client| Client::clone(client)).collect();
    Config { settings: settings.clone(), groups: Vec::new(), users: Vec::new(), clients }
}

/// What a check finds, in a sentence.
fn words(config: &Config, check: impl FnOnce(&mut Checker<'_>)) -> Result<(), String> {
    let mut checker = Checker::new(config);
    check(&mut checker);
    match checker.into_faults() {
        faults if faults.is_empty() => Ok(()),
        faults => Err(faults.iter().map(Fault::message).collect::<Vec<_>>().join("; ")),
    }
}

impl Checker<'_> {
    /// Refuses a name that names nothing.
    fn nonempty(&mut self, name: &str, path: &KeyPath) {
        if name.is_empty() {
            self.fault(path, format!("`{path}` must not be empty"));
        }
    }

    pub(crate) fn groups(&mut self) {
        let names = self.config.groups.iter().map(|group| &*group.name);
        self.names("groups", "name", names);
    }

    pub(crate) fn users(&mut self) {
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
            let path = path.key(key);
            let message = format!("`{path}` must not be empty: leave it out to have none");
            self.fault(&path, message);
        }
    }

    pub(crate) fn clients(&mut self) {
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
                "`{}` must be printable ASCII, unlike `{}`",
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
            let message = format!("`{path}` must have a key: leave it out to have none");
            self.fault(&path, message);
        }
        if client.response_types.is_empty() {
            let path = path.key("response_types");
            self.fault(&path, format!("`{path}` must not be empty: leave it out to have `code`"));
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

    /// Refuses an HMAC with a secret that is too short for it
    /// (OpenID Connect Core 1.0, section 16.19; RFC 7518, section 3.2), or with none.
    fn signing(&mut self, client: &Client, algorithm: Option<Algorithm>, path: &KeyPath) {
        let hmac = algorithm.filter(|algorithm| algorithm.key_kind().is_none());
        let Some(algorithm) = hmac else { return };
        let least = algorithm.digest().output_len();
        let fault = match client.secret.as_ref().map(|secret| secret.expose().len()) {
            None => format!("`{algorithm}` needs a `secret`, and the client has none"),
            Some(length) if length < least => format!(
                "`{algorithm}` needs a `secret` of {least} bytes or more, and this one has {length}"
            ),
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
                    "`{path}` says how to encrypt, but `id_token_encrypted_response_alg` is not set"
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
                    "`{name}` goes with the code flow alone, and `response_types` has an ID token"
                )
            }
            None if algorithm == KeyEncryption::Direct => {
                format!("`{name}` needs a `secret`, and the client has none")
            }
            None => {
                format!("`{name}` needs an RSA key for encryption in `jwks`, and there is none")
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

    /// Refuses what no logout can be told to (OpenID Connect Back-Channel Logout 1.0, section 2.2;
    /// OpenID Connect Front-Channel Logout 1.0, section 2).
    fn logout_uris(&mut self, client: &Client, path: &KeyPath) {
        for (key, uri, is_page) in [
            ("backchannel_logout_uri", &client.backchannel_logout_uri, false),
            ("frontchannel_logout_uri", &client.frontchannel_logout_uri, true),
        ] {
            let Some(uri) = uri else { continue };
            let of_client = |url: &Url| {
                let mut own = client.redirect_uris.iter();
                self.config.settings.any_redirect_uri || own.any(|own| own.is_of_origin(url))
            };
            let fault = match check_url(uri) {
                Err(fault) => fault,
                Ok(url) if is_page && !of_client(&url) => {
                    "must have scheme, host and port of one of the client's `redirect_uris`".into()
                }
                Ok(_) => continue,
            };
            let (uri, path) = (uri.escape_debug().to_string(), path.key(key));
            self.fault(&path, format!("`{uri}` in `{path}` {fault}"));
        }
    }

    /// Refuses names that are empty or given twice.
    fn names<'n>(&mut self, section: &str, key: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen = BTreeMap::new();
        for (index, name) in names.enumerate() {
            let element = KeyPath::top(section).index(index);
            let path = element.key(key);
            self.nonempty(name, &path);
            if name.is_empty() {
                continue;
            }
            if let Some(first) = seen.get(name) {
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
}

/// A URL that somebody can be sent to, or called at.
fn check_url(text: &str) -> Result<Url, String> {
    RedirectUri::from(text).check().map_err(|error| error.to_string())?;
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        _ => Err("must be a URL such as `http://127.0.0.1:8050/logout`".into()),
    }
}
