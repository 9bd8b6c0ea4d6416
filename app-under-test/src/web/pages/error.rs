//! The page for all failed logins.

use askama::Template;
use axum::response::Response;

use super::page::{self, login_path};
use crate::app::App;
use crate::flows::error::LoginError;
use crate::oidc::provider::Provider;
use crate::web::access::Visitor;
use crate::web::request_id::RequestId;

#[derive(Template)]
#[template(path = "error.html")]
struct Failed<'a> {
    base: &'a str,
    code: &'a str,
    sentence: &'a str,
    request_id: &'a str,
    try_again: String,
    switch_user: String,
    /// The user who is still signed in.
    signed_in: Option<&'a str>,
}

/// What is known about the failed login.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Login<'a> {
    pub(super) provider: Option<&'a Provider>,
    /// The page that the user wanted to see.
    pub(super) return_to: Option<&'a str>,
}

/// Explains the error to the user and logs its cause.
///
/// A failed login does not end an existing session, and the page says so: the Back button leads
/// here right after a login, because it submits the same response again.
pub(super) fn page(
    app: &App,
    request_id: &RequestId,
    visitor: &Visitor,
    error: &LoginError,
    login: Login<'_>,
) -> Response {
    let explanation = error.explanation();
    tracing::warn!(code = explanation.code, %error, "login failed");
    let base = &app.config.base_path;
    let provider = login.provider.and_then(|provider| app.providers.name_in_links(provider));
    let again = |prompt| login_path(base, provider, login.return_to, prompt);
    let failed = Failed {
        base: base.as_str(),
        code: explanation.code,
        sentence: explanation.sentence,
        request_id: request_id.as_str(),
        try_again: again(None),
        switch_user: again(Some("select_account")),
        signed_in: visitor.session().map(|session| session.user.name.as_str()),
    };
    page::page(explanation.status, &failed)
}
