//! The one page for every login that failed.

use askama::Template;
use axum::response::Response;

use super::page::{self, login_path};
use crate::{app::App, error::LoginError, request_id::RequestId};

#[derive(Template)]
#[template(path = "error.html")]
struct Failed<'a> {
    base: &'a str,
    code: &'a str,
    sentence: &'a str,
    request_id: &'a str,
    try_again: String,
    switch_user: String,
}

/// Tells the user in the app's own words, and the log in the error's.
pub(super) fn page(
    app: &App,
    request_id: &RequestId,
    error: &LoginError,
    return_to: Option<&str>,
) -> Response {
    let explanation = error.explanation();
    tracing::warn!(code = explanation.code, %error, "login failed");
    let base = &app.config.base_path;
    let failed = Failed {
        base: base.as_str(),
        code: explanation.code,
        sentence: explanation.sentence,
        request_id: request_id.as_str(),
        try_again: login_path(base, return_to, None),
        switch_user: login_path(base, return_to, Some("select_account")),
    };
    page::page(explanation.status, &failed)
}
