//! `{base}auth/logout`: ends the session here, then the one at the provider.
//!
//! Only a POST from the app's own form does so. A GET asks for confirmation: the sample's link was a
//! GET, and such links should still work, but an image or link on another site must not sign users
//! out.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use url::{Url, form_urlencoded};

use super::page::page;
use super::redirect;
use crate::app::App;
use crate::base::random;
use crate::oidc::logout;
use crate::session::cookie;
use crate::session::user_session::Session;
use crate::web::access::Visitor;

#[derive(Template)]
#[template(path = "confirm_logout.html")]
struct ConfirmLogout<'a> {
    base: &'a str,
    name: &'a str,
    csrf_token: &'a str,
}

/// Asks for confirmation.
pub(crate) async fn get(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    match visitor.session() {
        None => redirect::found(app.config.base_path.without_slash()),
        Some(session) => confirm(&app, session, StatusCode::OK),
    }
}

/// Signs out.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(session) = visitor.session() else {
        return redirect::see_other(app.config.base_path.without_slash());
    };
    let Ok(form) = form else {
        tracing::warn!("rejected a logout: the body is larger than the app's form");
        return confirm(&app, session, StatusCode::PAYLOAD_TOO_LARGE);
    };
    let token = form_urlencoded::parse(&form).find(|(name, _)| name == "csrf_token");
    if !token.is_some_and(|(_, token)| session.is_csrf_token(&token)) {
        tracing::warn!("rejected a logout: it lacks the session's CSRF token");
        return confirm(&app, session, StatusCode::FORBIDDEN);
    }
    // The app's own session first, so that it ends even if the provider fails.
    if let Some(id) = cookie::session(&headers, &app.config) {
        app.sessions.end(&id);
    }
    tracing::info!("signed out");
    let cookies = CookieJar::new().add(cookie::no_session(&app.config));
    let state = random::unguessable();
    match provider_logout(session, &state).await {
        Some(url) => {
            let cookies = cookies.add(cookie::new_logout(&app.config, &state));
            (cookies, redirect::see_other(url.as_str())).into_response()
        }
        None => {
            let logged_out = app.config.base_path.join("auth/logged-out");
            (cookies, redirect::see_other(&logged_out)).into_response()
        }
    }
}

/// The URL at which to end the provider's session. `None` when the provider has no such endpoint, or
/// is not reachable, because the user would then see an error page of the browser.
async fn provider_logout(session: &Session, state: &str) -> Option<Url> {
    let provider = &session.provider;
    let snapshot = provider.current().await.ok()?;
    let endpoint = snapshot.metadata.endpoints.end_session_endpoint.as_ref()?;
    if !provider.is_reachable(&snapshot.metadata).await {
        tracing::warn!("the provider is not reachable: signed out here only");
        return None;
    }
    let (client, registration) = (&provider.client, &snapshot.registration);
    Some(logout::request_url(endpoint, client, registration, &session.id_token, state))
}

fn confirm(app: &App, session: &Session, status: StatusCode) -> Response {
    let confirm = ConfirmLogout {
        base: app.config.base_path.as_str(),
        name: &session.user.name,
        csrf_token: session.csrf_token(),
    };
    page(status, &confirm)
}
