//! `REQUIRED_GROUPS`: access to the pages, and the page for users without it.

use serde_json::{Value, json};

use crate::setup::{BASE, Setup, begin};

async fn status_for(required: &str, groups: Value) -> u16 {
    let setup = Setup::with(&[("REQUIRED_GROUPS", required)]).await;
    let mut browser = setup.signed_in(json!({ "groups": groups })).await;
    let (home, claims) = (browser.get("").await, browser.get("claims").await);
    assert_eq!(home.status, claims.status);
    home.status
}

#[tokio::test]
async fn any_of_the_groups_admits() {
    assert_eq!(status_for("", json!([])).await, 200);
    assert_eq!(status_for("admins auditors", json!(["auditors"])).await, 200);
    assert_eq!(status_for("admins", json!("admins")).await, 200);
    for groups in [json!([]), json!(["Admins"]), json!("admins,users"), json!(1), json!(["*"])] {
        assert_eq!(status_for("admins", groups).await, 403);
    }
}

#[tokio::test]
async fn denied_user_sees_their_name_and_the_required_groups() {
    let setup = Setup::with(&[("REQUIRED_GROUPS", "auditors")]).await;
    let mut browser = setup.signed_in(json!({})).await;
    let denied = browser.get("").await;
    assert_eq!(denied.status, 403);
    assert_eq!(denied.text("access-denied"), "Access denied");
    assert_eq!(denied.text("name"), "Alice Adams");
    assert!(denied.body.contains("<bdi>auditors</bdi>"), "{denied:#?}");
    assert!(!denied.body.contains("alice@example.com"));
    assert!(!denied.csrf_token().is_empty());
    assert!(!denied.body.contains("groups-elsewhere"));
}

#[tokio::test]
async fn denied_user_can_sign_in_as_another_user() {
    let setup = Setup::with(&[("REQUIRED_GROUPS", "auditors")]).await;
    let mut browser = setup.signed_in(json!({})).await;
    let denied = browser.get("claims").await;
    let switch_user = denied.attribute("switch-user", "href");
    let login = begin(&mut browser, &switch_user).await;
    assert_eq!(login.parameter("prompt"), "select_account");

    let mut token = setup.id_token(&login);
    token.claims["sub"] = "bob-2".into();
    token.claims["groups"] = json!(["auditors"]);
    setup.grant(&token);
    let back = crate::setup::callback(&mut browser, &login.response()).await;
    assert_eq!(back.location(), format!("{BASE}claims"));
    assert_eq!(browser.get("claims").await.status, 200);
}

#[tokio::test]
async fn denial_is_a_page_and_not_a_redirect_to_the_provider() {
    let setup = Setup::with(&[("REQUIRED_GROUPS", "auditors")]).await;
    let mut browser = setup.signed_in(json!({})).await;
    for path in ["", "claims"] {
        let denied = browser.get(path).await;
        assert_eq!(denied.status, 403);
        assert!(denied.headers.get("location").is_none());
    }
}

#[tokio::test]
async fn distributed_groups_are_mentioned() {
    let setup = Setup::with(&[("REQUIRED_GROUPS", "auditors")]).await;
    let claims = json!({"groups": null, "_claim_names": {"groups": "src1"}});
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    let mut token = setup.id_token(&login);
    token.claims.as_object_mut().unwrap().remove("groups");
    token.claims["_claim_names"] = claims["_claim_names"].clone();
    setup.grant(&token);
    crate::setup::callback(&mut browser, &login.response()).await;
    let denied = browser.get("").await;
    assert_eq!(denied.status, 403);
    assert!(denied.body.contains("groups-elsewhere"));
}

#[tokio::test]
async fn protected_pages_redirect_to_the_login() {
    let setup = Setup::new().await;
    let answer = setup.browser().get("claims").await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.location(), format!("{BASE}auth/login?next=%2Fst_auth%2Fclaims"));
}
