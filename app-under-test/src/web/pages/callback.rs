//! `GET {base}auth/callback` and `{base}auth/callback/{provider}`: the redirect URIs.
//!
//! Each provider has its own redirect URI, so that a response is accepted only from the provider
//! of the login
//! ([RFC 9700, section 4.4.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.4.2)).

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;

use super::{error, not_found, redirect};
use crate::app::App;
use crate::flows::sign_in::{self, SignIn};
use crate::session::cookie;
use crate::web::access::{self, Visitor};
use crate::web::request_id::RequestId;

/// Completes a login and begins a session.
///
/// A failed login does not affect an existing session. The login cookie stays, because another tab
/// may still be signing in; it expires by itself.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    name: Option<Path<String>>,
    request_id: RequestId,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let provider = match &name {
        None => app.providers.first(),
        Some(Path(name)) => match app.providers.find_additional(name) {
            Some(provider) => provider,
            None => return not_found::any(State(app)).await,
        },
    };
    let browser = cookie::login(&headers, &app.config);
    let query = query.unwrap_or_default();
    match sign_in::complete(&app, provider, &query, browser.as_deref()).await {
        Ok(SignIn { session, return_to }) => {
            tracing::info!(subject = session.claims.subject, "signed in");
            let required = &app.config.required_groups;
            if !access::is_member(&session.user, required) {
                tracing::info!(
                    ?required,
                    "access denied: the user is in none of the required groups"
                );
            }
            let previous = cookie::session(&headers, &app.config);
            let id = app.sessions.begin(session, previous.as_deref());
            let cookies = CookieJar::new().add(cookie::new_session(&app.config, &id));
            (cookies, redirect::found(&return_to)).into_response()
        }
        Err(failed) => {
            let return_to = failed.return_to.as_deref();
            let login = error::Login { provider: Some(provider), return_to };
            error::page(&app, &request_id, &visitor, &failed.error, login)
        }
    }
}
