//! Key set.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mock_provider::MockProvider;
use mock_provider::failure::Class;
use serde_json::Value;

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Browser, decoded, start, tokens_for, url};

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    // These two need several logins.
    let except = ["jwks-rotate-new-kid:timing=between-logins", "jwks-retired-key-used"];
    assert_changes(Class::Jwks, &except, transcript).await;
}

/// The `kid` of the ID token of a new login.
async fn signed_by(provider: &MockProvider) -> String {
    let tokens = tokens_for(provider, "alice", "openid").await;
    let token = tokens["id_token"].as_str().expect("there is an ID token");
    let (header, _) = decoded(token);
    header["kid"].as_str().expect("the key has a name").to_owned()
}

/// All published keys.
async fn keys(provider: &MockProvider) -> Vec<Value> {
    let keys = Browser::new().get(&url(provider, "/jwks")).await.json();
    keys["keys"].as_array().expect("a key set").clone()
}

#[tokio::test]
async fn keys_change_between_logins_and_not_within_one() {
    let provider = start().await;
    let failure = provider.fail("jwks-rotate-new-kid:timing=between-logins,old-key=kept");
    let mut seen = Vec::new();
    for login in 0..3 {
        let kid = signed_by(&provider).await;
        assert!(provider.keys().kids().contains(&kid), "the login can be verified afterwards");
        assert!(!seen.contains(&kid), "login {login}");
        assert_eq!(failure.fired(), login);
        seen.push(kid);
    }
    assert_eq!(provider.keys().kids(), seen[1..], "one old key is kept");
}

#[tokio::test]
async fn a_dropped_key_is_no_longer_published_when_the_new_one_signs() {
    let provider = start().await;
    let old = provider.keys().kids();
    let _failure = provider.fail("jwks-rotate-new-kid");
    let kid = signed_by(&provider).await;
    assert_eq!(provider.keys().kids(), [kid]);
    assert_ne!(provider.keys().kids(), old);
}

#[tokio::test]
async fn moved_keys_are_served_only_at_the_address_in_the_metadata() {
    let provider = start().await;
    let _failure = provider.fail("jwks-rotate-new-kid:jwks_uri=moved");
    let metadata = url(&provider, "/.well-known/openid-configuration");
    let address = async || {
        let metadata = Browser::new().get(&metadata).await.json();
        metadata["jwks_uri"].as_str().expect("an address").to_owned()
    };
    let old = address().await;
    Browser::new().get(&old).await.expect(200);
    let kid = signed_by(&provider).await;
    Browser::new().get(&old).await.expect(404);
    let keys = Browser::new().get(&address().await).await.json();
    assert_eq!(keys["keys"][0]["kid"], kid);
}

#[tokio::test]
async fn a_key_changes_under_its_name_after_each_cooldown() {
    let provider = start().await;
    let _failure = provider.fail("jwks-rotate-same-kid:cooldown=60s");
    let mut moduli = vec![keys(&provider).await[0]["n"].clone()];
    let kid = provider.keys().kids().remove(0);
    for _ in 0..2 {
        assert_eq!(signed_by(&provider).await, kid);
        let changed = keys(&provider).await;
        assert_eq!(changed.len(), 1);
        assert!(!moduli.contains(&changed[0]["n"]));
        assert_eq!(signed_by(&provider).await, kid);
        assert_eq!(keys(&provider).await, changed);
        moduli.push(changed[0]["n"].clone());
        provider.clock().advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_withdrawn_key_signs_again_after_the_client_has_seen_the_new_one() {
    let provider = start().await;
    let _failure = provider.fail("jwks-retired-key-used:age=10s");
    let old = signed_by(&provider).await;
    let new = signed_by(&provider).await;
    assert_ne!(old, new);
    assert_eq!(provider.keys().kids(), std::slice::from_ref(&new));
    assert_eq!(signed_by(&provider).await, new, "too soon");
    provider.clock().advance(Duration::from_secs(10));
    assert_eq!(signed_by(&provider).await, old);
    assert_eq!(provider.keys().kids(), [new]);
}

#[tokio::test]
async fn during_a_storm_every_token_names_another_key() {
    let provider = start().await;
    let failure = provider.fail("jwks-unknown-kid-storm:count=2");
    let published = provider.keys().kids();
    let (first, second) = (signed_by(&provider).await, signed_by(&provider).await);
    assert!(first != second && !published.contains(&first) && !published.contains(&second));
    assert!(published.contains(&signed_by(&provider).await));
    assert_eq!(failure.fired(), 2);
}

#[tokio::test]
async fn keys_are_unavailable_for_the_given_number_of_requests() {
    let provider = start().await;
    let _failure = provider.fail("jwks-unavailable:count=2");
    for status in [503, 503, 200] {
        Browser::new().get(&url(&provider, "/jwks")).await.expect(status);
    }
}

#[tokio::test]
async fn a_foreign_key_comes_before_or_after_the_right_one() {
    let provider = start().await;
    let honest = keys(&provider).await.remove(0);
    for (extra, member, value) in [
        ("kty-AKP", "kty", "AKP"),
        ("kty-unknown", "kty", "UNKNOWN"),
        ("OKP-Ed448", "crv", "Ed448"),
        ("EC-P521", "crv", "P-521"),
        ("secp256k1", "crv", "secp256k1"),
        ("use-enc", "use", "enc"),
        ("alg-RSA-OAEP", "alg", "RSA-OAEP"),
        ("same-kid-other-kty", "kty", "EC"),
    ] {
        for (order, foreign) in [("first", 0), ("last", 1)] {
            let _failure =
                provider.fail(format!("jwks-foreign-keys:extra={extra},order={order}").as_str());
            let keys = keys(&provider).await;
            assert_eq!(keys.len(), 2);
            assert_eq!(keys[1 - foreign], honest);
            assert_eq!(keys[foreign][member], value);
            assert_eq!(keys[foreign]["kid"] == honest["kid"], extra == "same-kid-other-kty");
        }
    }
}

#[tokio::test]
async fn a_weak_key_is_published_and_named_by_the_token() {
    let provider = start().await;
    let honest = keys(&provider).await.remove(0);
    for (weakness, length, exponent) in
        [("rsa-512", 64, "AQAB"), ("rsa-1024", 128, "AQAB"), ("e-1", 256, "AQ")]
    {
        let _failure = provider.fail(format!("jwks-weak-key:key={weakness}").as_str());
        let published = keys(&provider).await;
        // Honest logins still need the honest key.
        let [first, jwk] = published.as_slice() else { panic!("{published:?}") };
        assert_eq!(first, &honest);
        let modulus = BASE64_URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap_or_default());
        assert_eq!(modulus.expect("base64url").len(), length);
        assert_eq!(jwk["e"], exponent);
        assert_eq!(jwk["kid"], signed_by(&provider).await);
    }
    let _failure = provider.fail("jwks-weak-key:key=x5c-mismatch");
    let mut jwk = keys(&provider).await.remove(0);
    assert_eq!(jwk["kid"], signed_by(&provider).await);
    assert!(jwk["x5c"][0].is_string());
    jwk.as_object_mut().expect("a JWK").remove("x5c");
    assert_eq!(jwk, honest);
}
