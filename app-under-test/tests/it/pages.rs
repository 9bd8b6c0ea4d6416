//! Snapshots of the pages.

use serde_json::json;

use crate::browser::Answer;
use crate::setup::{NOW, Setup};

/// A page without the values that differ between runs. The form of each is checked before it is
/// redacted.
fn stable(page: &Answer, setup: &Setup) -> String {
    let mut body = page.body.clone();
    if let Some((_, rest)) = body.split_once("name=\"csrf_token\" value=\"") {
        let token = rest.split_once('"').unwrap().0.to_owned();
        assert_eq!(token.len(), 43);
        body = body.replace(&token, "[csrf token]");
    }
    if let Some((_, rest)) = body.split_once("id=\"request-id\">") {
        let id = rest.split_once('<').unwrap().0.to_owned();
        assert!(id.len() == 8 && id.chars().all(|c| c.is_ascii_hexdigit()), "{id}");
        body = body.replace(&id, "[request id]");
    }
    if let Some((_, rest)) = body.split_once("<bdi>nonce</bdi></th><td><bdi>") {
        let nonce = rest.split_once('<').unwrap().0.to_owned();
        assert_eq!(nonce.len(), 43);
        body = body.replace(&nonce, "[nonce]");
    }
    body.replace(&setup.stub.issuer(), "[issuer]")
}

#[tokio::test]
async fn signed_out() {
    let setup = Setup::new().await;
    let page = setup.browser().get("").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn welcome() {
    let setup = Setup::new().await;
    let page = setup.signed_in(json!({})).await.get("").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn welcome_without_groups() {
    let setup = Setup::new().await;
    let claims = json!({"groups": [], "name": "<b>\u{202e}Ann</b>"});
    let page = setup.signed_in(claims).await.get("").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn claims() {
    let setup = Setup::new().await;
    let page = setup.signed_in(json!({"auth_time": NOW - 5})).await.get("claims").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn access_denied() {
    let setup = Setup::with(&[("REQUIRED_GROUPS", "auditors,operators")]).await;
    let page = setup.signed_in(json!({})).await.get("").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn failed_login() {
    let setup = Setup::new().await;
    let page = setup.browser().get("auth/callback?code=ok&state=forged").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn denied_by_the_provider() {
    let setup = Setup::new().await;
    let page = setup.browser().get("auth/callback?error=access_denied").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn confirm_logout() {
    let setup = Setup::new().await;
    let page = setup.signed_in(json!({})).await.get("auth/logout").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn logged_out() {
    let setup = Setup::new().await;
    let page = setup.browser().get("auth/logged-out").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn not_found() {
    let setup = Setup::new().await;
    let page = setup.browser().get("nothing").await;
    insta::assert_snapshot!(stable(&page, &setup));
}

#[tokio::test]
async fn markup_in_claims_is_text() {
    let setup = Setup::new().await;
    let evil = "\"><script>alert(1)</script>";
    let claims = json!({"name": evil, "groups": [evil], "email": evil, evil: [evil]});
    let mut browser = setup.signed_in(claims).await;
    for path in ["", "claims", "auth/logout"] {
        let page = browser.get(path).await;
        assert!(!page.body.contains("<script"), "{page:#?}");
    }
}
