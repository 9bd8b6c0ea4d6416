//! "Access denied": for users who signed in and are in none of the required groups.

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
    /// The groups that would do; none when it is not for a group that the user stays out.
    required_groups: Vec<&'a str>,
    groups_are_elsewhere: bool,
    switch_user: String,
    csrf_token: &'a str,
}

/// The page that stands in for the one that was asked for. It is no redirect, least of all to
/// the provider, which would send the same user straight back.
pub(super) fn page(app: &App, session: &Session, return_to: Option<&str>) -> Response {
    let base = &app.config.base_path;
    let required = &app.config.required_groups;
    let is_member = access::is_member(&session.user, required);
    let denied = Denied {
        base: base.as_str(),
        name: &session.user.name,
        required_groups: required.iter().map(String::as_str).filter(|_| !is_member).collect(),
        groups_are_elsewhere: !is_member && session.user.groups_are_elsewhere,
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
