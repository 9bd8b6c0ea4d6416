//! A relying party that checks nothing.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// Its client ID.
pub(super) const CLIENT_ID: &str = "careless";

/// Its client secret.
pub(super) const CLIENT_SECRET: &str = "careless-secret";

/// The text of its page if no user is signed in.
pub(super) const SIGNED_OUT: &str = "You are not signed in";

/// The state of its handlers.
struct Careless {
    issuer: String,
    url: String,
    http: reqwest::Client,
    /// The claims of each login. A cookie contains the index.
    sessions: Mutex<Vec<Value>>,
}

/// The relying party at `url`, which ends with a slash, for a provider.
pub(super) fn router(issuer: &str, url: &Url) -> Result<Router> {
    let careless = Careless {
        issuer: issuer.to_owned(),
        url: url.to_string(),
        http: reqwest::Client::builder().no_proxy().build()?,
        sessions: Mutex::default(),
    };
    Ok(Router::new()
        .route("/", get(home))
        .route("/login", get(login))
        .route("/callback", get(callback))
        .with_state(Arc::new(careless)))
}

/// The parameters of an authorization response that it reads: neither `state` nor `iss`.
#[derive(Deserialize)]
struct Callback {
    code: Option<String>,
    error_description: Option<String>,
}

impl Careless {
    /// The address of an endpoint, from metadata whose issuer it does not check.
    async fn endpoint(&self, member: &str) -> Result<String> {
        let url = format!("{}/.well-known/openid-configuration", self.issuer);
        let metadata: Value = self.http.get(url).send().await?.json().await?;
        Ok(metadata[member].as_str().context("the metadata lacks an endpoint")?.to_owned())
    }

    async fn authorization_request(&self) -> Result<String> {
        let mut url = Url::parse(&self.endpoint("authorization_endpoint").await?)?;
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", &format!("{}callback", self.url)),
            ("scope", "openid profile email"),
            ("state", "always-the-same"),
            ("nonce", "always-the-same-too"),
        ]);
        Ok(url.into())
    }

    /// The claims of the ID token for a code. It reads neither header nor signature.
    async fn claims(&self, code: &str) -> Result<Value> {
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &format!("{}callback", self.url)),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ];
        let endpoint = self.endpoint("token_endpoint").await?;
        let tokens: Value = self.http.post(endpoint).form(&grant).send().await?.json().await?;
        let token = tokens["id_token"].as_str().context("there is no ID token")?;
        let claims = token.split('.').nth(1).context("the ID token has one part")?;
        Ok(serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims)?)?)
    }

    /// The session with the index in the cookie.
    fn session(&self, headers: &HeaderMap) -> Option<Value> {
        let cookie = headers.get(COOKIE)?.to_str().ok()?;
        let number: usize = cookie.split("session=").nth(1)?.parse().ok()?;
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned()
    }

    fn new_session(&self, claims: Value) -> usize {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.push(claims);
        sessions.len() - 1
    }
}

async fn home(State(rp): State<Arc<Careless>>, headers: HeaderMap) -> Html<String> {
    Html(match rp.session(&headers) {
        // Unescaped.
        Some(claims) => {
            let text = |claim: &str| claims[claim].as_str().unwrap_or_default().to_owned();
            format!("<p>{} {} {}</p>", text("sub"), text("name"), text("email"))
        }
        None => format!("<p>{SIGNED_OUT}</p>"),
    })
}

async fn login(State(rp): State<Arc<Careless>>) -> Response {
    match rp.authorization_request().await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(error) => format!("{error:#}").into_response(),
    }
}

async fn callback(State(rp): State<Arc<Careless>>, Query(response): Query<Callback>) -> Response {
    let Some(code) = response.code else {
        // Unescaped, too.
        return Html(response.error_description.unwrap_or_default()).into_response();
    };
    match rp.claims(&code).await {
        Ok(claims) => {
            let cookie = format!("session={}; Path=/", rp.new_session(claims));
            ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        Err(error) => format!("{error:#}").into_response(),
    }
}
