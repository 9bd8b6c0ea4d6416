//! The access check of every request to the control API, and the headers of every answer.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::access::Access;
use super::error::ControlError;

/// Lets permitted requests through.
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

/// The answer to an unknown path.
pub(crate) async fn not_found(OriginalUri(uri): OriginalUri) -> ControlError {
    let path = uri.path();
    ControlError::not_found(format!("nothing is served at {path}: openapi.json lists the routes"))
}

/// The answer to a method that a route does not support.
pub(crate) async fn method_not_allowed(
    OriginalUri(uri): OriginalUri,
    method: Method,
) -> ControlError {
    let reason = format!("{} does not support {method}", uri.path());
    ControlError::new(StatusCode::METHOD_NOT_ALLOWED, reason)
}
