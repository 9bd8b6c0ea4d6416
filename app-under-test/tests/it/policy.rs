//! The policy service: queried once per login; only an explicit permission counts.

use serde_json::{Value, json};

use crate::setup::Setup;
use crate::stub::{Reply, Stub};

const AUTHORIZE: &str = "/api/v1/authorize";

/// Signs in while the policy service replies with `reply`. Returns the status of the home page.
async fn status_for(reply: Reply) -> u16 {
    let service = Stub::start().await;
    service.reply(AUTHORIZE, reply);
    let setup = Setup::with(&[("HEIMDALL_BASE_URL", &service.issuer())]).await;
    let mut browser = setup.signed_in(json!({})).await;
    let home = browser.get("").await;
    assert_eq!(browser.get("claims").await.status, home.status);
    assert_eq!(service.calls(AUTHORIZE).len(), 1);
    home.status
}

#[tokio::test]
async fn explicit_permission_admits() {
    assert_eq!(status_for(Reply::Json(json!({"allow": true, "valid": true}))).await, 200);
    assert_eq!(status_for(Reply::Json(json!({"allow": true, "result": {}}))).await, 200);
}

#[tokio::test]
async fn other_responses_deny_access() {
    for reply in [
        Reply::Json(json!({"allow": false, "valid": true})),
        Reply::Json(json!({"allow": true, "valid": false})),
        Reply::Json(json!({"allow": "true"})),
        Reply::Json(json!({})),
        Reply::Json(json!([true, true])),
        Reply::text(200, "<html>"),
        Reply::status(403, json!({"allow": true})),
        Reply::status(500, json!({"allow": true})),
        Reply::redirect(302, "/elsewhere"),
    ] {
        assert_eq!(status_for(reply).await, 403);
    }
}

#[tokio::test]
async fn unavailable_service_denies_access() {
    let service = Stub::start().await;
    let url = service.issuer();
    service.stop().await;
    let setup = Setup::with(&[("HEIMDALL_BASE_URL", &url)]).await;
    let denied = setup.signed_in(json!({})).await.get("").await;
    assert_eq!(denied.status, 403);
    // Groups are not the reason.
    assert!(!denied.body.contains("required-groups"), "{denied:#?}");
}

#[tokio::test]
async fn permission_does_not_replace_a_required_group() {
    let service = Stub::start().await;
    service.reply(AUTHORIZE, Reply::Json(json!({"allow": true, "valid": true})));
    let variables =
        [("HEIMDALL_BASE_URL", service.issuer()), ("REQUIRED_GROUPS", "auditors".to_owned())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let setup = Setup::with(&variables).await;
    assert_eq!(setup.signed_in(json!({})).await.get("").await.status, 403);
}

#[tokio::test]
async fn request_contains_the_token_and_the_paths() {
    let service = Stub::start().await;
    service.reply(AUTHORIZE, Reply::Json(json!({"allow": true})));
    let setup = Setup::with(&[("HEIMDALL_BASE_URL", &format!("{}/", service.issuer()))]).await;
    setup.signed_in(json!({})).await;
    let call = service.calls(AUTHORIZE).remove(0);
    assert_eq!(call.headers["dataos-correlation-id"].len(), 36);
    let question: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(
        question,
        json!({
            "token": "an-access-token",
            "context": {
                "predicate": "get",
                "object": {"tags": null, "paths": ["/st_auth/**"]},
                "metadata": null,
            },
            "pep_context": null,
        })
    );
}
