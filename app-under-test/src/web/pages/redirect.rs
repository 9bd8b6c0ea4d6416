//! Redirects to this app, by path only, and to the provider.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// Redirects a GET: 302, as in the sample.
pub(super) fn found(location: &str) -> Response {
    to(StatusCode::FOUND, location)
}

/// Redirects a POST to a GET: 303.
pub(super) fn see_other(location: &str) -> Response {
    to(StatusCode::SEE_OTHER, location)
}

fn to(status: StatusCode, location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (status, [(LOCATION, location)]).into_response(),
        // Unreachable: locations come from `Url` and validated paths, which are ASCII.
        Err(error) => {
            tracing::error!(%error, "cannot send a location");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
