//! `GET {base}auth/frontchannel-logout`: the provider's page loads this in a frame when its
//! session ends
//! ([OpenID Connect Front-Channel Logout 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html)).
//!
//! In a frame of another site the session cookie does not come along, since it is `Lax`, and in
//! more and more browsers no cookie would. So the session is found by what the provider calls
//! it, and the cookie plays no part.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse as _, Response};
use url::{Url, form_urlencoded};

use crate::app::App;
use crate::flows::sign_out;

/// A page with nothing to see.
const EMPTY: &str = "<!doctype html>\n<html lang=\"en\"><title>Logout</title></html>\n";

/// Ends the session that `iss` and `sid` name. The answer is the same when they name none, so
/// that nobody learns which there are; only who may frame it differs, by `iss` alone.
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
    // An origin is ASCII; without a policy of its own, the page gets the one of all pages.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The value of a parameter that stands there once and says something.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(other, _)| other == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) if !value.is_empty() => Some(value.into_owned()),
        _ => None,
    }
}

/// The origin of the provider with this issuer, as the app knows it, not as the query says.
fn origin_of_provider(app: &App, issuer: &str) -> Option<String> {
    let provider = app.providers.issuing(issuer).next()?;
    let url = Url::parse(&provider.settings.authority).ok()?;
    Some(url.origin().ascii_serialization())
}
