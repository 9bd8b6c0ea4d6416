//! The token request, which exchanges a code or a refresh token for tokens.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use super::error_code::{self, ErrorCode};
use super::expires_in;
use super::provider::{Provider, Snapshot};
use crate::base::fetch::{Answer, FetchError, fetch};
use crate::config::{ClientAuthentication, Secret};

/// The tokens of a login or a refresh.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: Secret,
    /// The remaining lifetime of the access token.
    pub(crate) lifetime: Duration,
    /// A refresh may not return one.
    pub(crate) id_token: Option<Secret>,
    pub(crate) refresh_token: Option<Secret>,
}

/// Why a token request failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("token endpoint: {0}")]
    Fetch(#[from] FetchError),
    #[error("token endpoint: {error:?}: {description:?}")]
    Refused {
        code: &'static ErrorCode,
        /// As sent, only for the log.
        error: String,
        /// As sent, only for the log.
        description: String,
    },
    #[error("token endpoint: the response must contain `{0}`")]
    Missing(&'static str),
    #[error("token endpoint: `token_type` must be Bearer, got {0:?}")]
    TokenType(String),
}

/// Why a refresh failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    /// The provider permanently rejected the refresh token.
    #[error(transparent)]
    Refused(TokenError),
    /// The same refresh token may work later.
    #[error("{error}")]
    Unavailable {
        error: TokenError,
        /// How long the provider asked the app to wait.
        retry_after: Option<Duration>,
    },
}

/// The response as received, successful or not
/// ([RFC 6749, sections 5.1 and 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.1);
/// [OpenID Connect Core 1.0, section 3.1.3.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse)).
///
/// `scope` is not used, so it may have any type.
#[derive(Deserialize)]
struct Document {
    access_token: Option<String>,
    id_token: Option<String>,
    token_type: Option<String>,
    refresh_token: Option<Value>,
    expires_in: Option<Value>,
    error: Option<String>,
    error_description: Option<Value>,
}

/// Redeems `code`
/// ([RFC 6749, section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3);
/// [RFC 7636, section 4.5](https://www.rfc-editor.org/rfc/rfc7636#section-4.5)).
pub(crate) async fn redeem(
    provider: &Provider,
    snapshot: &Snapshot,
    code: &str,
    code_verifier: &Secret,
) -> Result<Tokens, TokenError> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &provider.client.redirect_uri),
    ];
    let request = authenticated(provider, snapshot, &mut form);
    form.push(("code_verifier", code_verifier.reveal()));
    let answer = fetch(request.form(&form), provider.timeout()).await?;
    read(&answer).inspect_err(|error| forget_unknown_client(provider, snapshot, error))
}

/// Makes a client that registered itself register again at a provider that no longer knows it.
fn forget_unknown_client(provider: &Provider, snapshot: &Snapshot, error: &TokenError) {
    if matches!(error, TokenError::Refused { code, .. } if code.name == "invalid_client") {
        provider.forget_registration(&snapshot.registration);
    }
}

/// Uses `refresh_token`
/// ([RFC 6749, section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
///
/// # Errors
///
/// [`RefreshError::Refused`] only for an OAuth error response. All other failures may be temporary:
/// a response from a proxy, a restart of the provider, a rate limit.
pub(crate) async fn refresh(
    provider: &Provider,
    snapshot: &Snapshot,
    refresh_token: &Secret,
) -> Result<Tokens, RefreshError> {
    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.reveal())];
    let request = authenticated(provider, snapshot, &mut form);
    let unavailable = |error, retry_after| RefreshError::Unavailable { error, retry_after };
    let answer = fetch(request.form(&form), provider.timeout())
        .await
        .map_err(|error| unavailable(TokenError::Fetch(error), None))?;
    let tokens = read(&answer);
    let tokens = tokens.inspect_err(|error| forget_unknown_client(provider, snapshot, error));
    tokens.map_err(|error| match error {
        TokenError::Refused { .. } if !answer.is_transient_failure() => {
            RefreshError::Refused(error)
        }
        error => unavailable(error, answer.retry_after(provider.now())),
    })
}

/// A request with the client's credentials, in its header or in the form.
fn authenticated<'a>(
    provider: &Provider,
    snapshot: &'a Snapshot,
    form: &mut Vec<(&str, &'a str)>,
) -> RequestBuilder {
    let client = &*snapshot.registration;
    let request = provider
        .http
        .post(snapshot.metadata.endpoints.token_endpoint.clone())
        .header("accept", "application/json");
    match &client.authentication {
        ClientAuthentication::SecretPost(secret) => {
            form.push(("client_id", &client.id));
            form.push(("client_secret", secret.reveal()));
            request
        }
        // Form-encoded first (RFC 6749, section 2.3.1), so that a colon in the identifier does not
        // end it.
        ClientAuthentication::SecretBasic(secret) => {
            request.basic_auth(form_encoded(&client.id), Some(form_encoded(secret.reveal())))
        }
        ClientAuthentication::None => {
            form.push(("client_id", &client.id));
            request
        }
    }
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Parses the response.
fn read(answer: &Answer) -> Result<Tokens, TokenError> {
    // `error` counts with any status: some providers send it with 200.
    if let Ok(Document { error: Some(error), error_description, .. }) = answer.object() {
        return Err(TokenError::Refused {
            code: error_code::token(&error),
            error: error.chars().take(200).collect(),
            description: error_description
                .map(|description| description.to_string().chars().take(200).collect())
                .unwrap_or_default(),
        });
    }
    let document: Document = answer.document()?;
    let access_token = present(document.access_token, "access_token")?;
    let token_type = present(document.token_type, "token_type")?;
    // The type determines how to use the access token, and the app supports only one. The name is
    // case-insensitive (RFC 6749, section 7.1).
    if !token_type.eq_ignore_ascii_case("Bearer") {
        return Err(TokenError::TokenType(token_type.chars().take(50).collect()));
    }
    Ok(Tokens {
        access_token: Secret::new(access_token),
        lifetime: expires_in::lifetime(document.expires_in.as_ref()),
        id_token: document.id_token.filter(|token| !token.is_empty()).map(Secret::new),
        refresh_token: match document.refresh_token {
            Some(Value::String(token)) if !token.is_empty() => Some(Secret::new(token)),
            _ => None,
        },
    })
}

fn present(value: Option<String>, member: &'static str) -> Result<String, TokenError> {
    value.filter(|value| !value.is_empty()).ok_or(TokenError::Missing(member))
}
