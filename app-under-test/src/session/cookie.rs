//! The app's three cookies: what they are called, and who gets to see them.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::config::Config;
use crate::oidc::pending_login;

/// Names the session of a signed-in user.
const SESSION: &str = "rp_session";
/// Names the browser while it signs in, for all its tabs.
const LOGIN: &str = "rp_login";
/// Remembers the state of a logout while the browser is at the provider.
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

/// A session cookie: it lasts as long as the browser runs, the session itself ends earlier.
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

/// Takes the session cookie from the browser.
pub(crate) fn no_session(config: &Config) -> Cookie<'static> {
    removed(build(config, SESSION, ""))
}

/// Takes the logout cookie from the browser.
pub(crate) fn no_logout(config: &Config) -> Cookie<'static> {
    removed(build(config, LOGOUT, ""))
}

/// The first cookie of the name: a browser sends the one with the longest path first
/// ([RFC 6265, section 5.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.4)), which is this
/// app's, when another one of its kind lives at `/` on the same host.
fn read(headers: &HeaderMap, config: &Config, name: &str) -> Option<String> {
    let name = full_name(config, name);
    headers
        .get_all(COOKIE)
        .iter()
        // Lossy: what other applications of the host keep in theirs must not hide this one.
        .flat_map(|header| {
            Cookie::split_parse(String::from_utf8_lossy(header.as_bytes()).into_owned())
        })
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// A cookie that scripts and other sites do not see.
///
/// `Lax` and not `Strict`: the way back from the provider is a navigation from another site,
/// and has to bring the login cookie along.
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

/// The name with the prefix that makes browsers guard the cookie: over https, other hosts of
/// the same domain cannot set it
/// ([RFC 6265bis, section 4.1.3](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3)).
fn full_name(config: &Config, name: &str) -> String {
    match (config.is_https(), config.base_path.is_root()) {
        (false, _) => name.to_owned(),
        // Demands the path `/`.
        (true, true) => format!("__Host-{name}"),
        (true, false) => format!("__Secure-{name}"),
    }
}
