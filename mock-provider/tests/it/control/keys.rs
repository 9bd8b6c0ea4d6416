//! Keys that are rotated over HTTP.

use serde_json::json;

use super::client::{Control, expect_refused};
use crate::support::{start, tokens_for, verified};

const KEYS: &str = "/issuers/default/keys";

#[tokio::test]
async fn keys_are_rotated_published_and_withdrawn() {
    let provider = start().await;
    let control = Control(&provider);
    let kids = async || provider.keys().kids();
    let [old] = &*kids().await else { panic!("there is one key") };
    let late = json!({"rotation": "publish-late"});
    let received = control.post(&format!("{KEYS}/rotate"), late).await.expect(200).json();
    assert_eq!(received, provider.keys().jwks());
    assert_eq!(kids().await, std::slice::from_ref(old));
    control.post(&format!("{KEYS}/publish"), json!({})).await.expect(200);
    assert_eq!(kids().await.len(), 2);
    control.delete(&format!("{KEYS}/{old}")).await.expect(204);
    assert!(!kids().await.contains(old));
    verified(&provider, &tokens_for(&provider, "alice", "openid").await, "shop").await;
    assert_eq!(control.get(KEYS).await.json(), provider.keys().jwks());
}

#[tokio::test]
async fn an_unknown_rotation_or_key_is_refused() {
    let provider = start().await;
    let control = Control(&provider);
    let answer = control.post(&format!("{KEYS}/rotate"), json!({"rotation": "overlp"})).await;
    expect_refused(&answer, 422, "unknown value `overlp` of `rotation`: did you mean `overlap`?");
    control.delete(&format!("{KEYS}/unknown")).await.expect(404);
}

#[tokio::test]
async fn an_old_key_signs_again_under_another_name() {
    let provider = start().await;
    let control = Control(&provider);
    let old = provider.keys().kids().remove(0);
    provider.keys().rotate(mock_provider::Rotation::Replace);
    let change = json!({"sign": true, "name": "old"});
    control.patch(&format!("/issuers/default/keys/{old}"), change).await.expect(200);
    let kid = provider.keys().signing_kid(mock_provider::Algorithm::RS256);
    assert_eq!(kid.as_deref(), Some("old"));
    let refused = control.patch("/issuers/default/keys/unknown", json!({"sign": true})).await;
    assert!(refused.expect(404).body.contains("`unknown`"), "{}", refused.body);
}
