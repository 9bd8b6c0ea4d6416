//! `{base}healthz` and `{base}readyz`, for operators.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// The process responds.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// 200 when users can sign in, because metadata and keys of a provider are known; 503 until then.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.providers.iter().any(|provider| provider.is_known()) {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "waiting for the provider\n")
    }
}
