//! Discovery.

use std::time::Duration;

use mock_provider::MockProvider;
use mock_provider::failure::Class;

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Answer, Browser, builder, start, url};

async fn metadata(provider: &MockProvider) -> Answer {
    Browser::new().get(&url(provider, "/.well-known/openid-configuration")).await
}

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    let except = [
        // The transcript fetches the metadata once.
        "discovery-unavailable:phase=running",
        // No response arrives.
        "discovery-unavailable:mode=refused",
        "discovery-unavailable:mode=hang",
    ];
    assert_changes(Class::Discovery, &except, transcript).await;
}

#[tokio::test]
async fn an_outage_while_running_lets_the_first_request_pass_and_ends_by_itself() {
    let provider = start().await;
    let failure = provider.fail("discovery-unavailable:phase=running,count=1");
    metadata(&provider).await.expect(200);
    metadata(&provider).await.expect(503);
    metadata(&provider).await.expect(200);
    assert_eq!(failure.fired(), 1);
}

#[tokio::test]
async fn an_outage_with_a_duration_ends_by_the_clock() {
    let provider = start().await;
    let _failure = provider.fail("discovery-unavailable:duration=10s,mode=404");
    for _ in 0..5 {
        metadata(&provider).await.expect(404);
    }
    provider.clock().advance(Duration::from_secs(10));
    metadata(&provider).await.expect(200);
}

#[tokio::test]
async fn an_outage_of_a_failing_issuer_begins_with_its_first_request() {
    let provider = start().await;
    let failing = provider.failing("discovery-unavailable:duration=10s");
    let address = format!("{}/.well-known/openid-configuration", failing.issuer());
    failing.clock().advance(Duration::from_secs(60));
    Browser::new().get(&address).await.expect(503);
    failing.clock().advance(Duration::from_secs(10));
    Browser::new().get(&address).await.expect(200);
}

#[tokio::test]
async fn the_metadata_after_a_redirect_is_valid() {
    let provider = start().await;
    let honest = metadata(&provider).await;
    for target in ["same-host", "cross-host"] {
        let _failure = provider.fail(format!("discovery-bad-body:body=sound,redirect={target}"));
        let redirect = metadata(&provider).await;
        let behind = Browser::new().get(redirect.expect(302).header("location")).await;
        assert_eq!(behind.expect(200).body, honest.body);
        assert_eq!(redirect.header("location").contains("//localhost:"), target == "cross-host");
    }
}

#[tokio::test]
async fn a_failing_issuer_refers_to_the_honest_one() {
    let provider = start().await;
    let failing = provider.failing("discovery-endpoint-foreign");
    let address = format!("{}/.well-known/openid-configuration", failing.issuer());
    let received = Browser::new().get(&address).await.json();
    assert_eq!(received["issuer"], failing.issuer());
    assert_eq!(received["authorization_endpoint"], format!("{}/authorize", provider.issuer()));
    assert_eq!(received["token_endpoint"], format!("{}/token", failing.issuer()));
}

#[tokio::test]
async fn a_client_that_registers_at_a_malicious_issuer_is_registered_at_the_honest_one() {
    let provider = builder().settings(|settings| settings.client_registration = true).start().await;
    let failing = provider.failing("discovery-endpoint-foreign:swap=registration_endpoint");
    let address = format!("{}/.well-known/openid-configuration", failing.issuer());
    let received = Browser::new().get(&address).await.json();
    assert_eq!(received["authorization_endpoint"], format!("{}/authorize", provider.issuer()));
    assert_eq!(received["registration_endpoint"], format!("{}/register", provider.issuer()));
    assert_eq!(received["token_endpoint"], format!("{}/token", failing.issuer()));
}

#[tokio::test]
async fn an_http_issuer_is_published_with_https() {
    let provider = start().await;
    let _failure = provider.fail("discovery-issuer-mismatch:variant=http-scheme");
    let received = metadata(&provider).await.json();
    assert_eq!(received["issuer"], provider.issuer().replace("http:", "https:"));
}

#[tokio::test]
async fn an_outage_can_leave_a_client_without_an_answer() {
    let provider = start().await;
    let address = url(&provider, "/.well-known/openid-configuration");
    let asked = || {
        let patient = Browser::new().request(reqwest::Method::GET, &address);
        patient.timeout(Duration::from_millis(500)).send()
    };
    for (mode, late) in [("refused", false), ("hang", true)] {
        let failure = provider.fail(format!("discovery-unavailable:mode={mode}"));
        let error = asked().await.expect_err("no response arrives");
        assert_eq!(error.is_timeout(), late, "{mode}: {error:?}");
        assert_eq!(failure.fired(), 1);
    }
    assert_eq!(asked().await.expect("a response arrives").status(), 200);
}
