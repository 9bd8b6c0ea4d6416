//! `GET {base}auth/login`: redirects the browser to the provider.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use url::form_urlencoded;

use super::{error, redirect};
use crate::app::App;
use crate::base::random;
use crate::flows::error::LoginError;
use crate::flows::sign_in;
use crate::oidc::authorization::Prompt;
use crate::session::cookie;
use crate::web::access::Visitor;
use crate::web::request_id::RequestId;

/// The parameters of a link to the login. Others are ignored.
#[derive(Default)]
struct Parameters {
    /// The name of the provider.
    provider: Option<String>,
    /// The page to return to.
    next: Option<String>,
    prompt: Option<Prompt>,
}

/// Begins a login.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    request_id: RequestId,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let parameters = Parameters::parse(&query.unwrap_or_default());
    let base = &app.config.base_path;
    // Only a page of this app: otherwise the link would be an open redirect.
    let next = parameters.next.filter(|next| base.contains(next));
    let home = || base.without_slash().to_owned();
    let return_to = next.clone().unwrap_or_else(home);
    // All tabs of a browser share one cookie.
    let browser = cookie::login(&headers, &app.config)
        .filter(|browser| random::is_unguessable(browser))
        .unwrap_or_else(random::unguessable);

    let provider = match &parameters.provider {
        None => app.providers.first(),
        Some(name) => match app.providers.find(name) {
            Some(provider) => provider,
            None => {
                let login = error::Login { provider: None, return_to: next.as_deref() };
                let failure = LoginError::UnknownProvider;
                return error::page(&app, &request_id, &visitor, &failure, login);
            }
        },
    };
    match sign_in::begin(&app, provider, &browser, return_to, parameters.prompt).await {
        Ok(url) => {
            tracing::info!(provider = provider.name, "login started");
            let cookies = CookieJar::new().add(cookie::new_login(&app.config, &browser));
            (cookies, redirect::found(url.as_str())).into_response()
        }
        Err(failure) => {
            let login = error::Login { provider: Some(provider), return_to: next.as_deref() };
            error::page(&app, &request_id, &visitor, &failure, login)
        }
    }
}

impl Parameters {
    fn parse(query: &str) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "provider" => parameters.provider = Some(value.into_owned()),
                "next" => parameters.next = Some(value.into_owned()),
                "prompt" => parameters.prompt = Prompt::parse(&value),
                _ => {}
            }
        }
        parameters
    }
}
