//! `GET {base}auth/logged-out`: the end of a logout, with or without the provider.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use super::page::page;
use super::redirect;
use crate::app::App;
use crate::session::cookie;
use crate::web::access::Visitor;

#[derive(Template)]
#[template(path = "logged_out.html")]
struct LoggedOut<'a> {
    base: &'a str,
    /// Whether the provider redirected the browser here after a logout that began in this app.
    at_the_provider: bool,
}

/// Confirms the logout. Visitors who are signed in are redirected to the home page.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let base = &app.config.base_path;
    if visitor.session().is_some() {
        return redirect::found(base.without_slash());
    }
    let logged_out = LoggedOut {
        base: base.as_str(),
        at_the_provider: returned_from_provider(&headers, &app, &query.unwrap_or_default()),
    };
    let cookies = CookieJar::new().add(cookie::no_logout(&app.config));
    (cookies, page(StatusCode::OK, &logged_out)).into_response()
}

/// Whether the state is that of this browser's logout
/// ([OpenID Connect RP-Initiated Logout 1.0, section 3](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout)).
/// It affects only the text of the page; other states are ignored.
fn returned_from_provider(headers: &HeaderMap, app: &App, query: &str) -> bool {
    let Some(expected) = cookie::logout(headers, &app.config) else {
        return false;
    };
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, state)| name == "state" && state.as_bytes().ct_eq(expected.as_bytes()).into())
}
