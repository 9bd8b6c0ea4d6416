//! The browser that sends a request, and its session at the provider.

use axum::http::header::COOKIE;
use cookie::{Cookie, SameSite};

use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;
use crate::issuer::session::Session;
use crate::protocol::session_state::browser_state;

/// The browser that sent a request, by its cookies.
#[derive(Debug)]
pub(crate) struct Browser {
    cookies: Vec<Cookie<'static>>,
}

impl Browser {
    /// The browser that sent a request.
    pub(crate) fn of(request: &Request) -> Self {
        let headers = request.headers.get_all(COOKIE).iter();
        let headers = headers.filter_map(|header| Some(header.to_str().ok()?.to_owned()));
        Self { cookies: headers.flat_map(Cookie::split_parse).flatten().collect() }
    }

    /// The session that the browser has at an issuer, with the user's current attributes.
    pub(crate) fn session(&self, issuer: &Issuer) -> Option<Session> {
        // If several cookies have the name, the last one counts.
        let cookie = self.cookies.iter().rfind(|cookie| cookie.name() == issuer.cookie_name)?;
        let mut sessions = issuer.sessions();
        let session = sessions.of_browser(cookie.value(), issuer.clock.seconds())?;
        session.user = issuer.current_user(&session.user);
        Some(session.clone())
    }

    /// The cookies that give a browser its session.
    pub(crate) fn cookies(issuer: &Issuer, session: &Session) -> Vec<String> {
        let own = cookie(issuer, issuer.cookie_name.clone(), session.cookie());
        let state = issuer.settings.session_management.then(|| {
            let mut cookie = state_cookie(issuer, browser_state(&session.sid));
            // The script of the session check page reads it.
            cookie.set_http_only(false);
            cookie
        });
        [Some(own), state].into_iter().flatten().map(|cookie| cookie.to_string()).collect()
    }

    /// The cookies that remove a browser's session.
    pub(crate) fn no_cookies(issuer: &Issuer) -> Vec<String> {
        let own = cookie(issuer, issuer.cookie_name.clone(), String::new());
        let state = issuer.settings.session_management.then(|| state_cookie(issuer, String::new()));
        let removed = |mut cookie: Cookie<'static>| {
            // Not `make_removal`, which reads the system's time for a redundant `Expires`.
            cookie.set_max_age(time::Duration::ZERO);
            cookie.to_string()
        };
        [Some(own), state].into_iter().flatten().map(removed).collect()
    }

    /// The name of the cookie from which scripts read the state of the session.
    pub(crate) fn state_cookie_name(issuer: &Issuer) -> String {
        format!("{}_state", issuer.cookie_name)
    }
}

fn state_cookie(issuer: &Issuer, value: String) -> Cookie<'static> {
    cookie(issuer, Browser::state_cookie_name(issuer), value)
}

fn cookie(issuer: &Issuer, name: String, value: String) -> Cookie<'static> {
    let path = if issuer.path.is_empty() { "/" } else { &issuer.path };
    let https = issuer.url.starts_with("https:");
    Cookie::build((name, value))
        .path(path.to_owned())
        .http_only(true)
        .secure(https)
        // Silent renewal happens in a frame, which gets cookies only with `None`; and `None` needs
        // HTTPS.
        .same_site(if https { SameSite::None } else { SameSite::Lax })
        .build()
}
