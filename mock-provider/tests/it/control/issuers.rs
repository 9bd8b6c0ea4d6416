//! Issuers that are created, removed and reset over HTTP.

use serde_json::{Value, json};

use super::client::{Control, expect_refused};
use crate::support::{Browser, Parameters, start, tokens_for, url};

async fn names(control: &Control<'_>) -> Vec<String> {
    let list = control.get("/issuers").await.json();
    let names = list.as_array().expect("a list").iter().map(|issuer| &issuer["name"]);
    names.map(|name| name.as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn an_issuer_is_created_controlled_by_its_name_and_removed() {
    let provider = start().await;
    let control = Control(&provider);
    expect_refused(
        &control.get("/issuers/acme/users").await,
        404,
        "there is no issuer `acme`: create it, or use `default`",
    );
    let made = control.put("/issuers/acme", json!({})).await.expect(200).json();
    assert_eq!(made["issuer"], format!("{}/issuers/acme", provider.issuer()));
    control.post("/issuers/acme/users", json!({"subject": "zoe"})).await.expect(201);
    control.get("/issuers/acme/users/zoe").await.expect(200);
    control.get("/issuers/default/users/zoe").await.expect(404);
    assert_eq!(names(&control).await, ["default", "acme"]);
    control.delete("/issuers/acme").await.expect(204);
    control.delete("/issuers/acme").await.expect(404);
    assert_eq!(names(&control).await, ["default"]);
    let kept = control.delete("/issuers/default").await;
    expect_refused(&kept, 409, "the default issuer cannot be deleted, only reset");
    for name in ["a%2Fb", "..", "default", "%20"] {
        let answer = control.put(&format!("/issuers/{name}"), json!({})).await;
        assert!([404, 422].contains(&answer.status), "{name}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_failing_issuer_is_controlled_by_its_failure_and_has_the_users_of_the_default_one() {
    let provider = start().await;
    let control = Control(&provider);
    let failing = "/issuers/failing%2Fid-token-exp-invalid:value=0";
    let received = control.get(failing).await.expect(200).json();
    assert_eq!(received["name"], "failing/id-token-exp-invalid:value=0");
    control.post("/issuers/default/users", json!({"subject": "zoe"})).await.expect(201);
    control.get(&format!("{failing}/users/zoe")).await.expect(200);
    control.delete(&format!("{failing}/failures")).await.expect(204);
    control.post(&format!("{failing}/reset"), json!({})).await.expect(204);
    let armed = control.get(&format!("{failing}/failures")).await.json();
    assert_eq!(armed[0]["failure"], "id-token-exp-invalid:value=0");
    control.get(&format!("{failing}/users/zoe")).await.expect(200);
    let wrong = control.get("/issuers/failing%2Fid-token-exp-invald").await;
    let reason = wrong.expect(404).json()["error"].to_string();
    assert!(reason.contains("did you mean `id-token-exp-invalid`?"), "{reason}");
    control.delete(failing).await.expect(204);
    control.delete(failing).await.expect(404);
    assert_eq!(names(&control).await, ["default"]);
}

#[tokio::test]
async fn a_failing_issuer_is_found_however_its_path_is_spelt() {
    let provider = start().await;
    let control = Control(&provider);
    let asked = "/failing/id-token-exp-invalid%3Avalue%3D0/jwks";
    let mut browser = Browser::new();
    let request = browser.request(reqwest::Method::GET, &url(&provider, asked));
    browser.send(request).await.expect(200);
    let failing = "/issuers/failing%2Fid-token-exp-invalid:value=0";
    let journal = control.get(&format!("{failing}/journal")).await.json();
    assert_eq!(journal.as_array().map(Vec::len), Some(1));
    assert_eq!(names(&control).await, ["default", "failing/id-token-exp-invalid:value=0"]);
}

#[tokio::test]
async fn a_path_with_invalid_text_is_refused_in_json() {
    let provider = start().await;
    let control = Control(&provider);
    let answer = control.put("/issuers/%FF", json!({})).await;
    assert!(answer.expect(404).json()["error"].is_string());
}

#[tokio::test]
async fn one_call_resets_everything() {
    let provider = start().await;
    let control = Control(&provider);
    let before = state(&control).await;
    let mut browser = Browser::new();
    browser.log_in(&provider, Parameters::authorization(), "alice").await.callback();
    tokens_for(&provider, "bob", "openid").await;
    control.put("/issuers/acme", json!({})).await.expect(200);
    control.delete("/issuers/default/users/alice").await.expect(204);
    control.post("/issuers/default/clients", json!({"id": "new"})).await.expect(201);
    let failure = json!({"failure": "id-token-exp-invalid"});
    control.post("/issuers/default/failures", failure).await.expect(201);
    control.patch("/issuers/default/clock", json!({"advance": "1h"})).await.expect(200);
    let replace = json!({"rotation": "replace"});
    control.post("/issuers/default/keys/rotate", replace).await.expect(200);
    assert_ne!(state(&control).await, before);

    control.post("/reset", json!({})).await.expect(204);
    assert_eq!(state(&control).await, before);
    browser.authorize(&provider, &Parameters::authorization()).await.expect_sign_in_page();
    let named = Browser::new().get(&url(&provider, "/issuers/acme/jwks")).await;
    assert!(named.expect(404).body.contains("there is no issuer `acme`"));
}

/// Everything that the API reports about the provider.
async fn state(control: &Control<'_>) -> Vec<Value> {
    let mut state = vec![control.get("/issuers").await.json()];
    for part in ["users", "clients", "failures", "clock", "keys", "journal", "sessions"] {
        state.push(control.get(&format!("/issuers/default/{part}")).await.json());
    }
    state
}

#[tokio::test]
async fn logins_work_while_users_change() {
    let provider = start().await;
    let control = Control(&provider);
    let logins = async {
        for _ in 0..20 {
            tokens_for(&provider, "alice", "openid").await;
        }
    };
    let changes = async {
        for number in 0..20 {
            let user = json!({"subject": format!("user-{number}")});
            control.post("/issuers/default/users", user).await.expect(201);
        }
    };
    tokio::join!(logins, changes);
    let users = control.get("/issuers/default/users").await.json();
    assert_eq!(users.as_array().map(Vec::len), Some(25));
}

#[tokio::test]
async fn the_listed_name_leads_to_its_issuer() {
    let provider = start().await;
    let control = Control(&provider);
    // The provider itself would write the duration in seconds, without `%3A`.
    for path in
        ["/failing/id-token-exp-invalid@for=10000ms", "/failing/id-token-alg-none%3Adot=kept"]
    {
        Browser::new().get(&url(&provider, &format!("{path}/jwks"))).await.expect(200);
        let listed = names(&control).await;
        let name = listed.last().expect("it is listed").replace('/', "%2F");
        let received = control.get(&format!("/issuers/{name}")).await.expect(200).json();
        assert_eq!(received["issuer"], url(&provider, path));
        assert_eq!(names(&control).await, listed, "no issuer is created");
        control.delete(&format!("/issuers/{name}")).await.expect(204);
    }
}

#[tokio::test]
async fn with_a_seed_the_first_issuer_after_a_reset_repeats_the_first_one() {
    let provider = start().await;
    let token = async || {
        let acme = provider.named("acme");
        let request = Parameters::authorization();
        let address = format!("{}/authorize?{}", acme.issuer(), request.encode());
        acme.authorize_as("alice", &address).await.expect("alice signs in")
    };
    let first = token().await;
    provider.named("other");
    Control(&provider).post("/reset", json!({})).await.expect(204);
    assert_eq!(token().await, first);
}

#[tokio::test]
async fn routes_without_a_body_accept_only_an_empty_object() {
    let provider = start().await;
    let control = Control(&provider);
    for path in ["/reset", "/issuers/default/reset", "/issuers/default/keys/publish"] {
        let answer = control.post(path, json!({"x": 1})).await;
        assert!(answer.expect(422).body.contains("`x`"), "{}", answer.body);
    }
    let answer = control.put("/issuers/acme", json!({"name": "other"})).await;
    assert!(answer.expect(422).body.contains("`name`"), "{}", answer.body);
}
