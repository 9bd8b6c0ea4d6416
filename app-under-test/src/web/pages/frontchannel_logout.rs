//! `GET {base}auth/frontchannel-logout`: the provider's page loads this in a frame when its
//! session ends
//! ([OpenID Connect Front-Channel Logout 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html)).
//!
//! In a frame on another site, browsers do not send the session cookie, because it is `Lax`, and
//! more and more browsers send no cookies at all. The session is therefore found by the provider's
//! name for it.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse as _, Response};
use url::{Url, form_urlencoded};

use crate::app::App;
use crate::flows::sign_out;

/// An empty page.
const EMPTY: &str = "<!doctype html>\n<html lang=\"en\"><title>Logout</title></html>\n";

/// Ends the session that `iss` and `sid` name. The response does not reveal whether there is one;
/// only the site that may frame it depends on `iss`.
pub(crate) async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let issuer = parameter(&query, "iss");
    if let (Some(issuer), Some(session_id)) = (&issuer, parameter(&query, "sid")) {
        sign_out::by_session_id(&app, issuer, &session_id);
    }
    let origin = issuer.and_then(|issuer| origin_of_provider(&app, &issuer));
    let policy = format!(
        "default-src 'none'; base-uri 'none'; frame-ancestors {}",
        origin.as_deref().unwrap_or("'none'")
    );
    let mut response = ([(CACHE_CONTROL, "no-store")], Html(EMPTY)).into_response();
    // An origin is ASCII. Without its own policy, the page would get the general one.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The value of a parameter that occurs once and is not empty.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(other, _)| other == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) if !value.is_empty() => Some(value.into_owned()),
        _ => None,
    }
}

/// The origin of the provider with this issuer, from the configuration instead of the query.
fn origin_of_provider(app: &App, issuer: &str) -> Option<String> {
    let provider = app.providers.with_issuer(issuer).next()?;
    let url = Url::parse(&provider.settings.authority).ok()?;
    Some(url.origin().ascii_serialization())
}
