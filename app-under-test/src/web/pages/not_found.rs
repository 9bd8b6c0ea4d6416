//! Unknown paths.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::page;
use crate::app::App;

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound<'a> {
    base: &'a str,
}

/// The page, for every method.
pub(crate) async fn any(State(app): State<Arc<App>>) -> Response {
    let base = app.config.base_path.as_str();
    page(StatusCode::NOT_FOUND, &NotFound { base })
}
