//! Relying parties that register themselves
//! ([OpenID Connect Dynamic Client Registration 1.0](https://openid.net/specs/openid-connect-registration-1_0.html)).

use serde_json::{Map, Value};

use crate::directory::client::{AuthMethod, Client};
use crate::directory::redirect_uri::RedirectUri;
use crate::issuer::issuer::Issuer;
use crate::protocol::registration::{ErrorCode, MEMBERS};
use crate::protocol::token::TokenRequest;
use crate::settings::members::check_client;
use crate::settings::wording::read_members;

/// An issuer with so many clients takes no more of them: whoever registers at each start of a test
/// would else fill the memory.
const MOST_CLIENTS: usize = 1_000;

/// Why a client is not registered, in words.
#[derive(Debug)]
pub(crate) struct RegistrationRejection {
    pub(crate) code: ErrorCode,
    pub(crate) reason: String,
}

impl Issuer {
    /// Registers a client by its metadata, under an identifier and, unless it is public, with a
    /// secret of the provider's making.
    ///
    /// # Errors
    ///
    /// When a member makes no sense, or there are too many clients.
    pub(crate) fn register(
        &self,
        metadata: &Map<String, Value>,
    ) -> Result<Client, RegistrationRejection> {
        let invalid =
            |reason| RegistrationRejection { code: ErrorCode::InvalidClientMetadata, reason };
        let client = self.client_of(metadata).map_err(invalid)?;
        check_redirect_uris(&client.redirect_uris).map_err(|reason| RegistrationRejection {
            code: ErrorCode::InvalidRedirectUri,
            reason,
        })?;
        check_no_wildcard("post_logout_redirect_uris", &client.post_logout_redirect_uris)
            .map_err(invalid)?;
        check_client(&client, &self.settings).map_err(|faults| invalid(faults.into()))?;
        let registered = self.directory.change(|directory| {
            let has_room = directory.clients.len() < MOST_CLIENTS;
            if has_room {
                directory.put_client(client.clone());
            }
            has_room
        });
        if !registered {
            return Err(invalid(format!(
                "there are {MOST_CLIENTS} clients already: remove some, or reset the issuer, by \
                 the control API"
            )));
        }
        client.publish_keys(&self.keys);
        Ok(client)
    }

    fn client_of(&self, metadata: &Map<String, Value>) -> Result<Client, String> {
        let mut members = Map::new();
        for (wire, own) in MEMBERS {
            // A member that is null is as good as none (RFC 7591, section 2).
            if let Some(value) = metadata.get(wire).filter(|value| !value.is_null()) {
                members.insert(own.into(), value.clone());
            }
        }
        members.insert("id".into(), self.random.token().into());
        let mut client: Client = read_members(members)?;
        let method =
            *client.token_endpoint_auth_method.get_or_insert(AuthMethod::ClientSecretBasic);
        if method != AuthMethod::None {
            client = client.secret(self.random.token());
        }
        Ok(client)
    }
}

/// Redirect URIs are required, and each is one URI.
fn check_redirect_uris(uris: &[RedirectUri]) -> Result<(), String> {
    if uris.is_empty() {
        return Err("`redirect_uris` must be a list with one URI at least".to_owned());
    }
    for (index, uri) in uris.iter().enumerate() {
        uri.check().map_err(|fault| format!("`redirect_uris[{index}]` `{uri}` {fault}"))?;
    }
    check_no_wildcard("redirect_uris", uris)
}

/// What a configuration may write for a test has no meaning on the wire.
fn check_no_wildcard(member: &str, uris: &[RedirectUri]) -> Result<(), String> {
    match uris.iter().position(RedirectUri::has_wildcard) {
        Some(index) => Err(format!(
            "`{member}[{index}]` `{}` has a wildcard, which no client can register",
            uris[index]
        )),
        None => Ok(()),
    }
}

/// What is registered of a client (section 3.2).
pub(crate) fn information(client: &Client, issued_at: i64) -> Map<String, Value> {
    let mut information = Map::new();
    information.insert("client_id".into(), client.id.as_str().into());
    information.insert("client_id_issued_at".into(), issued_at.into());
    if let Some(secret) = &client.secret {
        information.insert("client_secret".into(), secret.expose().into());
        // Never.
        information.insert("client_secret_expires_at".into(), 0.into());
    }
    let Ok(Value::Object(mut registered)) = serde_json::to_value(client) else {
        unreachable!("a client is written as an object")
    };
    for (wire, own) in MEMBERS {
        if let Some(value) = registered.remove(own).filter(|value| !value.is_null()) {
            information.insert(wire.into(), value);
        }
    }
    information.insert("grant_types".into(), grant_types(client).into());
    information
}

/// What the response types come to.
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
