//! `GET /check-session`: the page from which applications learn whether the session continues
//! ([OpenID Connect Session Management 1.0, section 3.2](https://openid.net/specs/openid-connect-session-1_0.html#OPiframe)).

use crate::exchange::browser::Browser;
use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;
use crate::ui::{CheckSessionPage, policy};

pub(crate) fn get(issuer: &Issuer, _: &Request) -> Reply {
    let page = CheckSessionPage { cookie: Browser::state_cookie_name(issuer) };
    Reply::page(&page, &policy::CHECK_SESSION_PAGE).note(Note::new("session check page sent"))
}
