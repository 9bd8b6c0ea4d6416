//! Client authentication at the token endpoint
//! ([OpenID Connect Core 1.0, section 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

use crate::directory::client::{AuthMethod, Client};
use crate::issuer::issuer::Issuer;
use crate::protocol::parameters::Parameters;
use crate::protocol::token::{ErrorCode, TokenError};

/// The credentials that a request presents.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) method: AuthMethod,
    pub(crate) client_id: String,
    pub(crate) secret: String,
    /// The secret before form-decoding, to explain a mismatch.
    pub(crate) raw_secret: Option<String>,
}

impl Issuer {
    /// Authenticates the client of a request.
    ///
    /// # Errors
    ///
    /// The first check that fails.
    pub(crate) fn authenticate(
        &self,
        credentials: &Credentials,
    ) -> Result<Arc<Client>, TokenError> {
        let rejected = |description: String| TokenError::new(ErrorCode::InvalidClient, description);
        let id = &credentials.client_id;
        let client = self
            .client(id)
            .ok_or_else(|| rejected(format!("no client is registered as `{id}`")))?;
        if !self.is_registered(&client) {
            // Any client is accepted, with any secret.
            return Ok(client);
        }
        let method = if client.secret.is_none() && credentials.secret.is_empty() {
            // Some libraries of public clients send the header with nothing after the colon.
            AuthMethod::None
        } else {
            credentials.method
        };
        let methods = client.auth_methods();
        if !methods.contains(&method) {
            let allowed: Vec<_> = methods.iter().map(|method| method.name()).collect();
            return Err(rejected(format!(
                "client `{id}` must authenticate by {}, but used {}",
                allowed.join(" or "),
                method
            )));
        }
        match &client.secret {
            Some(secret) if method != AuthMethod::None => {
                if secret.matches(&credentials.secret) {
                    return Ok(client);
                }
                let raw = credentials.raw_secret.as_deref();
                let hint = if raw.is_some_and(|raw| secret.matches(raw)) {
                    "; Basic credentials must be form-encoded (RFC 6749, section 2.3.1)"
                } else {
                    ""
                };
                Err(rejected(format!("wrong client_secret for client `{id}`{hint}")))
            }
            _ => Ok(client),
        }
    }
}

impl Credentials {
    /// Reads the credentials of a request.
    ///
    /// # Errors
    ///
    /// When there are none, or more than one.
    pub(crate) fn read(headers: &HeaderMap, form: &Parameters) -> Result<Self, TokenError> {
        let in_form = form.get("client_id")?.map(str::to_owned);
        let secret = form.get("client_secret")?.map(str::to_owned);
        let invalid = |code, description: &str| TokenError::new(code, description);
        for name in ["client_assertion", "client_assertion_type"] {
            if form.get(name)?.is_some() {
                let reason = format!("{name} is not supported");
                return Err(TokenError::new(ErrorCode::InvalidClient, reason));
            }
        }
        if let Some(basic) = headers.get(AUTHORIZATION) {
            if secret.is_some() {
                let reason =
                    "credentials must be in the Authorization header or in the form, not in both";
                return Err(invalid(ErrorCode::InvalidRequest, reason));
            }
            let basic = basic_credentials(basic.as_bytes()).ok_or_else(|| {
                let reason = "the Authorization header must be `Basic` and the base64 of id:secret";
                invalid(ErrorCode::InvalidClient, reason)
            })?;
            if in_form.is_some_and(|id| id != basic.client_id) {
                let reason =
                    "client_id must be the same in the form and in the Authorization header";
                return Err(invalid(ErrorCode::InvalidRequest, reason));
            }
            return Ok(basic);
        }
        let client_id = in_form.ok_or_else(|| {
            let reason =
                "client_id is missing: it must be in the Authorization header or in the form";
            invalid(ErrorCode::InvalidClient, reason)
        })?;
        Ok(match secret {
            Some(secret) => Credentials {
                method: AuthMethod::ClientSecretPost,
                client_id,
                secret,
                raw_secret: None,
            },
            None => Credentials {
                method: AuthMethod::None,
                client_id,
                secret: String::new(),
                raw_secret: None,
            },
        })
    }

    /// The `Basic` credentials in the `Authorization` header, if any.
    pub(crate) fn in_header(headers: &HeaderMap) -> Option<Self> {
        basic_credentials(headers.get(AUTHORIZATION)?.as_bytes())
    }
}

/// Reads `Basic` credentials, whose two parts are form-encoded
/// ([RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
fn basic_credentials(header: &[u8]) -> Option<Credentials> {
    let header = std::str::from_utf8(header).ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some(Credentials {
        method: AuthMethod::ClientSecretBasic,
        client_id: form_decode(id),
        secret: form_decode(secret),
        raw_secret: Some(secret.to_owned()),
    })
}

fn form_decode(value: &str) -> String {
    // Not as a form: `&` and `=` are not separators here.
    percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("Basic {}", BASE64_STANDARD.encode("my%20app:s%3A%2Bc%26r+t"));
        let credentials = basic_credentials(header.as_bytes()).unwrap();
        assert_eq!(credentials.client_id, "my app");
        assert_eq!(credentials.secret, "s:+c&r t");
    }

    #[test]
    fn harmless_characters_need_no_encoding() {
        assert_eq!(form_decode("a=b&c"), "a=b&c");
        assert_eq!(form_decode(""), "");
    }
}
