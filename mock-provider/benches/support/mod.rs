//! One whole login through the provider's router, as a relying party and a browser make it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{Request, Response};
use mock_provider::MockProvider;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;
use url::form_urlencoded::{self, Serializer};

/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const REDIRECT_URI: &str = "http://127.0.0.1:8050/callback";

/// A relying party with a browser.
pub(crate) struct Login {
    router: Router,
    authorization: String,
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
        Self { router: provider.router(), authorization }
    }

    /// Sign-in page, sign-in, token, userinfo.
    pub(crate) async fn with_page(&self) {
        let page = self.get(&format!("/authorize?{}", self.authorization), None).await;
        assert!(page.status().is_success());
        let page = to_bytes(page.into_body(), usize::MAX).await.expect("a page");
        assert!(page.len() > 1_000, "a page with users");

        let form = encode(&[
            ("request", &self.authorization),
            ("flow", "0123abcd"),
            ("decision", "sign-in"),
            ("subject", "alice"),
        ]);
        self.redeem(&self.post("/sign-in", form).await).await;
    }

    /// Authorization, token, userinfo, where the provider signs in by itself.
    pub(crate) async fn without_page(&self) {
        let callback = self.get(&format!("/authorize?{}", self.authorization), None).await;
        self.redeem(&callback).await;
    }

    async fn redeem(&self, callback: &Response<Body>) {
        let location = callback.headers()[LOCATION].to_str().expect("an address");
        let (_, query) = location.split_once('?').expect("an address with a query");
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let (_, code) = pairs.find(|(name, _)| name == "code").expect("a code");

        let form = encode(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("client_id", "demo-app"),
            ("client_secret", "demo-secret-that-everybody-may-know"),
            ("code_verifier", VERIFIER),
        ]);
        let tokens: Tokens = json(self.post("/token", form).await).await;
        assert_eq!(tokens.id_token.matches('.').count(), 2);

        let claims: Claims = json(self.get("/userinfo", Some(&tokens.access_token)).await).await;
        assert_eq!(claims.sub, "alice");
    }

    async fn get(&self, path: &str, access_token: Option<&str>) -> Response<Body> {
        let mut request = Request::get(path);
        if let Some(token) = access_token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    async fn post(&self, path: &str, form: String) -> Response<Body> {
        let request = Request::post(path)
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

/// What a relying party takes from a token response.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: String,
}

/// What it takes from userinfo.
#[derive(Deserialize)]
struct Claims {
    sub: String,
}

async fn json<T: DeserializeOwned>(response: Response<Body>) -> T {
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}
