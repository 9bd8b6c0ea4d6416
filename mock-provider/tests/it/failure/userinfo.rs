//! Userinfo.

use mock_provider::failure::Class;
use mock_provider::{Algorithm, Client, MockProvider};

use super::changes::assert_changes;
use super::transcript::transcript;
use crate::support::{Answer, Browser, CALLBACK, Parameters, builder, code_for};

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    assert_changes(Class::Userinfo, &[], transcript).await;
}

/// Userinfo for a client that is registered for a signed response.
async fn signed_userinfo(provider: &MockProvider) -> Answer {
    let request = Parameters::authorization().with("client_id", "signing");
    let code = code_for(provider, "alice", request).await;
    let form = Parameters::code(&code).with("client_id", "signing");
    let tokens = Browser::new().token(provider, form).await.json();
    let token = tokens["access_token"].as_str().expect("there is an access token");
    Browser::new().userinfo(provider, token).await
}

#[tokio::test]
async fn signed_userinfo_is_altered_before_it_is_signed() {
    let signing = Client::new("signing").secret("s3cret").redirect_uri(CALLBACK);
    let signing = signing.userinfo_signed_response_alg(Algorithm::RS256);
    let provider = builder().client(signing).start().await;
    for (spec, places) in [
        ("userinfo-jwt-invalid:fault=alg-none", vec!["body.header.alg", "body.signature"]),
        ("userinfo-jwt-invalid:fault=aud", vec!["body.claims.aud"]),
        ("userinfo-sub-ambiguous:form=absent", vec!["body.claims.sub"]),
    ] {
        let failure = provider.fail(spec);
        let answer = signed_userinfo(&provider).await;
        assert_eq!(answer.expect(200).header("content-type"), "application/jwt", "{spec}");
        let exchange = provider.journal().pop().expect("the request was recorded");
        let received: Vec<_> = exchange.alterations.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(received, places, "{spec}");
        drop(failure);
    }
    // This client expects a JWT, so the failure has no effect.
    let unexpected = provider.fail("userinfo-jwt-unexpected").may_not_fire();
    signed_userinfo(&provider).await.expect(200);
    assert_eq!(unexpected.fired(), 0);
}

#[tokio::test]
async fn a_refusal_is_not_altered() {
    let provider = builder().start().await;
    let failure = provider.fail("userinfo-http-error:mode=html-200").may_not_fire();
    Browser::new().userinfo(&provider, "made-up").await.expect(401);
    assert_eq!(failure.fired(), 0);
}
