//! Authorization response.

use mock_provider::failure::Class;
use mock_provider::{Endpoint, MockProvider};
use serde_json::Value;

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Answer, Browser, Parameters, last_refusal, start, url, verified};

async fn log_in(provider: &MockProvider) -> Answer {
    Browser::new().log_in(provider, Parameters::authorization(), "alice").await
}

/// The token response for the code of a callback.
async fn redeem(provider: &MockProvider, callback: &Answer) -> Answer {
    let code = callback.callback()["code"].clone();
    Browser::new().token(provider, Parameters::code(&code)).await
}

/// The value of a parameter in the query or the fragment.
fn parameter(callback: &Answer, name: &str) -> String {
    let address = url::Url::parse(callback.location()).expect("an address");
    let query = address.query().unwrap_or_default().to_owned();
    let all = format!("{query}&{}", address.fragment().unwrap_or_default());
    let mut pairs = url::form_urlencoded::parse(all.as_bytes()).into_owned();
    pairs.find(|(own, _)| own == name).map(|(_, value)| value).expect("it is there")
}

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    let except = [
        // Only a user agent can do these.
        "authorization-login-csrf:victim=no-session",
        "authorization-login-csrf:victim=logged-in",
        "authorization-session-overwriting",
        "authorization-initiate-login-abuse",
        "authorization-form-post:dwell",
        "authorization-form-post:requested=true",
        // These need an earlier login, an open login or an error.
        "authorization-login-csrf:state=attacker",
        "authorization-state-mismatch:variant=previous",
        "authorization-iss-mismatch:on=error",
        // This one needs a second issuer.
        "authorization-mixup",
    ];
    assert_changes(Class::Authorization, &except, transcript).await;
}

#[tokio::test]
async fn the_previous_state_is_that_of_the_login_before() {
    let provider = start().await;
    let failure = provider.fail("authorization-state-mismatch:variant=previous");
    assert_eq!(log_in(&provider).await.callback()["state"], "af0ifjsldkj");
    assert_eq!(failure.fired(), 0);
    let request = Parameters::authorization().with("state", "another");
    let callback = Browser::new().log_in(&provider, request, "alice").await;
    assert_eq!(callback.callback()["state"], "af0ifjsldkj");
    assert_eq!(failure.fired(), 1);
}

#[tokio::test]
async fn a_victims_login_ends_with_the_callback_of_a_login_that_another_browser_began() {
    let provider = start().await;
    let failure = provider.fail("authorization-login-csrf:state=attacker");
    // A finished login is not used, because the relying party would recognize its state.
    let own = log_in(&provider).await;
    assert_eq!(own.callback()["state"], "af0ifjsldkj");
    redeem(&provider, &own).await.expect(200);
    assert_eq!(failure.fired(), 0);

    let attacker = Parameters::authorization()
        .with("state", "attackers-state")
        .with("nonce", "attackers-nonce")
        .with("code_challenge", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        .with("code_challenge_method", "plain");
    Browser::new().authorize(&provider, &attacker).await.expect_sign_in_page();
    let victim = log_in(&provider).await;
    assert_eq!(victim.callback()["state"], "attackers-state");
    // A relying party that knows the attacker's nonce and verifier signs the attacker in.
    let tokens = redeem(&provider, &victim).await;
    let claims = verified(&provider, &tokens.expect(200).json(), "shop").await;
    assert_eq!((&claims["sub"], &claims["nonce"]), (&"bob".into(), &"attackers-nonce".into()));
    assert_eq!(failure.fired(), 1);
}

#[tokio::test]
async fn an_injected_code_is_redeemed_for_another_user_with_the_nonce_of_their_session() {
    let provider = start().await;
    let _failure = provider.fail("authorization-code-injection");
    let tokens = redeem(&provider, &log_in(&provider).await).await;
    let claims = verified(&provider, &tokens.expect(200).json(), "shop").await;
    assert_eq!(claims["sub"], "bob");
    assert_ne!(claims["nonce"], "n-0S6_WzA2Mj");
}

#[tokio::test]
async fn an_injected_code_is_refused_where_the_provider_checks_pkce_or_the_client() {
    let provider = start().await;
    for (parameter, reason) in [
        ("op-checks-pkce=true", "code_verifier does not match"),
        ("code=other-client", "code was issued to client `blog`, but `shop` redeems it"),
    ] {
        let _failure = provider.fail(format!("authorization-code-injection:{parameter}"));
        redeem(&provider, &log_in(&provider).await).await.expect(400);
        let (error, received) = last_refusal(&provider);
        assert_eq!(error, "invalid_grant");
        assert!(received.starts_with(reason), "{received}");
    }
}

#[tokio::test]
async fn the_issuer_of_an_error_is_wrong_on_errors_only() {
    let provider = start().await;
    let failure = provider.fail("authorization-iss-mismatch:on=error");
    assert_eq!(log_in(&provider).await.callback()["iss"], provider.issuer());
    assert_eq!(failure.fired(), 0);
    let request = Parameters::authorization().with("prompt", "none");
    let refused = Browser::new().authorize(&provider, &request).await.callback();
    assert_eq!(refused["error"], "login_required");
    assert_eq!(refused["iss"], format!("{}/issuers/other", provider.issuer()));
}

#[tokio::test]
async fn a_mixed_up_login_ends_with_the_code_of_the_honest_issuer() {
    let provider = start().await;
    let evil = provider.failing("authorization-mixup");
    let request = Parameters::authorization().encode();
    let mut browser = Browser::new();
    let sent_on = browser.get(&format!("{}/authorize?{request}", evil.issuer())).await;
    let honest = format!("{}/authorize?{request}", provider.issuer());
    assert_eq!(sent_on.location(), honest);
    let page = browser.get(&honest).await;
    let callback = browser.sign_in(&page, "alice").await;
    assert_eq!(callback.callback()["iss"], provider.issuer());
    // The malicious token endpoint cannot redeem the honest code, but now knows it.
    let form = Parameters::code(&callback.callback()["code"]);
    browser.post(&format!("{}/token", evil.issuer()), &form).await.expect(400);
    let journal = evil.journal();
    assert_eq!(journal[0].alterations[0].failure, "authorization-mixup");
    assert_eq!(journal[1].endpoint, Endpoint::Token);
}

#[tokio::test]
async fn a_mix_up_with_distinct_redirect_uris_uses_the_other_registered_one() {
    let provider = start().await;
    let evil = provider.failing("authorization-mixup:redirect-uris=distinct");
    let request = Parameters::authorization().encode();
    let sent_on = Browser::new().get(&format!("{}/authorize?{request}", evil.issuer())).await;
    let sent_on = url::Url::parse(sent_on.location()).expect("an address");
    let other = sent_on.query_pairs().find(|(name, _)| name == "redirect_uri");
    assert_eq!(other.expect("it is there").1, "https://shop.example/callback?tenant=1");
}

#[tokio::test]
async fn a_named_issuer_may_sign_with_the_key_of_the_default_one() {
    let provider = start().await;
    let named = provider.named("acme");
    let request = format!("{}/authorize?{}", named.issuer(), Parameters::authorization().encode());
    for (case, own) in [("own", true), ("other-op", false)] {
        let failure =
            named.fail(format!("authorization-session-overwriting:key={case}")).may_not_fire();
        let mut browser = Browser::new();
        let page = browser.get(&request).await;
        let callback = browser.sign_in(&page, "alice").await;
        let form = Parameters::code(&callback.callback()["code"]);
        let tokens = browser.post(&format!("{}/token", named.issuer()), &form).await.json();
        let header = jsonwebtoken::decode_header(tokens["id_token"].as_str().unwrap()).unwrap();
        let kid = header.kid.expect("the ID token names its key");
        assert_eq!(named.keys().kids().contains(&kid), own);
        assert_eq!(provider.keys().kids().contains(&kid), !own);
        assert_eq!(failure.fired(), u64::from(!own));
    }
}

#[tokio::test]
async fn a_request_that_must_not_be_redirected_is_not_forwarded_either() {
    let provider = start().await;
    let failure = provider.fail("authorization-mixup").may_not_fire();
    let request = Parameters::authorization().with("redirect_uri", "https://evil.example/");
    Browser::new().authorize(&provider, &request).await.expect_page(400, "not registered");
    assert_eq!(failure.fired(), 0);
}

#[tokio::test]
async fn unusual_codes_can_be_redeemed() {
    let provider = start().await;
    for (variant, length) in [("code-with-plus-slash-equals", 49), ("code-2kB", 2_048)] {
        let _failure = provider.fail(format!("authorization-unusual-but-valid:variant={variant}"));
        let callback = log_in(&provider).await;
        assert_eq!(callback.callback()["code"].len(), length);
        redeem(&provider, &callback).await.expect(200);
        redeem(&provider, &callback).await.expect(400);
    }
}

#[tokio::test]
async fn a_fully_percent_encoded_state_decodes_to_the_same_value() {
    let provider = start().await;
    let _failure =
        provider.fail("authorization-unusual-but-valid:variant=state-echo-special-chars");
    let state = "a b&c=d%+\u{e9}";
    let request = Parameters::authorization().with("state", state);
    let callback = Browser::new().log_in(&provider, request, "alice").await;
    assert!(callback.location().contains("&state=%61%20%62%26"), "{}", callback.location());
    assert_eq!(callback.callback()["state"], state);
}

#[tokio::test]
async fn the_second_of_two_codes_belongs_to_another_user_and_both_work() {
    let provider = start().await;
    let _failure = provider.fail("authorization-malformed:variant=two-codes");
    let callback = log_in(&provider).await;
    let address = url::Url::parse(callback.location()).expect("an address");
    let mut subjects = Vec::new();
    for (_, code) in address.query_pairs().filter(|(name, _)| name == "code") {
        let tokens = Browser::new().token(&provider, Parameters::code(&code)).await;
        let claims = verified(&provider, &tokens.expect(200).json(), "shop").await;
        subjects.push(claims["sub"].clone());
    }
    assert_eq!(subjects, ["alice", "bob"]);
}

#[tokio::test]
async fn an_unsolicited_id_token_is_valid_and_belongs_to_another_user() {
    let provider = start().await;
    for place in ["query", "fragment"] {
        let _failure = provider.fail(format!("authorization-unsolicited-tokens:where={place}"));
        let callback = log_in(&provider).await;
        let tokens = serde_json::json!({"id_token": parameter(&callback, "id_token")});
        let claims = verified(&provider, &tokens, "shop").await;
        assert_eq!((&claims["sub"], &claims["nonce"]), (&"bob".into(), &"n-0S6_WzA2Mj".into()));
        assert_eq!(callback.location().contains("#id_token="), place == "fragment");
    }
}

#[tokio::test]
async fn an_unsolicited_access_token_gives_access_to_the_claims_of_another_user() {
    let provider = start().await;
    let _failure = provider.fail("authorization-unsolicited-tokens:token=access_token");
    let token = parameter(&log_in(&provider).await, "access_token");
    let claims = Browser::new().userinfo(&provider, &token).await.expect(200).json();
    assert_eq!(claims["sub"], "bob");
    let received = serde_json::to_string(&provider.journal()).expect("JSON");
    assert!(!received.contains(&token), "the journal contains the token");
}

#[tokio::test]
async fn a_307_makes_the_browser_post_the_sign_in_form_to_the_client() {
    let provider = start().await;
    let _failure = provider.fail("authorization-form-post:variant=307-redirect");
    let callback = log_in(&provider).await;
    assert!(callback.expect(307).header("location").contains("code="));
}

#[tokio::test]
async fn the_other_user_is_invented_if_only_one_is_configured() {
    let provider = MockProvider::builder()
        .user(mock_provider::User::new("alice"))
        .client(
            mock_provider::Client::new("shop")
                .secret("s3cret")
                .redirect_uri(crate::support::CALLBACK),
        )
        .start()
        .await;
    let _failure = provider.fail("authorization-code-injection");
    let tokens: Value = redeem(&provider, &log_in(&provider).await).await.expect(200).json();
    let userinfo = url(&provider, "/userinfo");
    let token = tokens["access_token"].as_str().expect("it is there");
    let browser = Browser::new();
    let request = browser.request(reqwest::Method::GET, &userinfo).bearer_auth(token);
    let claims = Browser::new().send(request).await.expect(200).json();
    assert_eq!(claims["sub"], "alice-victim");
}
