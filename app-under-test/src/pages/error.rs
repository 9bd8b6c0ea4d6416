//! The one page for every login that failed.

use askama::Template;
use axum::response::Response;

use super::page::{self, login_path};
use crate::{access::Visitor, app::App, error::LoginError, request_id::RequestId};

#[derive(Template)]
#[template(path = "error.html")]
struct Failed<'a> {
    base: &'a str,
    code: &'a str,
    sentence: &'a str,
    request_id: &'a str,
    try_again: String,
    switch_user: String,
    /// Who is signed in all the same.
    signed_in: Option<&'a str>,
}

/// Tells the user in the app's own words, and the log in the error's.
///
/// A failed login leaves the session that there is, and the page says so: this is what the Back
/// button shows right after a login, for it brings the same answer of the provider once more.
pub(super) fn page(
    app: &App,
    request_id: &RequestId,
    visitor: &Visitor,
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
        signed_in: visitor.session().map(|session| session.user.name.as_str()),
    };
    page::page(explanation.status, &failed)
}
