//! The app's three cookies: their names and attributes.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::config::Config;
use crate::oidc::pending_login;

/// Identifies the session of a signed-in user.
const SESSION: &str = "rp_session";
/// Identifies the browser while it signs in, with all its tabs.
const LOGIN: &str = "rp_login";
/// Holds the state of a logout while the browser is at the provider.
const LOGOUT: &str = "rp_logout";

/// The identifier in the request's session cookie.
pub(crate) fn session(headers: &HeaderMap, config: &Config) -> Option<String> {
    read(headers, config, SESSION)
}

/// The identifier in the request's login cookie.
pub(crate) fn login(headers: &HeaderMap, config: &Config) -> Option<String> {
    read(headers, config, LOGIN)
}

/// The state in the request's logout cookie.
pub(crate) fn logout(headers: &HeaderMap, config: &Config) -> Option<String> {
    read(headers, config, LOGOUT)
}

/// A session cookie. It lasts until the browser is closed; the session itself may end earlier.
pub(crate) fn new_session(config: &Config, id: &str) -> Cookie<'static> {
    build(config, SESSION, id)
}

/// A login cookie.
pub(crate) fn new_login(config: &Config, id: &str) -> Cookie<'static> {
    short_lived(build(config, LOGIN, id))
}

/// A logout cookie.
pub(crate) fn new_logout(config: &Config, state: &str) -> Cookie<'static> {
    short_lived(build(config, LOGOUT, state))
}

/// Removes the session cookie.
pub(crate) fn no_session(config: &Config) -> Cookie<'static> {
    removed(build(config, SESSION, ""))
}

/// Removes the logout cookie.
pub(crate) fn no_logout(config: &Config) -> Cookie<'static> {
    removed(build(config, LOGOUT, ""))
}

/// The first cookie with this name: a browser sends the one with the longest path first
/// ([RFC 6265, section 5.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.4)), which is this
/// app's if another instance is served at `/` on the same host.
fn read(headers: &HeaderMap, config: &Config, name: &str) -> Option<String> {
    let name = full_name(config, name);
    headers
        .get_all(COOKIE)
        .iter()
        // Lossy, because the cookies of other applications on the host may not be UTF-8.
        .flat_map(|header| {
            Cookie::split_parse(String::from_utf8_lossy(header.as_bytes()).into_owned())
        })
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// A cookie that is hidden from scripts and other sites.
///
/// `Lax` instead of `Strict`: the redirect from the provider is a navigation from another site, and
/// needs the login cookie.
fn build(config: &Config, name: &str, value: &str) -> Cookie<'static> {
    Cookie::build((full_name(config, name), value.to_owned()))
        .path(config.base_path.without_slash().to_owned())
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .build()
}

fn short_lived(mut cookie: Cookie<'static>) -> Cookie<'static> {
    cookie.set_max_age(time::Duration::try_from(pending_login::LIFE).ok());
    cookie
}

fn removed(mut cookie: Cookie<'static>) -> Cookie<'static> {
    cookie.make_removal();
    cookie
}

/// The name with the prefix that makes browsers protect the cookie: over https, other hosts of the
/// same domain cannot set it
/// ([RFC 6265bis, section 4.1.3](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3)).
fn full_name(config: &Config, name: &str) -> String {
    match (config.is_https(), config.base_path.is_root()) {
        (false, _) => name.to_owned(),
        // Requires the path `/`.
        (true, true) => format!("__Host-{name}"),
        (true, false) => format!("__Secure-{name}"),
    }
}
