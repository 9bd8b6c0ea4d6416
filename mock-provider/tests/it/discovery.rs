//! `GET /.well-known/openid-configuration`.

use std::collections::BTreeMap;

use mock_provider::Settings;
use serde_json::Value;
use url::Url;

use crate::support::{Browser, Parameters, builder, start, url};

const PATH: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn the_metadata_is_as_reviewed() {
    let provider = builder()
        .settings(|settings| {
            settings.issuer_url = Some("https://issuer.example".into());
            settings.scopes = BTreeMap::from([("work".into(), vec!["department".into()])]);
        })
        .start()
        .await;
    let answer = Browser::new().get(&url(&provider, PATH)).await;
    insta::assert_json_snapshot!(answer.expect(200).json());
}

#[tokio::test]
async fn every_endpoint_that_the_metadata_names_is_served() {
    let provider = start().await;
    let mut browser = Browser::new();
    let metadata = browser.get(&url(&provider, PATH)).await.json();
    let members = metadata.as_object().expect("metadata is an object");
    let endpoints: Vec<&str> = members
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .filter_map(|(_, address)| address.as_str())
        .collect();
    assert_eq!(endpoints.len(), 5, "{metadata:#}");
    for endpoint in endpoints {
        let answer = browser.get(endpoint).await;
        assert_ne!(answer.status, 404, "{endpoint}");
    }
}

#[tokio::test]
async fn an_issuer_with_a_path_serves_everything_below_it() {
    let provider = builder()
        .settings(|settings| settings.issuer_url = Some("http://issuer.example/tenants/one".into()))
        .start()
        .await;
    let mut browser = Browser::new();
    let answer =
        browser.get(&url(&provider, "/tenants/one/.well-known/openid-configuration")).await;
    let metadata = answer.expect(200).json();
    assert_eq!(metadata["issuer"], "http://issuer.example/tenants/one");
    assert_eq!(metadata["token_endpoint"], "http://issuer.example/tenants/one/token");
    browser.get(&url(&provider, PATH)).await.expect(404);
    browser.get(&url(&provider, "/tenants/one")).await.expect(200);
    browser.get(&url(&provider, "/tenants/one/")).await.expect(200);
    browser.get(&url(&provider, "/tenants/one/jwks")).await.expect(200);

    let request = Parameters::authorization().encode();
    let page = browser.get(&url(&provider, &format!("/tenants/one/authorize?{request}"))).await;
    let received = browser.sign_in(&page, "alice").await.callback();
    assert_eq!(received["iss"], "http://issuer.example/tenants/one");
    let form = Parameters::code(&received["code"]);
    browser.post(&url(&provider, "/tenants/one/token"), &form).await.expect(200);
}

#[tokio::test]
async fn the_path_of_an_issuer_may_have_any_characters() {
    for path in ["/:tenant", "/*", "/{tenant}", "/{*rest}", "/a%2Fb"] {
        let issuer = format!("http://issuer.example{path}");
        let named = |settings: &mut Settings| settings.issuer_url = Some(issuer.clone());
        let provider = builder().settings(named).start().await;
        let base = format!("http://{}{path}", provider.address());
        let metadata = format!("{base}/.well-known/openid-configuration");
        let metadata = Browser::new().get(&metadata).await.expect(200).json();
        assert_eq!(metadata["issuer"], issuer);
    }
}

#[tokio::test]
async fn an_issuer_is_published_as_configured_including_a_trailing_slash() {
    let provider = builder()
        .settings(|settings| settings.issuer_url = Some("http://issuer.example/".into()))
        .start()
        .await;
    let metadata = Browser::new().get(&url(&provider, PATH)).await.expect(200).json();
    assert_eq!(metadata["issuer"], "http://issuer.example/");
    assert_eq!(metadata["jwks_uri"], "http://issuer.example/jwks");
}

#[tokio::test]
async fn back_channel_and_front_channel_can_have_different_hosts() {
    let provider = builder()
        .settings(|settings| {
            settings.issuer_url = Some("http://localhost:9400".into());
            settings.backchannel_url = Some("http://provider:9400".into());
        })
        .start()
        .await;
    let metadata = Browser::new().get(&url(&provider, PATH)).await.expect(200).json();
    let host = |member: &str| {
        let address = metadata[member].as_str().and_then(|address| Url::parse(address).ok());
        address.and_then(|address| address.host_str().map(str::to_owned)).unwrap_or_default()
    };
    assert_eq!(metadata["issuer"], "http://localhost:9400");
    for member in ["authorization_endpoint", "end_session_endpoint"] {
        assert_eq!(host(member), "localhost", "{member}");
    }
    for member in ["token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        assert_eq!(host(member), "provider", "{member}");
    }
}

#[tokio::test]
async fn claims_of_users_and_custom_scopes_are_listed_as_supported() {
    let provider = builder()
        .settings(|settings| {
            settings.scopes = BTreeMap::from([("desk".into(), vec!["desk_number".into()])]);
        })
        .start()
        .await;
    let metadata = Browser::new().get(&url(&provider, PATH)).await.json();
    let has = |member: &str, value: &str| {
        metadata[member].as_array().is_some_and(|values| values.contains(&Value::from(value)))
    };
    assert!(has("scopes_supported", "desk"), "{metadata:#}");
    assert!(has("claims_supported", "desk_number"), "{metadata:#}");
    assert!(has("claims_supported", "department"), "{metadata:#}");
}
