//! `POST {base}auth/backchannel-logout`: a provider ends sessions
//! ([OpenID Connect Back-Channel Logout 1.0, section 2.5](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest)).
//! No browser is involved.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use url::form_urlencoded;

use crate::app::App;
use crate::flows::sign_out;

/// Why a request is not a logout request.
#[derive(Debug, thiserror::Error)]
enum RequestError {
    #[error("the body is too large or incomplete")]
    Body(#[from] BytesRejection),
    #[error("the body must be application/x-www-form-urlencoded")]
    ContentType,
    #[error("logout_token is missing")]
    MissingToken,
    #[error("logout_token must not be repeated")]
    RepeatedToken,
}

/// Ends the sessions that the logout token names. The response does not reveal whether there were
/// any.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let token = match logout_token(&headers, body) {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!(%error, "rejected a logout request");
            return bad_request(&error.to_string());
        }
    };
    match sign_out::by_logout_token(&app, &token).await {
        Ok(()) => ([(CACHE_CONTROL, "no-store")], StatusCode::OK).into_response(),
        Err(error) => {
            tracing::warn!(%error, "rejected a logout token");
            bad_request(error.description())
        }
    }
}

/// The logout token in the form; other parameters are ignored.
fn logout_token(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<String, RequestError> {
    let body = body?;
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(RequestError::ContentType);
    }
    let mut tokens = form_urlencoded::parse(&body).filter(|(name, _)| name == "logout_token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.into_owned()),
        (Some(_), Some(_)) => Err(RequestError::RepeatedToken),
        _ => Err(RequestError::MissingToken),
    }
}

/// The response to a request that ends no session
/// ([section 2.8](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse)).
fn bad_request(description: &str) -> Response {
    let error = json!({"error": "invalid_request", "error_description": description});
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_REQUEST, headers, error.to_string()).into_response()
}
