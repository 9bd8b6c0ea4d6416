//! Rendering of pages, and links to the login.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use url::form_urlencoded;

use crate::config::BasePath;

/// Renders a page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        // Unreachable: writing to a string does not fail.
        Err(error) => {
            tracing::error!(%error, "cannot render a page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The path that begins a login at `provider`, by default the first one, and leads to `return_to`
/// afterwards.
pub(super) fn login_path(
    base: &BasePath,
    provider: Option<&str>,
    return_to: Option<&str>,
    prompt: Option<&str>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(provider) = provider {
        query.append_pair("provider", provider);
    }
    // A login leads to the home page by default.
    if let Some(next) = return_to.filter(|path| base.contains(path) && *path != base.as_str()) {
        query.append_pair("next", next);
    }
    if let Some(prompt) = prompt {
        query.append_pair("prompt", prompt);
    }
    let path = base.join("auth/login");
    match query.finish() {
        query if query.is_empty() => path,
        query => format!("{path}?{query}"),
    }
}
