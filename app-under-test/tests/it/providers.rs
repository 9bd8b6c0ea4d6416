//! Several providers, one of them malicious: none may act for another.

use serde_json::{Value, json};
use url::Url;

use crate::browser::{Answer, Browser};
use crate::setup::{BASE, Begun, NOW, Setup, begin, grant};
use crate::stub::{DISCOVERY, JWKS, Reply, Stub, TOKEN};
use crate::token::{IdToken, Key};

/// The app, the provider `honest`, which is the first, and the provider `evil`.
struct Two {
    setup: Setup,
    evil: Stub,
}

impl Two {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(variables: &[(&str, &str)]) -> Self {
        let evil = Stub::start().await;
        evil.publish(&[Key::other().jwk("evil")]);
        Self::at(evil, variables).await
    }

    async fn at(evil: Stub, variables: &[(&str, &str)]) -> Self {
        let issuer = evil.issuer();
        let mut all = vec![
            ("OIDC_PROVIDERS", "honest,evil"),
            ("OIDC_PROVIDER_EVIL_AUTHORITY", &issuer),
            ("OIDC_PROVIDER_EVIL_CLIENT_ID", "evil-client"),
            ("OIDC_PROVIDER_EVIL_CLIENT_SECRET", "evil-s3cret"),
        ];
        all.extend(variables);
        Self { setup: Setup::with(&all).await, evil }
    }

    /// The evil provider's token for Mallory, who has the same subject as Alice.
    fn evil_token(&self, login: &Begun) -> IdToken {
        let now = self.setup.clock.now().as_second();
        let mut token = IdToken::honest(&self.evil.issuer(), login.nonce(), now);
        token.header["kid"] = "evil".into();
        token.key = Key::other();
        token.claims["aud"] = "evil-client".into();
        token.claims["name"] = "Mallory".into();
        token.claims["sid"] = "evil-1".into();
        token
    }

    /// A browser that has signed in at the evil provider.
    async fn signed_in_at_evil(&self) -> Browser {
        let mut browser = self.setup.browser();
        let login = begin(&mut browser, "auth/login?provider=evil").await;
        grant(&self.evil, &self.evil_token(&login));
        let answer = back_at_evil(&mut browser, &login).await;
        assert_eq!(answer.status, 302, "{answer:#?}");
        browser
    }

    fn token_calls(&self) -> (usize, usize) {
        (self.setup.stub.calls(TOKEN).len(), self.evil.calls(TOKEN).len())
    }

    /// A logout token signed by the evil provider, with changed claims.
    fn evil_logout_token(&self, claims: Value) -> String {
        let mut token = IdToken::honest(&self.evil.issuer(), "", NOW);
        token.header = json!({"alg": "RS256", "typ": "logout+jwt", "kid": "evil"});
        token.key = Key::other();
        token.claims = json!({
            "iss": self.evil.issuer(), "aud": "evil-client", "iat": NOW, "exp": NOW + 120,
            "jti": "1", "sub": "alice-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        for (name, value) in claims.as_object().unwrap() {
            token.claims[name] = value.clone();
        }
        token.sign()
    }
}

async fn back_at_evil(browser: &mut Browser, login: &Begun) -> Answer {
    browser.get(&format!("auth/callback/evil?{}", login.response())).await
}

async fn back_at_honest(browser: &mut Browser, login: &Begun) -> Answer {
    browser.get(&format!("auth/callback?{}", login.response())).await
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("").await.body.contains("Welcome")
}

#[tokio::test]
async fn there_is_a_button_for_each_provider() {
    let two = Two::new().await;
    let mut browser = two.setup.browser();
    let page = browser.get("").await;
    assert_eq!(page.text("sign-in"), "Sign in with honest");
    assert_eq!(page.attribute("sign-in", "href"), "/st_auth/auth/login");
    assert_eq!(page.text("sign-in-evil"), "Sign in with evil");
    assert_eq!(page.attribute("sign-in-evil", "href"), "/st_auth/auth/login?provider=evil");
    // A protected page offers the choice as well, and the links return to it.
    let page = browser.get("claims").await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.attribute("sign-in-evil", "href"),
        "/st_auth/auth/login?provider=evil&next=%2Fst_auth%2Fclaims"
    );
}

#[tokio::test]
async fn each_provider_gets_requests_from_its_own_client() {
    let two = Two::new().await;
    let mut browser = two.setup.browser();
    let address = two.setup.app.address();
    for (path, issuer, client_id, callback) in [
        ("auth/login", two.setup.stub.issuer(), "app", "auth/callback"),
        ("auth/login?provider=honest", two.setup.stub.issuer(), "app", "auth/callback"),
        ("auth/login?provider=evil", two.evil.issuer(), "evil-client", "auth/callback/evil"),
    ] {
        let login = begin(&mut browser, path).await;
        assert!(login.url.as_str().starts_with(&issuer), "{}", login.url);
        assert_eq!(login.parameter("client_id"), client_id);
        assert_eq!(login.parameter("redirect_uri"), format!("http://{address}{BASE}{callback}"));
    }
}

#[tokio::test]
async fn code_is_redeemed_at_the_provider_of_the_login() {
    let two = Two::new().await;
    let mut browser = two.signed_in_at_evil().await;
    let home = browser.get("").await;
    assert_eq!((home.text("name"), home.text("issuer")), ("Mallory", &*two.evil.issuer()));
    assert_eq!(two.token_calls(), (0, 1));
    let form = two.evil.calls(TOKEN).remove(0).form();
    let redirect_uri = form.iter().find(|(name, _)| name == "redirect_uri").unwrap();
    assert!(redirect_uri.1.ends_with("/auth/callback/evil"));
    assert!(form.contains(&("client_secret".to_owned(), "evil-s3cret".to_owned())));

    two.setup.sign_in(&mut browser, json!({})).await;
    let home = browser.get("").await;
    assert_eq!(
        (home.text("name"), home.text("issuer")),
        ("Alice Adams", &*two.setup.stub.issuer())
    );
}

#[tokio::test]
async fn response_at_another_redirect_uri_is_refused_before_any_code_is_sent() {
    let two = Two::new().await;
    let mut browser = two.setup.browser();
    // The evil provider redirected the browser to the honest one, which uses its own redirect URI.
    let login = begin(&mut browser, "auth/login?provider=evil").await;
    let answer = back_at_honest(&mut browser, &login).await;
    assert_eq!((answer.status, answer.error_code()), (400, "issuer_mismatch"));
    // And vice versa.
    let login = begin(&mut browser, "auth/login").await;
    let answer = back_at_evil(&mut browser, &login).await;
    assert_eq!((answer.status, answer.error_code()), (400, "issuer_mismatch"));
    assert_eq!(two.token_calls(), (0, 0));
}

#[tokio::test]
async fn response_of_another_issuer_is_refused_before_any_code_is_sent() {
    for advertised in [false, true] {
        let evil = Stub::start().await;
        evil.edit(DISCOVERY, |metadata| {
            metadata["authorization_response_iss_parameter_supported"] = advertised.into();
        });
        let two = Two::at(evil, &[]).await;
        let mut browser = two.setup.browser();
        let honest = two.setup.stub.issuer();
        let mut responses = vec![format!("&iss={honest}")];
        if advertised {
            responses.push(String::new());
        }
        for iss in responses {
            let login = begin(&mut browser, "auth/login?provider=evil").await;
            let path = format!("auth/callback/evil?{}{iss}", login.response());
            let answer = browser.get(&path).await;
            assert_eq!((answer.status, answer.error_code()), (400, "issuer_mismatch"));
        }
        assert_eq!(two.token_calls(), (0, 0));
    }
}

#[tokio::test]
async fn tokens_of_one_provider_are_refused_from_another() {
    let two = Two::new().await;
    let mut browser = two.setup.browser();
    let honest = two.setup.stub.issuer();
    type Change = fn(&mut IdToken, &str);
    let changes: [(&str, Change); 4] = [
        // The honest provider's own token, replayed.
        ("id_token_unknown_key", |token, honest| {
            token.claims["iss"] = honest.into();
            token.claims["aud"] = "app".into();
            token.header["kid"] = "signing".into();
            token.key = Key::signing();
        }),
        // A token about a user of the honest provider, signed by the evil one.
        ("id_token_issuer", |token, honest| token.claims["iss"] = honest.into()),
        ("id_token_audience", |token, _| token.claims["aud"] = "app".into()),
        ("id_token_signature", |token, _| token.key = Key::signing()),
    ];
    for (code, change) in changes {
        let login = begin(&mut browser, "auth/login?provider=evil").await;
        let mut token = two.evil_token(&login);
        change(&mut token, &honest);
        grant(&two.evil, &token);
        let answer = back_at_evil(&mut browser, &login).await;
        assert_eq!(answer.error_code(), code);
        assert!(!is_signed_in(&mut browser).await);
    }
}

#[tokio::test]
async fn same_subject_at_another_issuer_is_another_user() {
    let two = Two::new().await;
    let mut mallory = two.signed_in_at_evil().await;
    let mut alice = two.setup.signed_in(json!({"sid": "evil-1"})).await;
    let post = async |token: String| {
        let form = [("logout_token", token.as_str())];
        two.setup.browser().post("auth/backchannel-logout", &form).await.status
    };
    // The evil provider can end only the sessions of its own users.
    let honest = two.setup.stub.issuer();
    for claims in
        [json!({"iss": honest}), json!({"iss": honest, "aud": "app"}), json!({"aud": "app"})]
    {
        assert_eq!(post(two.evil_logout_token(claims)).await, 400);
    }
    assert!(is_signed_in(&mut alice).await && is_signed_in(&mut mallory).await);
    assert_eq!(post(two.evil_logout_token(json!({}))).await, 200);
    assert!(is_signed_in(&mut alice).await && !is_signed_in(&mut mallory).await);
}

#[tokio::test]
async fn front_channel_logout_ends_only_sessions_of_its_provider() {
    let two = Two::new().await;
    let mut mallory = two.signed_in_at_evil().await;
    let mut alice = two.setup.signed_in(json!({"sid": "evil-1"})).await;
    let evil = two.evil.issuer();
    let path = format!("auth/frontchannel-logout?iss={evil}&sid=evil-1");
    let answer = two.setup.browser().get(&path).await;
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with(&format!("frame-ancestors {evil}")), "{policy}");
    assert!(is_signed_in(&mut alice).await && !is_signed_in(&mut mallory).await);
}

#[tokio::test]
async fn logout_redirects_to_the_provider_of_the_session() {
    let two = Two::new().await;
    let mut browser = two.signed_in_at_evil().await;
    let home = browser.get("").await;
    let answer = browser.post("auth/logout", &[("csrf_token", home.csrf_token())]).await;
    let url: Url = answer.location().parse().unwrap();
    assert!(url.as_str().starts_with(&format!("{}/end-session?", two.evil.issuer())), "{url}");
    assert!(url.query_pairs().any(|pair| pair == ("client_id".into(), "evil-client".into())));
}

#[tokio::test]
async fn refresh_goes_to_the_provider_of_the_session() {
    let two = Two::with(&[("OIDC_PROVIDER_EVIL_SCOPE", "openid offline_access")]).await;
    let mut browser = two.setup.browser();
    let login = begin(&mut browser, "auth/login?provider=evil").await;
    grant(&two.evil, &two.evil_token(&login));
    two.evil.edit(TOKEN, |document| {
        document["refresh_token"] = "evil-first".into();
        document["expires_in"] = 300.into();
    });
    back_at_evil(&mut browser, &login).await;
    two.setup.advance(300);
    two.evil.reply(TOKEN, Reply::status(400, json!({"error": "invalid_grant"})));
    let page = browser.get("").await;
    assert_eq!(page.text("session-ended"), "The sign-in service has ended your session.");
    assert_eq!(two.token_calls(), (0, 2));
}

#[tokio::test]
async fn same_groups_are_required_at_every_provider() {
    let two = Two::with(&[("REQUIRED_GROUPS", "auditors")]).await;
    let mut browser = two.signed_in_at_evil().await;
    let page = browser.get("").await;
    assert_eq!(page.status, 403);
    // As another user of the same provider.
    assert_eq!(
        page.attribute("switch-user", "href"),
        "/st_auth/auth/login?provider=evil&prompt=select_account"
    );
}

#[tokio::test]
async fn failed_login_can_be_tried_again_at_the_same_provider() {
    let two = Two::new().await;
    let mut browser = two.setup.browser();
    let login = begin(&mut browser, "auth/login?provider=evil").await;
    let path = format!("auth/callback/evil?error=access_denied&state={}", login.state());
    let page = browser.get(&path).await;
    assert_eq!(page.attribute("try-again", "href"), "/st_auth/auth/login?provider=evil");
}

#[tokio::test]
async fn unconfigured_providers_are_unknown() {
    let two = Two::new().await;
    let mut browser = two.setup.browser();
    for name in ["other", "", "EVIL", "default", "evil%00"] {
        let answer = browser.get(&format!("auth/login?provider={name}")).await;
        assert_eq!((answer.status, answer.error_code()), (400, "unknown_provider"), "{name}");
    }
    for path in ["auth/callback/other", "auth/callback/honest", "auth/callback/evil/x"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    let single = Setup::new().await;
    assert_eq!(single.browser().get("auth/callback/default").await.status, 404);
}

#[tokio::test]
async fn unavailable_provider_does_not_affect_the_other() {
    let evil = Stub::start().await;
    evil.reply(JWKS, Reply::status(503, json!({})));
    let two = Two::at(evil, &[]).await;
    let mut browser = two.setup.browser();
    let answer = browser.get("auth/login?provider=evil").await;
    assert_eq!((answer.status, answer.error_code()), (502, "provider_answer"));
    two.setup.sign_in(&mut browser, json!({})).await;
    assert!(is_signed_in(&mut browser).await);
    assert_eq!(browser.get("readyz").await.status, 200);
}
