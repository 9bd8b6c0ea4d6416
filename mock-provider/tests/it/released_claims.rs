//! Which claims a scope releases, and where.

use std::collections::BTreeMap;

use mock_provider::{ClaimsIn, MockProvider, MockProviderBuilder, User};
use serde_json::{Map, Value, json};

use crate::support::{Browser, builder, tokens_for, verified};

/// The user's claims in the ID token, and those in userinfo.
async fn claims(provider: &MockProvider, subject: &str, scope: &str) -> (Value, Value) {
    let tokens = tokens_for(provider, subject, scope).await;
    let id_token = verified(provider, &tokens, "shop").await;
    let token = tokens["access_token"].as_str().expect("there is an access token");
    let userinfo = Browser::new().userinfo(provider, token).await.expect(200).json();
    (without_protocol_claims(&id_token), without_protocol_claims(&userinfo))
}

fn without_protocol_claims(claims: &Value) -> Value {
    let protocol = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid"];
    let claims = claims.as_object().expect("claims are an object").clone();
    Value::Object(Map::from_iter(
        claims.into_iter().filter(|(name, _)| !protocol.contains(&name.as_str())),
    ))
}

fn plain(user: User) -> MockProviderBuilder {
    builder().user(user)
}

#[tokio::test]
async fn each_scope_releases_its_claims_in_both_places() {
    let provider = builder().start().await;
    // A claim without a scope is released with `openid`.
    let always = ("department", json!("Research"));
    for (scope, released) in [
        ("openid", json!({})),
        (
            "openid profile",
            json!({
                "name": "Alice Archer",
                "given_name": "Alice",
                "family_name": "Archer",
                "preferred_username": "al",
                "picture": "https://pictures.example/alice.png",
                "locale": "en-GB",
            }),
        ),
        ("openid email", json!({"email": "alice@example.org", "email_verified": true})),
        ("openid address", json!({"address": {"locality": "Springfield"}})),
        ("openid phone", json!({"phone_number": "+1 555 0100", "phone_number_verified": true})),
        ("openid groups", json!({"groups": ["staff", "admins"]})),
        ("openid offline_access", json!({})),
    ] {
        let mut released = released;
        released[always.0] = always.1.clone();
        let (id_token, userinfo) = claims(&provider, "alice", scope).await;
        assert_eq!(id_token, released, "{scope}");
        assert_eq!(userinfo, released, "{scope}");
    }
}

#[tokio::test]
async fn missing_attributes_are_omitted_but_groups_are_sent_even_when_empty() {
    let provider = plain(User::new("zed")).start().await;
    let (id_token, _) = claims(&provider, "zed", "openid profile email address phone groups").await;
    assert_eq!(id_token, json!({"groups": []}));
}

#[tokio::test]
async fn custom_scopes_release_their_mapped_claims() {
    let user = User::new("zed").claim("department", "Sales").claim("desk", 7).claim("free", true);
    let provider = plain(user)
        .settings(|settings| {
            settings.scopes = BTreeMap::from([
                ("work".into(), vec!["department".into(), "desk".into()]),
                ("seat".into(), vec!["desk".into(), "name".into()]),
            ]);
        })
        .start()
        .await;
    for (scope, released) in [
        ("openid", json!({"free": true})),
        ("openid work", json!({"free": true, "department": "Sales", "desk": 7})),
        ("openid seat", json!({"free": true, "desk": 7})),
    ] {
        assert_eq!(claims(&provider, "zed", scope).await.1, released, "{scope}");
    }
}

#[tokio::test]
async fn claims_are_placed_as_configured() {
    let released =
        json!({"department": "Research", "email": "alice@example.org", "email_verified": true});
    for (place, in_id_token, in_userinfo) in [
        (ClaimsIn::Both, &released, &released),
        (ClaimsIn::IdToken, &released, &json!({})),
        (ClaimsIn::Userinfo, &json!({}), &released),
    ] {
        let provider = builder().settings(|settings| settings.claims_in = place).start().await;
        let (id_token, userinfo) = claims(&provider, "alice", "openid email").await;
        assert_eq!((&id_token, &userinfo), (in_id_token, in_userinfo), "{place:?}");
    }
}

#[tokio::test]
async fn unusual_values_are_sent_as_configured() {
    let user = User::new("zed")
        .name("<b>Żółć & 日本</b>\u{202e}")
        .email("zed@example.org")
        .email_verified(false)
        .claim("email", Value::Null)
        .claim("nested", json!({"a": [1, 2.5, null]}));
    let provider = plain(user).start().await;
    let (id_token, userinfo) = claims(&provider, "zed", "openid profile email").await;
    let expected = json!({
        "name": "<b>Żółć & 日本</b>\u{202e}",
        "email": null,
        "email_verified": false,
        "nested": {"a": [1, 2.5, null]},
    });
    assert_eq!((&id_token, &userinfo), (&expected, &expected));
}
