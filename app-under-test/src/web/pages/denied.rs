//! "Access denied", for signed-in users without access.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{self, login_path};
use crate::app::App;
use crate::session::user_session::Session;
use crate::web::access;

#[derive(Template)]
#[template(path = "denied.html")]
struct Denied<'a> {
    base: &'a str,
    name: &'a str,
    /// The groups that would grant access; empty if groups are not the reason.
    required_groups: Vec<&'a str>,
    has_distributed_groups: bool,
    switch_user: String,
    csrf_token: &'a str,
}

/// The page, in place of the requested one. It is not a redirect to the provider, which would send
/// the same user straight back.
pub(super) fn page(app: &App, session: &Session, return_to: Option<&str>) -> Response {
    let base = &app.config.base_path;
    let required = &app.config.required_groups;
    let is_member = access::is_member(&session.user, required);
    let denied = Denied {
        base: base.as_str(),
        name: &session.user.name,
        required_groups: required.iter().map(String::as_str).filter(|_| !is_member).collect(),
        has_distributed_groups: !is_member && session.user.has_distributed_groups,
        switch_user: login_path(
            base,
            app.providers.name_in_links(&session.provider),
            return_to,
            Some("select_account"),
        ),
        csrf_token: session.csrf_token(),
    };
    page::page(StatusCode::FORBIDDEN, &denied)
}
