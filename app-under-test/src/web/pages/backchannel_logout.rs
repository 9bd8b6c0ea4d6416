//! `POST {base}auth/backchannel-logout`: a provider says that a session is over
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

/// Ends the sessions that the logout token is about. Whether there were any makes no
/// difference to the answer.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = body.map_err(|_| "the body is too long, or was not received");
    let token = match body.and_then(|body| logout_token(&headers, &body)) {
        Ok(token) => token,
        Err(description) => {
            tracing::warn!(description, "not a logout request");
            return refused(description);
        }
    };
    match sign_out::by_logout_token(&app, &token).await {
        Ok(()) => ([(CACHE_CONTROL, "no-store")], StatusCode::OK).into_response(),
        Err(error) => {
            tracing::warn!(%error, "refused a logout token");
            refused(error.description())
        }
    }
}

/// The one logout token of the form; other parameters are ignored.
fn logout_token(headers: &HeaderMap, body: &[u8]) -> Result<String, &'static str> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err("the body is not application/x-www-form-urlencoded");
    }
    let mut tokens = form_urlencoded::parse(body).filter(|(name, _)| name == "logout_token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.into_owned()),
        (Some(_), Some(_)) => Err("logout_token stands there twice"),
        _ => Err("logout_token is missing"),
    }
}

/// The answer to a request that ends nothing
/// ([section 2.8](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse)).
fn refused(description: &str) -> Response {
    let error = json!({"error": "invalid_request", "error_description": description});
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_REQUEST, headers, error.to_string()).into_response()
}
