//! When armed failures act, and on which exchanges.

use std::sync::Arc;
use std::time::Duration;

use mock_provider::failure::Failure;
use mock_provider::{Endpoint, MockProvider};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::{Browser, builder, decoded, start, tokens_for, url};

const EXPIRED: &str = "id-token-exp-invalid:value=absent";

/// Whether the failure affects a login of this user.
async fn fails(provider: &MockProvider, subject: &str) -> bool {
    let tokens = tokens_for(provider, subject, "openid").await;
    claims(&tokens).get("exp").is_none()
}

fn claims(tokens: &Value) -> Value {
    decoded(tokens["id_token"].as_str().expect("there is an ID token")).1
}

#[tokio::test]
async fn a_failure_lasts_until_its_guard_is_dropped() {
    let provider = start().await;
    let failure = provider.fail(EXPIRED);
    assert!(fails(&provider, "alice").await);
    assert_eq!(failure.fired(), 1);
    drop(failure);
    assert!(!fails(&provider, "alice").await);
}

#[tokio::test]
async fn a_configured_failure_is_armed_from_the_start() {
    let failure = Failure::parse(&format!("{EXPIRED}@user=bob,for=1h")).unwrap();
    let provider = builder().settings(|settings| settings.fail = vec![failure]).start().await;
    assert!(!fails(&provider, "alice").await);
    assert!(fails(&provider, "bob").await);
    provider.clock().advance(Duration::from_secs(3600));
    assert!(!fails(&provider, "bob").await, "its lifetime is over");
}

#[tokio::test]
async fn a_failure_for_one_user_leaves_the_others_alone() {
    let provider = start().await;
    let failure = Failure::parse(EXPIRED).unwrap().user("bob");
    let _failure = provider.fail(failure);
    assert!(!fails(&provider, "alice").await);
    assert!(fails(&provider, "bob").await);
}

#[tokio::test]
async fn a_failure_can_be_limited_to_the_third_exchange() {
    let provider = start().await;
    let _failure = provider.fail("id-token-exp-invalid:value=absent@from=3,times=1");
    let mut affected = Vec::new();
    for _ in 0..5 {
        affected.push(fails(&provider, "alice").await);
    }
    assert_eq!(affected, [false, false, true, false, false]);
}

#[tokio::test]
async fn from_names_the_first_exchange_that_fails_and_nth_means_the_same() {
    for selector in ["from", "nth"] {
        let provider = start().await;
        let failure = provider.fail(format!("{EXPIRED}@{selector}=2"));
        let mut affected = Vec::new();
        for _ in 0..3 {
            affected.push(fails(&provider, "alice").await);
        }
        assert_eq!(affected, [false, true, true], "{selector}");
        assert_eq!(failure.fired(), 2, "{selector}");
    }
}

#[test]
fn a_failure_is_printed_with_from_even_if_it_was_given_with_nth() {
    let written = format!("{EXPIRED}@from=3,times=1");
    for selector in ["from", "nth"] {
        let failure = Failure::parse(&format!("{EXPIRED}@{selector}=3,times=1")).unwrap();
        assert_eq!(failure.to_string(), written);
    }
    assert_eq!(Failure::parse(EXPIRED).unwrap().nth(3).times(1).to_string(), written);
}

#[test]
fn from_and_nth_are_the_same_selector_and_cannot_be_combined() {
    let error = Failure::parse(&format!("{EXPIRED}@from=1,nth=2")).unwrap_err().to_string();
    assert!(error.contains("twice"), "{error}");
    let error = Failure::parse(&format!("{EXPIRED}@from=0")).unwrap_err().to_string();
    assert!(error.contains("`from` must be a number from 1"), "{error}");
}

/// The numbers of those of 64 concurrent logins that a failure affects: odd ones belong to `alice`,
/// even ones to `bob`.
async fn affected_of_64_at_once(failure: &str) -> Vec<usize> {
    let provider = Arc::new(builder().workers(2).start().await);
    let _failure = provider.fail(failure);
    let mut logins = JoinSet::new();
    for number in 1..=64 {
        let provider = Arc::clone(&provider);
        let subject = if number % 2 == 1 { "alice" } else { "bob" };
        logins.spawn(async move { fails(&provider, subject).await.then_some(number) });
    }
    let mut affected: Vec<_> = logins.join_all().await.into_iter().flatten().collect();
    affected.sort_unstable();
    affected
}

#[tokio::test]
async fn of_64_concurrent_logins_only_those_of_the_chosen_user_fail() {
    let affected = affected_of_64_at_once("id-token-exp-invalid:value=absent@user=bob").await;
    assert_eq!(affected, (1..=32).map(|number| 2 * number).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_64_concurrent_logins_exactly_the_given_number_fails() {
    let affected = affected_of_64_at_once("id-token-exp-invalid:value=absent@nth=30,times=5").await;
    assert_eq!(affected.len(), 5, "{affected:?}");
}

#[tokio::test]
async fn a_failure_for_another_client_never_fires() {
    let provider = start().await;
    let failure = provider.fail("id-token-exp-invalid:value=absent@client=blog").may_not_fire();
    for subject in ["alice", "bob"] {
        assert!(!fails(&provider, subject).await);
    }
    assert_eq!(failure.fired(), 0);
}

#[tokio::test]
async fn the_journal_records_the_honest_value_and_the_sent_one() {
    let provider = start().await;
    let _failure = provider.fail(EXPIRED);
    tokens_for(&provider, "alice", "openid").await;
    let journal = provider.journal();
    let altered: Vec<_> =
        journal.iter().filter(|exchange| !exchange.alterations.is_empty()).collect();
    let [exchange] = altered.as_slice() else { panic!("{altered:?}") };
    assert_eq!(exchange.endpoint, Endpoint::Token);
    let [alteration] = exchange.alterations.as_slice() else { panic!("{exchange:?}") };
    assert_eq!(alteration.failure, EXPIRED);
    assert_eq!(alteration.place, "body.id_token.claims.exp");
    assert!(alteration.honest.as_ref().is_some_and(Value::is_number));
    assert_eq!(alteration.sent, None);
}

#[tokio::test]
#[should_panic(expected = "was armed but never fired")]
async fn a_failure_that_never_fired_fails_the_test() {
    let provider = start().await;
    drop(provider.fail(EXPIRED));
}

#[tokio::test]
#[should_panic(expected = "did you mean `id-token-exp-invalid`?")]
async fn an_unknown_failure_is_refused_with_the_nearest_one() {
    let provider = start().await;
    let _failure = provider.fail("id-token-exp-invald");
}

#[tokio::test]
async fn a_failing_issuer_needs_no_setup() {
    let provider = start().await;
    let address = format!("{}/failing/{EXPIRED}", provider.issuer());
    let metadata = format!("{address}/.well-known/openid-configuration");
    let answer = Browser::new().get(&metadata).await;
    assert_eq!(answer.expect(200).json()["issuer"], address);
    assert_eq!(provider.failing(EXPIRED).issuer(), address);
    // The default issuer is not affected.
    assert!(!fails(&provider, "alice").await);
}

#[tokio::test]
async fn a_misspelt_failing_issuer_suggests_the_nearest_name() {
    let provider = start().await;
    let address = format!("{}/failing/id-token-exp-invald/jwks", provider.issuer());
    let answer = Browser::new().get(&address).await;
    assert!(answer.expect(404).body.contains("did you mean `id-token-exp-invalid`?"));
}

#[tokio::test]
async fn all_spellings_of_an_address_lead_to_the_same_failing_issuer() {
    let provider = start().await;
    let issuer = async |spelling: &str| {
        let path = format!("/failing/{spelling}/.well-known/openid-configuration");
        let answer = Browser::new().get(&url(&provider, &path)).await;
        answer.expect(200).json()["issuer"].as_str().expect("an issuer").to_owned()
    };
    let right = url(&provider, "/failing/token-expires-in:value=2%5E63");
    for spelling in ["2%5E63", "2%5e63", "%32%5E63", "2^63"] {
        assert_eq!(issuer(&format!("token-expires-in:value={spelling}")).await, right);
    }
    // Encoded separators make a different address.
    let encoded = issuer("token-expires-in%3Avalue%3D2%5E63").await;
    assert!(encoded.ends_with("/failing/token-expires-in%3Avalue%3D2%5E63"), "{encoded}");
}

#[tokio::test]
async fn a_failure_for_a_named_issuer_can_be_armed_anywhere() {
    let configured = builder().settings(|settings| {
        settings.issuers = vec!["acme".into()];
        settings.fail = vec![Failure::parse("jwks-unavailable@issuer=acme").expect("is known")];
    });
    let provider = configured.start().await;
    let status = async |path: &str| {
        let address = url(&provider, path);
        Browser::new().get(&address).await.status
    };
    assert_eq!(status("/jwks").await, 200);
    assert_eq!(status("/issuers/acme/jwks").await, 503);

    provider.named("other");
    let failure = provider.fail("jwks-unavailable@issuer=other");
    assert_eq!((status("/jwks").await, status("/issuers/other/jwks").await), (200, 503));
    assert_eq!(failure.fired(), 1);

    let acme = provider.named("acme");
    acme.clear_failures();
    assert_eq!(status("/issuers/acme/jwks").await, 200);
    acme.reset();
    assert_eq!(status("/issuers/acme/jwks").await, 503);
}

#[tokio::test]
#[should_panic(expected = "there is no issuer `acme`")]
async fn a_failure_for_an_unknown_issuer_is_refused() {
    let provider = start().await;
    let _failure = provider.fail("jwks-unavailable@issuer=acme");
}

/// The names of the published keys, and the name of the key in the ID token of a login.
async fn published_and_used(provider: &MockProvider) -> (Vec<Value>, Value) {
    let keys = Browser::new().get(&url(provider, "/jwks")).await.json();
    let kids = keys["keys"].as_array().expect("a list").iter().map(|key| key["kid"].clone());
    let tokens = tokens_for(provider, "alice", "openid").await;
    let (header, _) = decoded(tokens["id_token"].as_str().expect("there is an ID token"));
    (kids.collect(), header["kid"].clone())
}

#[tokio::test]
async fn keys_that_a_failure_for_one_client_needs_are_published_for_all_clients() {
    for failure in [
        "id-token-alg-unregistered:alg=PS256",
        "id-token-alg-invalid:variant=RS256-with-ec-kid",
        "id-token-sig-invalid:alg=ES256",
        "id-token-sig-ecdsa-malformed",
        "jwks-weak-key",
    ] {
        let provider = start().await;
        let failure = Failure::parse(failure).unwrap().client("shop").times(1);
        let failure = provider.fail(failure);
        let (published, used) = published_and_used(&provider).await;
        assert!(published.contains(&used), "{failure:?}: {used} is none of {published:?}");
        // A client that fetches the keys again because of the token finds it too.
        let (published, next) = published_and_used(&provider).await;
        assert!(published.contains(&used), "{failure:?}: {used} is gone from {published:?}");
        assert_eq!(failure.fired(), 1);
        assert_ne!(next, used, "{failure:?} is over");
        drop(failure);
        let (published, _) = published_and_used(&provider).await;
        assert!(!published.contains(&used), "{used} is still one of {published:?}");
    }
}

#[tokio::test]
async fn publishing_does_not_count_as_firing() {
    let provider = start().await;
    let failure = provider.fail("id-token-alg-unregistered:alg=PS256@times=1").may_not_fire();
    for path in ["/jwks", "/.well-known/openid-configuration"] {
        let altered = Browser::new().get(&url(&provider, path)).await.json().to_string();
        assert!(altered.contains("PS256"), "{altered}");
    }
    assert_eq!(failure.fired(), 0);
}

#[tokio::test]
async fn a_failure_can_be_limited_to_an_endpoint() {
    let provider = start().await;
    let failure =
        provider.fail("network-http-variants:variant=204-for-200,endpoint=token@endpoint=userinfo");
    let failure = failure.may_not_fire();
    tokens_for(&provider, "alice", "openid").await;
    assert_eq!(failure.fired(), 0, "the failure acts at one endpoint and was limited to another");

    let _failure = provider.fail("claims-groups-string@endpoint=userinfo");
    let tokens = tokens_for(&provider, "alice", "openid groups").await;
    assert!(claims(&tokens)["groups"].is_array());
    let token = tokens["access_token"].as_str().expect("there is an access token");
    let userinfo = Browser::new().userinfo(&provider, token).await.json();
    assert!(!userinfo["groups"].is_array(), "{userinfo}");
}

#[tokio::test]
async fn several_failures_act_in_the_order_in_which_they_were_armed() {
    let provider = start().await;
    let nonce = async |failures: [&str; 2]| {
        let name = |value: &str| format!("id-token-nonce-mismatch:value={value}");
        let _armed = failures.map(|value| provider.fail(name(value)));
        claims(&tokens_for(&provider, "alice", "openid").await)["nonce"].clone()
    };
    assert_eq!(nonce(["suffix", "constant"]).await, "constant-nonce");
    let other = nonce(["constant", "suffix"]).await;
    let other = other.as_str().expect("a text");
    assert!(other.starts_with("constant-nonce") && other != "constant-nonce", "{other}");
}

#[tokio::test]
async fn a_finished_failure_can_still_be_read_after_the_next_is_armed() {
    let provider = start().await;
    let control = url(&provider, "/control/issuers/default/failures");
    let arm = async |failure: &str| {
        let mut browser = Browser::new();
        let body = serde_json::json!({ "failure": failure });
        let request = browser.request(reqwest::Method::POST, &control).json(&body);
        browser.send(request).await.expect(201).json()["number"].clone()
    };
    let first = arm("id-token-exp-invalid:value=absent@times=1").await;
    assert!(fails(&provider, "alice").await);
    arm("id-token-iat-missing").await;
    let received = Browser::new().get(&format!("{control}/{first}")).await.expect(200).json();
    assert_eq!((&received["fired"], &received["over"]), (&Value::from(1), &Value::from(true)));
}

#[tokio::test]
async fn a_mode_that_acts_once_acts_once_within_any_lifetime() {
    let provider = start().await;
    let failure = provider.fail("sequence-op-restart:phase=after-login@for=1h");
    for _ in 0..3 {
        let tokens = tokens_for(&provider, "alice", "openid").await;
        let token = tokens["access_token"].as_str().expect("there is an access token");
        Browser::new().userinfo(&provider, token).await.expect(200);
    }
    assert_eq!(failure.fired(), 1);
}
