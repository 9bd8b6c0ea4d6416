//! `GET` and `POST /end-session`
//! ([OpenID Connect RP-Initiated Logout 1.0](https://openid.net/specs/openid-connect-rpinitiated-1_0.html)).

use axum::http::StatusCode;

use crate::exchange::browser::Browser;
use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::exchange::signed_out::SignedOut;
use crate::issuer::issuer::Issuer;
use crate::issuer::logout::{Logout, LogoutError};
use crate::issuer::session::Session;
use crate::protocol::parameters::Parameters;
use crate::ui::{ClientName, ErrorPage, LogoutPage, SignedOutPage, UserCard, policy};

/// A link can be on any page, so a GET request never counts as consent.
pub(crate) fn get(issuer: &Issuer, request: &Request) -> Reply {
    match &request.query {
        Ok(parameters) => end_session(issuer, request, parameters, None),
        Err(reason) => Reply::unreadable(reason),
    }
}

pub(crate) fn post(issuer: &Issuer, request: &Request) -> Reply {
    match &request.form {
        Ok(parameters) => {
            let decision =
                parameters.last("decision").filter(|_| !request.is_cross_origin(&issuer.url));
            end_session(issuer, request, parameters, decision)
        }
        Err(reason) => Reply::unreadable(reason),
    }
}

/// Ends a session, or asks first; `decision` is the user's answer on the provider's own page.
fn end_session(
    issuer: &Issuer,
    request: &Request,
    parameters: &Parameters,
    decision: Option<&str>,
) -> Reply {
    let logout = match issuer.read_logout(parameters, request.hint.as_ref()) {
        Ok(logout) => logout,
        Err(error) => return reject(&error),
    };
    let session = Browser::of(request).session(issuer);
    match decision {
        Some("stay") => stay(session.as_ref()),
        Some("sign-out") => sign_out(issuer, &logout, session),
        _ if logout.needs_consent(session.as_ref()) => ask(&logout, parameters, session.as_ref()),
        _ => sign_out(issuer, &logout, session),
    }
}

/// Asks, because nothing proves that the user wants to sign out (section 2).
fn ask(logout: &Logout, parameters: &Parameters, session: Option<&Session>) -> Reply {
    let page = LogoutPage {
        client: logout.client.as_ref().map(|client| ClientName {
            id: client.id.clone(),
            name: client.display_name().to_owned(),
        }),
        user: session.map(|session| UserCard::from(&*session.user)),
        action: "end-session".into(),
        hidden: parameters
            .iter()
            .filter(|(name, _)| *name != "decision")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    Reply::page(&page, &policy::PAGE).note(Note::of_logout(
        logout,
        session,
        "asked whether to sign out",
    ))
}

fn stay(session: Option<&Session>) -> Reply {
    let page = SignedOutPage {
        still_signed_in: session.map(|session| UserCard::from(&*session.user)),
        return_to: None,
        frames: Vec::new(),
    };
    Reply::page(&page, &policy::PAGE).note(Note::new("the user chose to stay signed in"))
}

fn sign_out(issuer: &Issuer, logout: &Logout, session: Option<Session>) -> Reply {
    let sessions = issuer.end_sessions(logout, session);
    let ended = sessions.first();
    let what = match ended {
        Some(session) => format!("{} signed out", session.user.subject),
        None => "no user was signed in".to_owned(),
    };
    let signed_out = SignedOut {
        return_to: issuer.redirect_after(logout, ended),
        frames: issuer.logout_frames(&sessions),
    };
    Reply::signed_out(signed_out)
        .cookies(Browser::no_cookies(issuer))
        .notices(issuer.logout_notices(&sessions))
        .note(Note::of_logout(logout, ended, &what))
}

fn reject(error: &LogoutError) -> Reply {
    let details = match error {
        LogoutError::ReturnTo(rejection) => rejection.details(),
        _ => Vec::new(),
    };
    let page = ErrorPage {
        title: "Logout refused".into(),
        reason: error.to_string(),
        details,
        hint: error.hint().into(),
    };
    Reply::page(&page, &policy::PAGE)
        .status(StatusCode::BAD_REQUEST)
        .note(Note::refused("invalid_request", error.to_string()))
}
