//! `GET /.well-known/webfinger`.

use mock_provider::{Endpoint, MockProvider};
use serde_json::json;

use crate::support::{Answer, Browser, Parameters, builder, start, url};

const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

async fn webfinger(provider: &MockProvider, query: &Parameters) -> Answer {
    let address = url(provider, &format!("/.well-known/webfinger?{}", query.encode()));
    Browser::new().get(&address).await
}

#[tokio::test]
async fn webfinger_returns_the_issuer_of_an_account() {
    let provider =
        builder().settings(|it| it.issuer_url = Some("https://id.example".into())).start().await;
    let query = Parameters::none().with("resource", "acct:al@id.example").with("rel", ISSUER);
    let answer = webfinger(&provider, &query).await;
    assert_eq!(answer.expect(200).header("content-type"), "application/jrd+json");
    let received: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let link = json!({"rel": ISSUER, "href": "https://id.example"});
    assert_eq!(received, json!({"subject": "acct:al@id.example", "links": [link]}));
    assert_eq!(provider.journal()[0].endpoint, Endpoint::Webfinger);
}

#[tokio::test]
async fn webfinger_returns_the_issuer_above_a_url() {
    let provider = start().await;
    let issuer = provider.issuer();
    for (below, path) in [
        ("/al", ""),
        ("/issuers/acme/al", "/issuers/acme"),
        ("/failing/token-redirect", "/failing/token-redirect"),
    ] {
        let query = Parameters::none().with("resource", &format!("{issuer}{below}"));
        let received = webfinger(&provider, &query).await;
        let received: serde_json::Value =
            serde_json::from_str(&received.expect(200).body).expect("JSON");
        assert_eq!(received["links"][0]["href"], format!("{issuer}{path}"), "{below}");
    }
}

#[tokio::test]
async fn another_relation_has_no_links_and_another_host_is_not_found() {
    let provider = start().await;
    let resource = format!("acct:al@{}", provider.address());
    let query = Parameters::none().with("resource", &resource).with("rel", "avatar");
    let received = webfinger(&provider, &query).await;
    assert!(received.expect(200).body.contains(r#""links":[]"#), "{}", received.body);
    for resource in ["acct:al@elsewhere.example", "https://elsewhere.example/al", "al", "acct:al"] {
        webfinger(&provider, &Parameters::none().with("resource", resource)).await.expect(404);
    }
    webfinger(&provider, &Parameters::none()).await.expect(400);
}
