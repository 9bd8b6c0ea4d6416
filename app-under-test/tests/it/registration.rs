//! The app registers itself at a provider that does not know it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::setup::{NOW, Setup, begin, callback};
use crate::stub::{DISCOVERY, Reply, Stub, TOKEN};

const REGISTER: &str = "/register";

/// The variables of an app without a registration.
const VARIABLES: [(&str, &str); 4] = [
    ("OIDC_REGISTER", "true"),
    ("OIDC_CLIENT_ID", ""),
    ("OIDC_CLIENT_SECRET", ""),
    ("OIDC_SCOPE", "openid offline_access"),
];

/// A provider at which clients register, numbered in order.
async fn provider() -> Stub {
    let stub = Stub::start().await;
    let endpoint = format!("{}{REGISTER}", stub.issuer());
    stub.edit(DISCOVERY, |metadata| metadata["registration_endpoint"] = json!(endpoint));
    stub.replies(REGISTER, (1..=3).map(|number| registered(json!({
        "client_id": format!("made-{number}"), "client_secret": "given", "client_secret_expires_at": 0,
    }))));
    stub
}

fn registered(client: Value) -> Reply {
    Reply::status(201, client)
}

async fn app(stub: Stub) -> Setup {
    Setup::at(stub, &VARIABLES).await
}

/// The `client_id` of the login that the app begins.
async fn client_of_login(setup: &Setup) -> String {
    begin(&mut setup.browser(), "auth/login").await.parameter("client_id").to_owned()
}

#[tokio::test]
async fn app_registers_once_and_signs_users_in_with_that_registration() {
    let setup = app(provider().await).await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    assert_eq!(login.parameter("client_id"), "made-1");
    let mut id_token = setup.id_token(&login);
    id_token.claims["aud"] = json!("made-1");
    setup.grant(&id_token);
    assert_eq!(callback(&mut browser, &login.response()).await.status, 302);
    let form = setup.stub.calls(TOKEN).remove(0).form();
    let sent = |name: &str| form.iter().find(|(own, _)| own == name).map(|(_, value)| &**value);
    assert_eq!((sent("client_id"), sent("client_secret")), (Some("made-1"), Some("given")));
    assert_eq!(client_of_login(&setup).await, "made-1");

    let calls = setup.stub.calls(REGISTER);
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    let mut wanted: Value = serde_json::from_str(&call.body).unwrap();
    let origin = format!("http://{}", setup.app.address());
    for uris in ["redirect_uris", "post_logout_redirect_uris"] {
        let uri = wanted[uris][0].as_str().unwrap().replace(&origin, "");
        wanted[uris] = json!([uri]);
    }
    insta::assert_json_snapshot!(wanted, @r#"
    {
      "redirect_uris": [
        "/st_auth/auth/callback"
      ],
      "post_logout_redirect_uris": [
        "/st_auth/auth/logged-out"
      ],
      "response_types": [
        "code"
      ],
      "grant_types": [
        "authorization_code",
        "refresh_token"
      ],
      "token_endpoint_auth_method": "client_secret_post",
      "scope": "openid offline_access",
      "id_token_signed_response_alg": "RS256"
    }
    "#);
}

#[tokio::test]
async fn unknown_registration_is_made_again() {
    let setup = app(provider().await).await;
    let mut browser = setup.browser();
    let login = begin(&mut browser, "auth/login").await;
    setup.stub.reply(TOKEN, Reply::status(401, json!({"error": "invalid_client"})));
    let answer = callback(&mut browser, &login.response()).await;
    assert_eq!((answer.status, answer.error_code()), (502, "invalid_client"));
    assert_eq!(client_of_login(&setup).await, "made-2");
}

#[tokio::test]
async fn registration_is_valid_only_at_the_endpoint_that_issued_it() {
    let setup = app(provider().await).await;
    assert_eq!(client_of_login(&setup).await, "made-1");
    let elsewhere = format!("{}/elsewhere", setup.stub.issuer());
    setup.stub.edit(DISCOVERY, |metadata| metadata["registration_endpoint"] = json!(elsewhere));
    setup.stub.reply("/elsewhere", registered(json!({"client_id": "other", "client_secret": "x"})));
    setup.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(client_of_login(&setup).await, "other");
}

#[tokio::test]
async fn expiring_secret_is_replaced_in_time() {
    let stub = provider().await;
    let expires = NOW + 24 * 60 * 60;
    stub.replies(
        REGISTER,
        [
            registered(json!({
                "client_id": "first", "client_secret": "x", "client_secret_expires_at": expires,
            })),
            registered(json!({"client_id": "next", "client_secret": "x"})),
        ],
    );
    let setup = app(stub).await;
    for (hours, client) in [(0, "first"), (23, "first"), (1, "next")] {
        setup.clock.advance(Duration::from_secs(hours * 60 * 60));
        assert_eq!(client_of_login(&setup).await, client);
    }
}

#[tokio::test]
async fn failed_registration_is_reported_and_tried_again() {
    for (reply, code) in [
        (Reply::status(400, json!({"error": "invalid_redirect_uri"})), "provider_answer"),
        (registered(json!({"client_id": "made"})), "registration"),
        (registered(json!([])), "provider_answer"),
    ] {
        let stub = provider().await;
        stub.reply(REGISTER, reply);
        let setup = app(stub).await;
        let answer = setup.browser().get("auth/login").await;
        assert_eq!((answer.status, answer.error_code()), (502, code));
        let good = json!({"client_id": "made", "client_secret": "given"});
        setup.stub.reply(REGISTER, registered(good));
        assert_eq!(client_of_login(&setup).await, "made");
    }
    let setup = app(Stub::start().await).await;
    let answer = setup.browser().get("auth/login").await;
    assert_eq!((answer.status, answer.error_code()), (502, "provider_metadata"));
}
