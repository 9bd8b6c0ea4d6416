//! Users and clients.

use mock_provider::MockProvider;
use serde_json::{Value, json};

use super::client::{Control, expect_refused};
use crate::support::{Browser, Parameters, start, url, verified};

const USERS: &str = "/issuers/default/users";
const CLIENTS: &str = "/issuers/default/clients";

#[tokio::test]
async fn an_added_user_can_sign_in_and_is_shown_on_the_page() {
    let provider = start().await;
    let control = Control(&provider);
    let zoe = json!({
        "subject": "zoe", "name": "Zoe Zimmer", "groups": ["pilots"], "password": "s3same",
        "claims": {"rank": "captain"},
    });
    let received = control.post(USERS, zoe).await.expect(201).json();
    assert_eq!((&received["name"], received.get("password")), (&json!("Zoe Zimmer"), None));
    let mut browser = Browser::new();
    let page = browser.authorize(&provider, &Parameters::authorization()).await;
    page.expect_page(200, "Zoe Zimmer");
    let fields = Parameters::none().with("decision", "sign-in").with("subject", "zoe");
    let callback = browser.decide(&page, &fields.with("password", "s3same")).await.callback();
    let tokens = browser.token(&provider, Parameters::code(&callback["code"])).await.json();
    let claims = verified(&provider, &tokens, "shop").await;
    assert_eq!((&claims["groups"], &claims["rank"]), (&json!(["pilots"]), &json!("captain")));
}

#[tokio::test]
async fn users_are_listed_replaced_and_removed() {
    let provider = start().await;
    let control = Control(&provider);
    let subjects = async || -> Vec<String> {
        let list = control.get(USERS).await.json();
        let users = list.as_array().expect("a list").iter();
        users.map(|user| user["subject"].as_str().expect("a subject").to_owned()).collect()
    };
    assert_eq!(subjects().await, ["alice", "bob", "carol", "dave", "erin"]);
    let conflict = control.post(USERS, json!({"subject": "bob"})).await;
    expect_refused(&conflict, 409, "user `bob` already exists: replace it with PUT");
    let bob = json!({"subject": "bob", "name": "Robert"});
    control.put(&format!("{USERS}/bob"), bob).await.expect(200);
    assert_eq!(control.get(&format!("{USERS}/bob")).await.json()["name"], "Robert");
    let wrong = control.put(&format!("{USERS}/bob"), json!({"subject": "bert"})).await;
    expect_refused(&wrong, 422, "`subject` is `bert`, but the path says `bob`");
    let odd = json!({"subject": "a/b c"});
    control.put(&format!("{USERS}/a%2Fb%20c"), odd).await.expect(200);
    control.delete(&format!("{USERS}/alice")).await.expect(204);
    expect_refused(
        &control.delete(&format!("{USERS}/alice")).await,
        404,
        "there is no user `alice`",
    );
    assert_eq!(subjects().await, ["bob", "carol", "dave", "erin", "a/b c"]);
}

#[tokio::test]
async fn live_sessions_and_grants_follow_a_replaced_user_and_keep_a_removed_one() {
    let provider = start().await;
    let control = Control(&provider);
    let request =
        || Parameters::authorization().with("scope", "openid profile email groups offline_access");
    let mut browser = Browser::new();
    let callback = browser.log_in(&provider, request(), "alice").await.callback();
    let tokens = browser.token(&provider, Parameters::code(&callback["code"])).await.json();
    let access_token = tokens["access_token"].as_str().unwrap();
    let path = format!("{USERS}/alice");
    let replaced = json!({"subject": "alice", "name": "Alice Replaced", "groups": ["pilots"]});
    control.put(&path, replaced.clone()).await.expect(200);

    let current = json!({"sub": "alice", "name": "Alice Replaced", "groups": ["pilots"]});
    assert_eq!(browser.userinfo(&provider, access_token).await.json(), current);
    let refresh = Parameters::refresh(tokens["refresh_token"].as_str().unwrap());
    let refreshed = browser.token(&provider, refresh).await.json();
    let claims = verified(&provider, &refreshed, "shop").await;
    assert_eq!((&claims["name"], &claims["groups"]), (&current["name"], &current["groups"]));
    assert_eq!(claims.get("email"), None);
    let select = request().with("prompt", "select_account");
    browser.authorize(&provider, &select).await.expect_page(200, "Alice Replaced");
    let callback = browser.authorize(&provider, &request()).await.callback();
    let tokens = browser.token(&provider, Parameters::code(&callback["code"])).await.json();
    let access_token = tokens["access_token"].as_str().unwrap();

    control.delete(&path).await.expect(204);
    assert_eq!(browser.userinfo(&provider, access_token).await.json(), current);
    browser.authorize(&provider, &request()).await.callback();
}

#[tokio::test]
async fn a_disabled_user_keeps_tokens_but_cannot_log_in_with_the_session() {
    let provider = start().await;
    let control = Control(&provider);
    let request = Parameters::authorization();
    let mut browser = Browser::new();
    let callback = browser.log_in(&provider, request.clone(), "alice").await.callback();
    let tokens = browser.token(&provider, Parameters::code(&callback["code"])).await.json();
    let disabled = json!({"subject": "alice", "disabled": true});
    control.put(&format!("{USERS}/alice"), disabled).await.expect(200);
    let answer = browser.authorize(&provider, &request).await;
    answer.expect_callback_error("access_denied", "user `alice` is disabled");
    browser.userinfo(&provider, tokens["access_token"].as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn invalid_users_and_clients_are_refused_with_key_and_value() {
    let provider = start().await;
    let control = Control(&provider);
    let mut refusals = Vec::new();
    for body in [
        json!({"subjct": "zoe"}),
        json!({"name": "Zoe"}),
        json!({"subject": 7}),
        json!({"subject": ""}),
        json!({"subject": "zoë"}),
        json!({"subject": "zoe", "emial": "zoe@example.org"}),
        json!({"subject": "zoe", "favourite": "blue"}),
        json!({"subject": "zoe", "groups": ["a", 7]}),
        json!({"subject": "zoe", "groups": {"a": true}}),
        json!({"subject": "zoe", "address": "here"}),
        json!({"subject": "zoe", "claims": {"sub": "zed"}}),
        json!({"subject": "zoe", "denied_clients": ["shopp"]}),
        json!({"subject": "zoe", "password": ""}),
    ] {
        refusals.push(control.post(USERS, body).await.expect(422).json()["error"].clone());
    }
    for body in [
        json!({"id": ""}),
        json!({"id": "zoë"}),
        json!({"id": "new", "secret": ""}),
        json!({"id": "new", "redirect_uris": ["/callback"]}),
        json!({"id": "new", "token_endpoint_auth_method": "client_secret_basc"}),
        json!({"id": "new", "token_endpoint_auth_method": "client_secret_basic"}),
    ] {
        refusals.push(control.post(CLIENTS, body).await.expect(422).json()["error"].clone());
    }
    insta::assert_json_snapshot!(refusals);
}

#[tokio::test]
async fn an_added_client_can_log_users_in() {
    let provider = start().await;
    let control = Control(&provider);
    let client = json!({
        "id": "new", "secret": "n3w", "redirect_uris": ["https://shop.example/callback"],
    });
    let received = control.post(CLIENTS, client).await.expect(201).json();
    assert_eq!(received.get("secret"), None);
    let request = Parameters::authorization().with("client_id", "new");
    let callback = Browser::new().log_in(&provider, request, "alice").await.callback();
    let form =
        Parameters::code(&callback["code"]).with("client_id", "new").with("client_secret", "n3w");
    Browser::new().token(&provider, form).await.expect(200);
    control.delete(&format!("{CLIENTS}/new")).await.expect(204);
    let request = Parameters::authorization().with("client_id", "new").encode();
    let page = Browser::new().get(&url(&provider, &format!("/authorize?{request}"))).await;
    page.expect_page(400, "no client is registered as `new`");
}

#[tokio::test]
async fn a_client_can_have_a_signing_algorithm_of_its_own() {
    let provider = start().await;
    let control = Control(&provider);
    let client = json!({"id": "elliptic", "id_token_signed_response_alg": "ES256"});
    control.post(CLIENTS, client).await.expect(201);
    let metadata = url(&provider, "/.well-known/openid-configuration");
    let metadata = Browser::new().get(&metadata).await.json();
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["RS256", "ES256"]));
}

/// A login during which its user changes.
struct Login<'a> {
    provider: &'a MockProvider,
    browser: Browser,
    tokens: Value,
}

impl<'a> Login<'a> {
    async fn of_alice(provider: &'a MockProvider) -> Self {
        let mut browser = Browser::new();
        let request = Parameters::authorization().with("scope", "openid groups offline_access");
        let callback = browser.log_in(provider, request, "alice").await.callback();
        let tokens = browser.token(provider, Parameters::code(&callback["code"])).await.json();
        Self { provider, browser, tokens }
    }

    fn token(&self, member: &str) -> String {
        self.tokens[member].as_str().unwrap_or_else(|| panic!("no {member}")).to_owned()
    }

    async fn groups_in_userinfo(&mut self) -> Value {
        let token = self.token("access_token");
        self.browser.userinfo(self.provider, &token).await.expect(200).json()["groups"].clone()
    }

    async fn groups_after_a_refresh(&mut self) -> Value {
        let form = Parameters::refresh(&self.token("refresh_token"));
        self.tokens = self.browser.token(self.provider, form).await.expect(200).json();
        verified(self.provider, &self.tokens, "shop").await["groups"].clone()
    }

    async fn groups_in_a_silent_login(&mut self) -> Value {
        let request = Parameters::authorization().with("prompt", "none");
        let callback = self.browser.authorize(self.provider, &request).await.callback();
        let form = Parameters::code(&callback["code"]);
        let tokens = self.browser.token(self.provider, form).await.expect(200).json();
        verified(self.provider, &tokens, "shop").await["groups"].clone()
    }
}

#[tokio::test]
async fn a_replaced_user_has_the_new_groups_in_userinfo() {
    let provider = start().await;
    let mut login = Login::of_alice(&provider).await;
    replace_alice(&provider, json!(["pilots"])).await;
    assert_eq!(login.groups_in_userinfo().await, json!(["pilots"]));
}

#[tokio::test]
async fn a_replaced_user_has_the_new_groups_in_a_refreshed_id_token() {
    let provider = start().await;
    let mut login = Login::of_alice(&provider).await;
    replace_alice(&provider, json!(["pilots"])).await;
    assert_eq!(login.groups_after_a_refresh().await, json!(["pilots"]));
    replace_alice(&provider, json!(["staff"])).await;
    assert_eq!(login.groups_in_userinfo().await, json!(["staff"]));
}

#[tokio::test]
async fn a_replaced_user_has_the_new_groups_in_the_next_login_of_the_session() {
    let provider = start().await;
    let mut login = Login::of_alice(&provider).await;
    replace_alice(&provider, json!(["pilots"])).await;
    assert_eq!(login.groups_in_a_silent_login().await, json!(["pilots"]));
}

#[tokio::test]
async fn a_user_replaced_before_the_code_is_redeemed_has_the_new_groups_in_the_id_token() {
    let provider = start().await;
    let mut browser = Browser::new();
    let callback = browser.log_in(&provider, Parameters::authorization(), "alice").await.callback();
    replace_alice(&provider, json!(["pilots"])).await;
    let tokens = browser.token(&provider, Parameters::code(&callback["code"])).await.json();
    assert_eq!(verified(&provider, &tokens, "shop").await["groups"], json!(["pilots"]));
}

#[tokio::test]
async fn a_removed_user_keeps_the_last_known_groups_while_signed_in() {
    let provider = start().await;
    let mut login = Login::of_alice(&provider).await;
    replace_alice(&provider, json!(["pilots"])).await;
    Control(&provider).delete(&format!("{USERS}/alice")).await.expect(204);
    assert_eq!(login.groups_in_userinfo().await, json!(["pilots"]));
    assert_eq!(login.groups_after_a_refresh().await, json!(["pilots"]));
    assert_eq!(login.groups_in_a_silent_login().await, json!(["pilots"]));
}

async fn replace_alice(provider: &MockProvider, groups: Value) {
    let alice = json!({"subject": "alice", "groups": groups});
    Control(provider).put(&format!("{USERS}/alice"), alice).await.expect(200);
}
