//! What every request to the control API passes, and every answer of it has.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::access::Access;
use super::refused::Refused;

/// Answers, if the caller may ask.
pub(crate) async fn guard(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match access.check(&parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refused) => refused.into_response(),
    };
    let unauthorized = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    if unauthorized {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// What is not served.
pub(crate) async fn not_found(OriginalUri(uri): OriginalUri) -> Refused {
    let path = uri.path();
    Refused::not_found(format!("nothing is served at {path}: openapi.json has the routes"))
}

/// What is served, and not by this method.
pub(crate) async fn method_not_allowed(OriginalUri(uri): OriginalUri, method: Method) -> Refused {
    let reason = format!("{} does not take {method}", uri.path());
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, reason)
}
