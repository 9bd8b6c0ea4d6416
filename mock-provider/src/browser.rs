//! The browser that sends a request, and its session at the provider.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::issuer::Issuer;
use crate::request::Request;
use crate::session::Session;

/// What a browser sent of itself.
#[derive(Debug)]
pub(crate) struct Browser {
    cookies: CookieJar,
}

impl Browser {
    /// The browser that sent a request.
    pub(crate) fn of(request: &Request) -> Self {
        Self { cookies: CookieJar::from_headers(&request.headers) }
    }

    /// The session that the browser has at an issuer.
    pub(crate) fn session(&self, issuer: &Issuer) -> Option<Session> {
        let cookie = self.cookies.get(&issuer.cookie_name)?;
        issuer.sessions().of_browser(cookie.value(), issuer.clock.seconds()).cloned()
    }

    /// The header that gives a browser its session.
    pub(crate) fn cookie(issuer: &Issuer, value: &str) -> String {
        cookie(issuer, value).to_string()
    }

    /// The header that takes a browser's session away.
    pub(crate) fn no_cookie(issuer: &Issuer) -> String {
        let mut cookie = cookie(issuer, "");
        // Not `make_removal`, which reads the system's time for an `Expires` that nobody needs.
        cookie.set_max_age(time::Duration::ZERO);
        cookie.to_string()
    }
}

fn cookie(issuer: &Issuer, value: &str) -> Cookie<'static> {
    let path = if issuer.path.is_empty() { "/" } else { &issuer.path };
    let https = issuer.url.starts_with("https:");
    Cookie::build((issuer.cookie_name.clone(), value.to_owned()))
        .path(path.to_owned())
        .http_only(true)
        .secure(https)
        // A client that renews silently does so in a frame, which gets cookies only with `None`;
        // and `None` needs https.
        .same_site(if https { SameSite::None } else { SameSite::Lax })
        .build()
}
