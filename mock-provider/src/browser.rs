//! The browser that sends a request, and its session at the provider.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::issuer::Issuer;
use crate::session::Session;

/// What a browser sent of itself.
#[derive(Debug)]
pub(crate) struct Browser {
    cookies: CookieJar,
    /// True when a page of another origin made the browser send this
    /// ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header)). Another
    /// port is another origin on the same site: there are the applications under test.
    pub(crate) cross_origin: bool,
}

impl Browser {
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

impl<S: Send + Sync> FromRequestParts<S> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            cookies: CookieJar::from_headers(&parts.headers),
            cross_origin: is_cross_origin(&parts.headers),
        })
    }
}

fn is_cross_origin(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site")
}
