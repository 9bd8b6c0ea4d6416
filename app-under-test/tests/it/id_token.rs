//! The checks of the ID token: each test breaks one thing and names the check that must fail.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::setup::{NOW, Setup, begin, callback};
use crate::stub::TOKEN;
use crate::token::{IdToken, Key};

/// Signs in with a token changed by `change`. Returns the error code, or `None` on success.
async fn outcome(change: impl FnOnce(&mut IdToken)) -> Option<String> {
    outcome_at(&Setup::new().await, change).await
}

async fn outcome_at(setup: &Setup, change: impl FnOnce(&mut IdToken)) -> Option<String> {
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    let mut token = setup.id_token(&login);
    change(&mut token);
    setup.grant(&token);
    let answer = callback(&mut browser, &login.response()).await;
    if answer.status == 302 {
        return None;
    }
    assert_eq!(answer.status, 502, "{answer:#?}");
    assert!(browser.get("").await.body.contains("Please log in"));
    Some(answer.error_code().to_owned())
}

/// Asserts that the check `step` rejects the token.
async fn refused(step: &str, change: impl FnOnce(&mut IdToken)) {
    let outcome = outcome(change).await;
    assert_eq!(outcome.as_deref(), Some(step));
}

async fn accepted(change: impl FnOnce(&mut IdToken)) {
    assert_eq!(outcome(change).await, None);
}

/// Asserts that the check `step` rejects the token with each value of `claim`; null removes it.
async fn claim_refused(step: &str, claim: &str, values: &[Value]) {
    let setup = Setup::new().await;
    for value in values {
        let outcome = outcome_at(&setup, |token| token.set(claim, value.clone())).await;
        assert_eq!(outcome.as_deref(), Some(step), "{claim} = {value}");
    }
}

async fn claim_accepted(claim: &str, values: &[Value]) {
    let setup = Setup::new().await;
    for value in values {
        let outcome = outcome_at(&setup, |token| token.set(claim, value.clone())).await;
        assert_eq!(outcome, None, "{claim} = {value}");
    }
}

impl IdToken {
    /// Sets a claim; null removes it.
    fn set(&mut self, claim: &str, value: Value) {
        let claims = self.claims.as_object_mut().unwrap();
        match value {
            Value::Null => claims.shift_remove(claim),
            value => claims.insert(claim.to_owned(), value),
        };
    }
}

#[tokio::test]
async fn honest_token_signs_in() {
    accepted(|_| {}).await;
}

// The header and the signature.

#[tokio::test]
async fn unsigned_token_is_refused() {
    for name in ["none", "None", "NONE", "nOnE"] {
        for spoil in [
            |token: String| format!("{}.", token.rsplit_once('.').unwrap().0),
            |token: String| token.rsplit_once('.').unwrap().0.to_owned(),
            |token: String| token,
        ] {
            refused("id_token_header", |token| {
                token.header["alg"] = name.into();
                token.spoil = spoil;
            })
            .await;
        }
    }
}

#[tokio::test]
async fn token_without_signature_is_refused() {
    refused("id_token_signature", |token| {
        token.spoil = |token| format!("{}.", token.rsplit_once('.').unwrap().0);
    })
    .await;
}

#[tokio::test]
async fn changed_payload_is_refused() {
    refused("id_token_signature", |token| {
        token.spoil = |token| {
            let parts: Vec<&str> = token.split('.').collect();
            let mut payload = parts[1].to_owned();
            payload.insert(payload.len() / 2, 'A');
            format!("{}.{payload}.{}", parts[0], parts[2])
        };
    })
    .await;
}

#[tokio::test]
async fn foreign_key_is_refused_with_any_kid() {
    refused("id_token_signature", |token| token.key = Key::other()).await;
    refused("id_token_signature", |token| {
        token.key = Key::other();
        token.header["jwk"] = Key::other().jwk("signing");
        token.header["jku"] = "http://127.0.0.1:9/jwks".into();
    })
    .await;
}

#[tokio::test]
async fn symmetric_signature_is_refused_with_every_key() {
    let public_key = Key::signing().jwk("signing")["n"].as_str().unwrap().to_owned();
    for secret in ["s3cret", "", "app", &public_key] {
        refused("id_token_algorithm", |token| {
            token.header["alg"] = "HS256".into();
            token.key = Key::symmetric(secret.as_bytes());
        })
        .await;
    }
}

#[tokio::test]
async fn symmetric_key_in_the_key_set_is_not_used() {
    let setup = Setup::new().await;
    setup.stub.publish(&[json!({"kty": "oct", "kid": "signing", "k": "c2VjcmV0"})]);
    let outcome = outcome_at(&setup, |token| {
        token.header["alg"] = "HS256".into();
        token.key = Key::symmetric(b"secret");
    });
    assert_eq!(outcome.await.as_deref(), Some("id_token_algorithm"));
}

#[tokio::test]
async fn algorithm_that_is_not_configured_is_refused() {
    for (name, algorithm) in
        [("RS384", Algorithm::RS384), ("RS512", Algorithm::RS512), ("PS256", Algorithm::PS256)]
    {
        refused("id_token_algorithm", |token| {
            token.header["alg"] = name.into();
            token.key = Key::signing().with_algorithm(algorithm);
        })
        .await;
    }
}

#[tokio::test]
async fn algorithm_must_match_the_key() {
    let setup = Setup::with(&[("OIDC_SIGNING_ALGS", "RS256 ES256")]).await;
    let key = Key::p256();
    setup.stub.publish(&[key.jwk("signing")]);
    let outcome = outcome_at(&setup, |token| token.key = Key::signing()).await;
    assert_eq!(outcome.as_deref(), Some("id_token_unknown_key"));
}

#[tokio::test]
async fn configured_algorithm_is_accepted() {
    let setup = Setup::with(&[("OIDC_SIGNING_ALGS", "ES256")]).await;
    let key = Key::p256();
    setup.stub.publish(&[key.jwk("signing")]);
    let outcome = outcome_at(&setup, |token| {
        token.header["alg"] = "ES256".into();
        token.key = key;
    });
    assert_eq!(outcome.await, None);
}

#[tokio::test]
async fn unreadable_header_is_refused() {
    for (member, value) in [
        ("alg", json!(null)),
        ("alg", json!(256)),
        ("alg", json!("ES999")),
        ("kid", json!(1)),
        ("crit", json!("exp")),
    ] {
        refused("id_token_header", |token| token.header[member] = value).await;
    }
}

#[tokio::test]
async fn critical_extensions_are_refused() {
    for value in [json!(["http://example.com/unknown"]), json!(["b64"]), json!([])] {
        refused("id_token_critical", |token| token.header["crit"] = value).await;
    }
}

#[tokio::test]
async fn other_kinds_of_token_are_refused() {
    for typ in ["at+jwt", "logout+jwt", "secevent+jwt", ""] {
        refused("id_token_type", |token| token.header["typ"] = typ.into()).await;
    }
    for typ in ["JWT", "jwt"] {
        accepted(|token| token.header["typ"] = typ.into()).await;
    }
    accepted(|token| {
        token.header.as_object_mut().unwrap().remove("typ");
    })
    .await;
}

#[tokio::test]
async fn claims_in_the_header_are_ignored() {
    accepted(|token| token.header["sub"] = "victim".into()).await;
}

#[tokio::test]
async fn text_that_is_not_a_token_is_refused() {
    for spoil in [
        (|_| "garbage".to_owned()) as fn(String) -> String,
        |_| "...".to_owned(),
        |token| format!("{token}.extra.parts"),
        |token| format!(" {token}"),
        |token| token.replacen('.', "=.", 1),
        |_| "é.é.é".to_owned(),
    ] {
        refused("id_token_header", |token| token.spoil = spoil).await;
    }
}

#[tokio::test]
async fn payload_that_is_not_an_object_is_refused() {
    for payload in ["", "[]", "null", "\"text\"", "{"] {
        refused("id_token_claims", |token| token.payload = Some(payload.to_owned())).await;
    }
}

#[tokio::test]
async fn repeated_claim_is_refused() {
    for (claim, value) in [
        ("sub", "\"victim\""),
        ("aud", "\"other\""),
        ("iss", "\"http://evil.example\""),
        ("nonce", "\"x\""),
        ("exp", "1"),
    ] {
        refused("id_token_claims", |token| {
            let claims = token.claims.to_string();
            token.payload = Some(claims.replacen('{', &format!("{{\"{claim}\":{value},"), 1));
        })
        .await;
    }
}

// The claims.

#[tokio::test]
async fn issuer_must_match_exactly() {
    let setup = Setup::new().await;
    let issuer = setup.stub.issuer();
    for wrong in [
        String::new(),
        format!("{issuer}/"),
        issuer.replace("http", "https"),
        issuer.to_uppercase(),
        "http://evil.example".to_owned(),
    ] {
        let outcome = outcome_at(&setup, |token| token.set("iss", json!(wrong))).await;
        assert_eq!(outcome.as_deref(), Some("id_token_issuer"), "{wrong}");
    }
    claim_refused("id_token_claims", "iss", &[json!(null), json!([issuer]), json!(1)]).await;
}

#[tokio::test]
async fn audience_must_be_this_client() {
    let values =
        [json!("other"), json!("APP"), json!("app2"), json!("app other"), json!(""), json!([])];
    claim_refused("id_token_audience", "aud", &values).await;
    claim_refused("id_token_claims", "aud", &[json!(null), json!(1), json!({"a": "app"})]).await;
    claim_accepted("aud", &[json!("app"), json!(["app"])]).await;
}

#[tokio::test]
async fn additional_audiences_are_not_trusted() {
    claim_refused("id_token_audience", "aud", &[json!(["app", "other"]), json!(["other", "app"])])
        .await;
    refused("id_token_audience", |token| {
        token.set("aud", json!(["app", "other"]));
        token.set("azp", json!("app"));
    })
    .await;
}

#[tokio::test]
async fn authorized_party_must_be_this_client() {
    claim_refused("id_token_authorized_party", "azp", &[json!("other"), json!("")]).await;
    claim_accepted("azp", &[json!("app")]).await;
}

#[tokio::test]
async fn expired_token_is_refused_beyond_the_skew() {
    let values = [json!(NOW - 60), json!(NOW - 600), json!(0), json!(-1), json!(NOW - 61)];
    claim_refused("id_token_expired", "exp", &values).await;
    let values = [json!(null), json!((NOW + 600).to_string()), json!({}), json!(true)];
    claim_refused("id_token_claims", "exp", &values).await;
    let values =
        [json!(NOW), json!(NOW - 59), json!(NOW as f64 + 0.5), json!(u64::MAX), json!(1e300)];
    claim_accepted("exp", &values).await;
}

#[tokio::test]
async fn future_token_is_refused_beyond_the_skew() {
    claim_refused("id_token_not_yet_valid", "nbf", &[json!(NOW + 61), json!(NOW + 86_400)]).await;
    claim_accepted("nbf", &[json!(NOW - 5), json!(NOW + 5), json!(NOW + 60)]).await;
    let values = [json!(NOW + 61), json!(NOW + 86_400), json!(NOW * 1000)];
    claim_refused("id_token_issued_in_the_future", "iat", &values).await;
    claim_accepted("iat", &[json!(NOW + 5), json!(NOW + 60), json!(NOW - 86_400)]).await;
    claim_refused("id_token_claims", "iat", &[json!(null), json!("now")]).await;
}

#[tokio::test]
async fn nonce_must_be_the_one_of_this_login() {
    let values = [json!(null), json!(""), json!("constant")];
    claim_refused("id_token_nonce", "nonce", &values).await;
    claim_refused("id_token_claims", "nonce", &[json!(["a"]), json!(1)]).await;
    refused("id_token_nonce", |token| {
        let nonce = token.claims["nonce"].as_str().unwrap().to_uppercase();
        token.set("nonce", json!(nonce));
    })
    .await;
}

#[tokio::test]
async fn token_of_an_earlier_login_is_refused() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    setup.sign_in(&mut browser, json!({})).await;
    // The token endpoint returns the same token again.
    let login = begin(&mut browser, "auth/login").await;
    let answer = callback(&mut browser, &login.response()).await;
    assert_eq!(answer.error_code(), "id_token_nonce");
}

#[tokio::test]
async fn subject_must_not_be_empty_or_too_long() {
    let values = [json!(""), json!("  "), json!("x".repeat(256))];
    claim_refused("id_token_subject", "sub", &values).await;
    let values = [json!(null), json!(1), json!(["alice"]), json!({})];
    claim_refused("id_token_claims", "sub", &values).await;
    let values = [json!("x".repeat(255)), json!("007"), json!("../é ' --")];
    claim_accepted("sub", &values).await;
}

#[tokio::test]
async fn access_token_hash_must_match_when_present() {
    // The left half of SHA-256 of "an-access-token".
    let values = [json!("AAAAAAAAAAAAAAAAAAAAAA"), json!("")];
    claim_refused("id_token_access_token_hash", "at_hash", &values).await;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"an-access-token");
    let encode = |bytes: &[u8]| {
        use base64::Engine as _;
        json!(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    };
    claim_accepted("at_hash", &[encode(&hash.as_ref()[..16])]).await;
    claim_refused("id_token_access_token_hash", "at_hash", &[encode(hash.as_ref())]).await;
}

#[tokio::test]
async fn authentication_must_be_as_recent_as_requested() {
    let setup = Setup::with(&[("OIDC_MAX_AGE", "300")]).await;
    for value in [json!(null), json!(NOW - 361), json!(NOW + 61), json!(0)] {
        let outcome = outcome_at(&setup, |token| token.set("auth_time", value.clone())).await;
        assert_eq!(outcome.as_deref(), Some("id_token_authentication_time"), "{value}");
    }
    for value in [json!(NOW), json!(NOW - 300), json!(NOW as f64 - 1.5)] {
        let outcome = outcome_at(&setup, |token| token.set("auth_time", value.clone())).await;
        assert_eq!(outcome, None, "{value}");
    }
    // Not requested, therefore not checked.
    claim_accepted("auth_time", &[json!(0)]).await;
}

#[tokio::test]
async fn nothing_of_a_rejected_token_is_displayed() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    let mut token = setup.id_token(&login);
    token.set("iss", json!("http://evil.example/<script>"));
    setup.grant(&token);
    let answer = callback(&mut browser, &login.response()).await;
    assert!(!answer.body.contains("evil"), "{answer:#?}");
    assert_eq!(setup.stub.calls(TOKEN).len(), 1);
}
