//! One whole login through the provider's router, as a relying party and a browser make it.
//!
//! It calls the router without a connection, so that the time is the provider's, and keeps no
//! cookies: every login starts without a session. `http-browser` would add the time of HTTP.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{Request, Response, Uri};
use mock_provider::MockProvider;
use serde::Deserialize;
use tower::ServiceExt;
use url::form_urlencoded::{self, Serializer};

/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const REDIRECT_URI: &str = "http://127.0.0.1:8050/callback";

/// A relying party with a browser. The constant parts of its requests are encoded in advance, so that
/// the measured time is the provider's.
pub(crate) struct Login {
    router: Router,
    authorize: Uri,
    sign_in_form: String,
    /// Without the code, which is appended.
    token_form: String,
}

impl Login {
    /// For the built-in client `demo-app`.
    pub(crate) fn at(provider: &MockProvider) -> Self {
        let authorization = encode(&[
            ("response_type", "code"),
            ("client_id", "demo-app"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid profile email groups"),
            ("state", "af0ifjsldkj"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let sign_in_form = encode(&[
            ("request", &authorization),
            ("flow", "0123abcd"),
            ("decision", "sign-in"),
            ("subject", "alice"),
        ]);
        let token_form = encode(&[
            ("grant_type", "authorization_code"),
            ("redirect_uri", REDIRECT_URI),
            ("client_id", "demo-app"),
            ("client_secret", "demo-secret-that-everybody-may-know"),
            ("code_verifier", VERIFIER),
            ("code", ""),
        ]);
        let authorize = format!("/authorize?{authorization}").parse().expect("an address");
        Self { router: provider.router(), authorize, sign_in_form, token_form }
    }

    /// Sign-in page, sign-in, token, userinfo.
    pub(crate) async fn with_page(&self) {
        let page = self.get(self.authorize.clone(), None).await;
        assert!(page.status().is_success());
        let page = to_bytes(page.into_body(), usize::MAX).await.expect("a page");
        assert!(page.len() > 1_000, "a page with users");
        self.redeem(&self.post("/sign-in", self.sign_in_form.clone()).await).await;
    }

    /// Authorization, token, userinfo, if the provider signs the user in without a page.
    pub(crate) async fn without_page(&self) {
        let callback = self.get(self.authorize.clone(), None).await;
        self.redeem(&callback).await;
    }

    async fn redeem(&self, callback: &Response<Body>) {
        let location = callback.headers()[LOCATION].to_str().expect("an address");
        let (_, query) = location.split_once('?').expect("an address with a query");
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let (_, code) = pairs.find(|(name, _)| name == "code").expect("a code");

        let tokens = self.post("/token", format!("{}{code}", self.token_form)).await;
        let tokens = to_bytes(tokens.into_body(), usize::MAX).await.expect("a token response");
        let tokens: Tokens<'_> = serde_json::from_slice(&tokens).expect("tokens");
        assert_eq!(tokens.id_token.matches('.').count(), 2);

        let userinfo = Uri::from_static("/userinfo");
        let claims = self.get(userinfo, Some(tokens.access_token)).await;
        let claims = to_bytes(claims.into_body(), usize::MAX).await.expect("a userinfo response");
        let claims: Claims<'_> = serde_json::from_slice(&claims).expect("claims");
        assert_eq!(claims.sub, "alice");
    }

    async fn get(&self, uri: Uri, access_token: Option<&str>) -> Response<Body> {
        let mut request = Request::get(uri);
        if let Some(token) = access_token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    async fn post(&self, path: &'static str, form: String) -> Response<Body> {
        let request = Request::post(Uri::from_static(path))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .expect("a request");
        self.send(request).await
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

fn encode(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The members of a token response that a relying party uses.
#[derive(Deserialize)]
struct Tokens<'a> {
    id_token: &'a str,
    access_token: &'a str,
}

/// The members of userinfo that it uses.
#[derive(Deserialize)]
struct Claims<'a> {
    sub: &'a str,
}
