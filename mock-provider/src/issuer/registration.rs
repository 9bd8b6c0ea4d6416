//! Dynamic registration of clients
//! ([OpenID Connect Dynamic Client Registration 1.0](https://openid.net/specs/openid-connect-registration-1_0.html)).

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::directory::client::{AuthMethod, Client};
use crate::directory::redirect_uri::RedirectUri;
use crate::issuer::issuer::Issuer;
use crate::protocol::registration::{ErrorCode, MEMBERS};
use crate::protocol::token::TokenRequest;
use crate::settings::members::check_client;
use crate::settings::wording::read_members;

/// An issuer with this many clients registers no more: a test suite that registers a client at each
/// start would otherwise fill the memory.
const MAX_CLIENTS: usize = 1_000;

/// Why a client is not registered.
#[derive(Debug)]
pub(crate) struct RegistrationRejection {
    pub(crate) code: ErrorCode,
    pub(crate) reason: String,
}

impl RegistrationRejection {
    /// Rejects client metadata.
    pub(crate) fn metadata(reason: impl Display) -> Self {
        Self { code: ErrorCode::InvalidClientMetadata, reason: reason.to_string() }
    }

    fn redirect_uri(reason: impl Display) -> Self {
        Self { code: ErrorCode::InvalidRedirectUri, reason: reason.to_string() }
    }
}

impl Issuer {
    /// Registers a client by its metadata. The provider generates the identifier and, unless the
    /// client is public, the secret.
    ///
    /// # Errors
    ///
    /// When a member is invalid, or there are too many clients.
    pub(crate) fn register(
        &self,
        metadata: &Map<String, Value>,
    ) -> Result<Client, RegistrationRejection> {
        let client = self.client_of(metadata)?;
        check_redirect_uris(&client.redirect_uris).map_err(RegistrationRejection::redirect_uri)?;
        check_no_wildcard("post_logout_redirect_uris", &client.post_logout_redirect_uris)
            .map_err(RegistrationRejection::metadata)?;
        check_client(&client, &self.settings)
            .map_err(|faults| RegistrationRejection::metadata(String::from(faults)))?;
        let registered = self.directory.change(|directory| {
            let has_room = directory.clients.len() < MAX_CLIENTS;
            if has_room {
                directory.put_client(client.clone());
            }
            has_room
        });
        if !registered {
            return Err(RegistrationRejection::metadata(format!(
                "an issuer must have at most {MAX_CLIENTS} clients: remove some, or reset the \
                 issuer, through the control API"
            )));
        }
        client.publish_keys(&self.keys);
        Ok(client)
    }

    fn client_of(&self, metadata: &Map<String, Value>) -> Result<Client, RegistrationRejection> {
        let mut members = Map::new();
        for (wire, own) in MEMBERS {
            // A null member is ignored, as RFC 7592, section 2.2, allows in an update.
            if let Some(value) = metadata.get(wire).filter(|value| !value.is_null()) {
                members.insert(own.into(), value.clone());
            }
        }
        members.insert("id".into(), self.random.token().into());
        let mut client: Client = read_members(members).map_err(RegistrationRejection::metadata)?;
        let method =
            *client.token_endpoint_auth_method.get_or_insert(AuthMethod::ClientSecretBasic);
        if method != AuthMethod::None {
            client = client.secret(self.random.token());
        }
        Ok(client)
    }
}

/// Redirect URIs are required, and must not have wildcards.
fn check_redirect_uris(uris: &[RedirectUri]) -> Result<(), String> {
    if uris.is_empty() {
        return Err("`redirect_uris` must be a list of at least one URI".to_owned());
    }
    for (index, uri) in uris.iter().enumerate() {
        uri.check().map_err(|fault| format!("`redirect_uris[{index}]` `{uri}` {fault}"))?;
    }
    check_no_wildcard("redirect_uris", uris)
}

/// Wildcards are for configuration files only.
fn check_no_wildcard(member: &str, uris: &[RedirectUri]) -> Result<(), String> {
    match uris.iter().position(RedirectUri::has_wildcard) {
        Some(index) => {
            Err(format!("`{member}[{index}]` must not have a wildcard, got `{}`", uris[index]))
        }
        None => Ok(()),
    }
}

/// The client information response (section 3.2).
pub(crate) fn information(client: &Client, issued_at: i64) -> Map<String, Value> {
    let mut information = Map::new();
    information.insert("client_id".into(), client.id.as_str().into());
    information.insert("client_id_issued_at".into(), issued_at.into());
    if let Some(secret) = &client.secret {
        information.insert("client_secret".into(), secret.expose().into());
        // It never expires.
        information.insert("client_secret_expires_at".into(), 0.into());
    }
    let Ok(Value::Object(mut registered)) = serde_json::to_value(client) else {
        unreachable!("a client serializes to an object")
    };
    for (wire, own) in MEMBERS {
        if let Some(value) = registered.remove(own).filter(|value| !value.is_null()) {
            information.insert(wire.into(), value);
        }
    }
    information.insert("grant_types".into(), grant_types(client).into());
    information
}

/// The grant types that the response types need.
fn grant_types(client: &Client) -> Vec<&'static str> {
    let types = &client.response_types;
    let mut names = Vec::new();
    if types.iter().any(|it| it.has_code()) {
        names.extend(TokenRequest::GRANT_TYPES);
    }
    if types.iter().any(|it| it.has_id_token() || it.has_token()) {
        names.push("implicit");
    }
    names
}
