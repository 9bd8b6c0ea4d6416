//! Redirects: to this app by path alone, and to the provider.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// Answers a GET with another address: 302, as the sample did.
pub(super) fn found(location: &str) -> Response {
    to(StatusCode::FOUND, location)
}

/// Answers a POST with an address to GET: 303.
pub(super) fn see_other(location: &str) -> Response {
    to(StatusCode::SEE_OTHER, location)
}

fn to(status: StatusCode, location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (status, [(LOCATION, location)]).into_response(),
        // Addresses come from `Url` and checked paths, which are ASCII.
        Err(error) => {
            tracing::error!(%error, "an address that no header can carry");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
