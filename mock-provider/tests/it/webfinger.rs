//! `GET /.well-known/webfinger`.

use mock_provider::{Endpoint, MockProvider};
use serde_json::json;

use crate::support::{Answer, Browser, Parameters, builder, start, url};

const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

async fn asked(provider: &MockProvider, query: &Parameters) -> Answer {
    let address = url(provider, &format!("/.well-known/webfinger?{}", query.encode()));
    Browser::new().get(&address).await
}

#[tokio::test]
async fn an_account_is_told_its_issuer() {
    let provider =
        builder().settings(|it| it.issuer_url = Some("https://id.example".into())).start().await;
    let query = Parameters::none().with("resource", "acct:al@id.example").with("rel", ISSUER);
    let answer = asked(&provider, &query).await;
    assert_eq!(answer.expect(200).header("content-type"), "application/jrd+json");
    let told: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let link = json!({"rel": ISSUER, "href": "https://id.example"});
    assert_eq!(told, json!({"subject": "acct:al@id.example", "links": [link]}));
    assert_eq!(provider.journal()[0].endpoint, Endpoint::Webfinger);
}

#[tokio::test]
async fn a_url_is_told_the_issuer_that_it_is_below() {
    let provider = start().await;
    let issuer = provider.issuer();
    for (below, path) in [
        ("/al", ""),
        ("/issuers/acme/al", "/issuers/acme"),
        ("/failing/token-redirect", "/failing/token-redirect"),
    ] {
        let query = Parameters::none().with("resource", &format!("{issuer}{below}"));
        let told = asked(&provider, &query).await;
        let told: serde_json::Value = serde_json::from_str(&told.expect(200).body).expect("JSON");
        assert_eq!(told["links"][0]["href"], format!("{issuer}{path}"), "{below}");
    }
}

#[tokio::test]
async fn another_relation_is_answered_without_links_and_another_host_not_at_all() {
    let provider = start().await;
    let resource = format!("acct:al@{}", provider.address());
    let query = Parameters::none().with("resource", &resource).with("rel", "avatar");
    let told = asked(&provider, &query).await;
    assert!(told.expect(200).body.contains(r#""links":[]"#), "{}", told.body);
    for resource in ["acct:al@elsewhere.example", "https://elsewhere.example/al", "al", "acct:al"] {
        asked(&provider, &Parameters::none().with("resource", resource)).await.expect(404);
    }
    asked(&provider, &Parameters::none()).await.expect(400);
}
