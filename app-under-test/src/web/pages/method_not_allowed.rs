//! Methods that a path does not support, such as an authorization response sent as a form.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::page;
use crate::app::App;

#[derive(Template)]
#[template(path = "method_not_allowed.html")]
struct MethodNotAllowed<'a> {
    base: &'a str,
}

/// The page; the router adds `Allow`.
pub(crate) async fn any(State(app): State<Arc<App>>) -> Response {
    let base = app.config.base_path.as_str();
    page(StatusCode::METHOD_NOT_ALLOWED, &MethodNotAllowed { base })
}
