//! From a template to an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use url::form_urlencoded;

use crate::config::BasePath;

/// Renders a page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        // Writing to a string does not fail.
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The path that begins a login at `provider`, and leads to `return_to` afterwards. Without a
/// provider it is the first one, which goes without saying.
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
    // Home is where a login leads anyway.
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
