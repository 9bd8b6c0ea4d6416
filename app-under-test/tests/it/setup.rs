//! An app, its provider, and the steps of a login.

use std::collections::HashMap;
use std::time::Duration;

use app_under_test::{App, Clock, Config, RunningApp};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::browser::{Answer, Browser};
use crate::stub::{Reply, Stub, TOKEN, USERINFO};
use crate::token::IdToken;

/// 2026-01-01T00:00:00Z, the time at which every test begins.
pub(crate) const NOW: i64 = 1_767_225_600;

/// The app's base path in most tests.
pub(crate) const BASE: &str = "/st_auth/";

/// A fresh app and a fresh provider.
pub(crate) struct Setup {
    pub(crate) stub: Stub,
    pub(crate) app: RunningApp,
    pub(crate) clock: Clock,
}

/// A login that the app has begun: its request to the provider.
pub(crate) struct Begun {
    pub(crate) url: Url,
    pub(crate) parameters: HashMap<String, String>,
}

impl Begun {
    #[track_caller]
    pub(crate) fn parameter(&self, name: &str) -> &str {
        match self.parameters.get(name) {
            Some(value) => value,
            None => panic!("no {name} in {}", self.url),
        }
    }

    pub(crate) fn state(&self) -> &str {
        self.parameter("state")
    }

    pub(crate) fn nonce(&self) -> &str {
        self.parameter("nonce")
    }

    /// The query of an honest response.
    pub(crate) fn response(&self) -> String {
        format!("code=ok&state={}", self.state())
    }
}

impl Setup {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// An app with these variables, in addition to or in place of the usual ones; empty means unset.
    pub(crate) async fn with(variables: &[(&str, &str)]) -> Self {
        Self::at(Stub::start().await, variables).await
    }

    /// An app for a provider that is already scripted.
    pub(crate) async fn at(stub: Stub, variables: &[(&str, &str)]) -> Self {
        let clock = clock();
        let app = start(&stub.issuer(), variables, |config| config.with_clock(clock.clone())).await;
        Self { stub, app, clock }
    }

    /// An app whose time limit is short enough for a test.
    pub(crate) async fn impatient(stub: Stub) -> Self {
        Self::impatient_with(stub, &[]).await
    }

    /// The same with additional variables.
    pub(crate) async fn impatient_with(stub: Stub, variables: &[(&str, &str)]) -> Self {
        let clock = clock();
        let app = start(&stub.issuer(), variables, |config| {
            config.with_clock(clock.clone()).with_provider_timeout(Duration::from_secs(1))
        })
        .await;
        Self { stub, app, clock }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.app.base_url())
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// An honest ID token for `login`.
    pub(crate) fn id_token(&self, login: &Begun) -> IdToken {
        IdToken::honest(&self.stub.issuer(), login.nonce(), self.clock.now().as_second())
    }

    /// Makes the token endpoint return `id_token`, and userinfo its subject.
    pub(crate) fn grant(&self, id_token: &IdToken) {
        grant(&self.stub, id_token);
    }

    /// Signs in with an honest token and these claims. Returns the callback's response.
    pub(crate) async fn sign_in(&self, browser: &mut Browser, claims: Value) -> Answer {
        let login = begin(browser, "auth/login").await;
        let mut token = self.id_token(&login);
        let overrides: Map<String, Value> = serde_json::from_value(claims).unwrap();
        token.claims.as_object_mut().unwrap().extend(overrides);
        self.grant(&token);
        callback(browser, &login.response()).await
    }

    /// A browser that has signed in.
    pub(crate) async fn signed_in(&self, claims: Value) -> Browser {
        let mut browser = self.browser();
        let answer = self.sign_in(&mut browser, claims).await;
        assert_eq!(answer.status, 302, "{answer:#?}");
        browser
    }
}

/// Makes a provider's token endpoint return `id_token`, and userinfo its subject.
pub(crate) fn grant(stub: &Stub, id_token: &IdToken) {
    let document = json!({
        "access_token": "an-access-token",
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": id_token.sign(),
    });
    stub.reply(TOKEN, Reply::Json(document));
    let userinfo = json!({"sub": id_token.claims["sub"]});
    stub.reply(USERINFO, Reply::Json(userinfo));
}

/// A manual clock, set to [`NOW`].
pub(crate) fn clock() -> Clock {
    Clock::manual(jiff::Timestamp::from_second(NOW).unwrap())
}

/// Starts an app.
pub(crate) async fn start(
    authority: &str,
    variables: &[(&str, &str)],
    finish: impl FnOnce(Config) -> Config,
) -> RunningApp {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect_uri = format!("http://{}{BASE}auth/callback", listener.local_addr().unwrap());
    let mut all = HashMap::from([
        ("OIDC_AUTHORITY", authority),
        ("OIDC_CLIENT_ID", "app"),
        ("OIDC_CLIENT_SECRET", "s3cret"),
        ("OIDC_REDIRECT_URI", &redirect_uri),
        ("URL_BASE_PATHNAME", BASE),
    ]);
    all.extend(variables.iter().copied());
    let set = all.into_iter().filter(|(_, value)| !value.is_empty());
    let config =
        Config::from_variables(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let config = config.unwrap_or_else(|errors| panic!("{errors}"));
    App::start(listener, finish(config))
}

/// Begins a login at a path below the base.
pub(crate) async fn begin(browser: &mut Browser, path: &str) -> Begun {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 302, "{answer:#?}");
    let url: Url = answer.location().parse().unwrap();
    let parameters = url.query_pairs().into_owned().collect();
    Begun { url, parameters }
}

/// Returns from the provider.
pub(crate) async fn callback(browser: &mut Browser, query: &str) -> Answer {
    browser.get(&format!("auth/callback?{query}")).await
}
