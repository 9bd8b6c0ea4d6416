//! The token request: a code becomes tokens.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use super::{
    discovery::Metadata,
    error_code::{self, ErrorCode},
};
use crate::{
    config::{Client, ClientAuthentication, Secret},
    fetch::{Answer, FetchError, fetch},
};

/// The tokens of one login.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: Secret,
    pub(crate) id_token: Secret,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("token endpoint: {0}")]
    Fetch(#[from] FetchError),
    #[error("token endpoint: {}: {description:?}", code.name)]
    Refused {
        code: &'static ErrorCode,
        /// As sent, for the log alone.
        description: String,
    },
    #[error("token endpoint: the answer has no {0}")]
    Missing(&'static str),
    #[error("token endpoint: token_type is {0:?}, not Bearer")]
    TokenType(String),
}

/// The answer, good or bad, as it arrives
/// ([RFC 6749, sections 5.1 and 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.1);
/// [OpenID Connect Core 1.0, section 3.1.3.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse)).
///
/// `expires_in`, `scope` and `refresh_token` are not used, and so may be anything.
#[derive(Deserialize)]
struct Document {
    access_token: Option<String>,
    id_token: Option<String>,
    token_type: Option<String>,
    error: Option<String>,
    error_description: Option<Value>,
}

/// Redeems `code`
/// ([RFC 6749, section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3);
/// [RFC 7636, section 4.5](https://www.rfc-editor.org/rfc/rfc7636#section-4.5)).
pub(crate) async fn redeem(
    http: &reqwest::Client,
    timeout: Duration,
    metadata: &Metadata,
    client: &Client,
    code: &str,
    code_verifier: &Secret,
) -> Result<Tokens, TokenError> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &client.redirect_uri),
    ];
    let mut request =
        http.post(metadata.endpoints.token_endpoint.clone()).header("accept", "application/json");
    match &client.authentication {
        ClientAuthentication::SecretPost(secret) => {
            form.push(("client_id", &client.id));
            form.push(("client_secret", secret.reveal()));
        }
        ClientAuthentication::SecretBasic(secret) => {
            // Encoded as a form first (RFC 6749, section 2.3.1), so that a colon in the
            // identifier does not end it.
            request =
                request.basic_auth(form_encoded(&client.id), Some(form_encoded(secret.reveal())));
        }
        ClientAuthentication::None => form.push(("client_id", &client.id)),
    }
    form.push(("code_verifier", code_verifier.reveal()));
    let answer = fetch(request.form(&form), timeout).await?;
    read(&answer)
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Reads the endpoint's answer.
fn read(answer: &Answer) -> Result<Tokens, TokenError> {
    // An error is one whatever the status: some providers answer 200.
    if let Ok(Document { error: Some(error), error_description, .. }) = answer.object() {
        return Err(TokenError::Refused {
            code: error_code::token(&error),
            description: error_description
                .map(|description| description.to_string().chars().take(200).collect())
                .unwrap_or_default(),
        });
    }
    let document: Document = answer.document()?;
    let access_token = present(document.access_token, "access_token")?;
    let token_type = present(document.token_type, "token_type")?;
    // The type says how to use the access token, and the app can do it one way only
    // (RFC 6749, section 7.1; the name is case-insensitive).
    if !token_type.eq_ignore_ascii_case("Bearer") {
        return Err(TokenError::TokenType(token_type.chars().take(50).collect()));
    }
    let id_token = present(document.id_token, "id_token")?;
    Ok(Tokens { access_token: Secret::new(access_token), id_token: Secret::new(id_token) })
}

fn present(value: Option<String>, member: &'static str) -> Result<String, TokenError> {
    value.filter(|value| !value.is_empty()).ok_or(TokenError::Missing(member))
}
