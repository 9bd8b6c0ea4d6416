//! `GET {base}auth/callback`: the browser is back from the provider.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;

use super::{error, redirect};
use crate::{access::Visitor, app::App, cookie, request_id::RequestId, sign_in};

/// Completes a login, and begins a session.
///
/// A failed one leaves whatever session there is as it was. The login cookie stays: another
/// tab may still be signing in, and it expires by itself.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    request_id: RequestId,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let browser = cookie::login(&headers, &app.config);
    let query = query.unwrap_or_default();
    match sign_in::complete(&app, &query, browser.as_deref()).await {
        Ok(sign_in) => {
            tracing::info!(subject = sign_in.claims.subject, "signed in");
            let return_to = sign_in.return_to.clone();
            let previous = cookie::session(&headers, &app.config);
            let id = app.sessions.begin(sign_in, previous.as_deref());
            let cookies = CookieJar::new().add(cookie::new_session(&app.config, &id));
            (cookies, redirect::found(&return_to)).into_response()
        }
        Err(failed) => {
            let return_to = failed.return_to.as_deref();
            error::page(&app, &request_id, &visitor, &failed.error, return_to)
        }
    }
}
