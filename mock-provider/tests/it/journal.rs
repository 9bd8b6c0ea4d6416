//! The journal: each login step by step, with reasons for refusals and without secrets.

use mock_provider::{Endpoint, MockProvider};
use reqwest::Method;

use crate::support::{Browser, LOGGED_OUT, Parameters, builder, start, tokens_for, url};

/// Runs a whole login: sign-in page, code, tokens, userinfo, refresh, logout. Returns every secret
/// that was sent.
async fn login(provider: &MockProvider) -> Vec<String> {
    let mut browser = Browser::new();
    browser.get(&url(provider, "/.well-known/openid-configuration")).await;
    browser.get(&url(provider, "/jwks")).await;
    let request = Parameters::authorization().with("scope", "openid offline_access");
    let page = browser.authorize(provider, &request).await;
    let fields = Parameters::none().with("decision", "sign-in").with("subject", "carol");
    let received = browser.decide(&page, &fields.with("password", "pass wörd&1")).await.callback();
    let code = received["code"].clone();
    let tokens = browser.token(provider, Parameters::code(&code)).await.json();
    let secret = |name: &str| tokens[name].as_str().expect("the token is there").to_owned();
    let (access, refresh, id) =
        (secret("access_token"), secret("refresh_token"), secret("id_token"));
    browser.userinfo(provider, &access).await.expect(200);
    browser.token(provider, Parameters::refresh(&refresh)).await.expect(200);
    let hinted = request.with("prompt", "consent").with("id_token_hint", &id);
    let page = browser.authorize(provider, &hinted).await;
    browser.decide(&page, &Parameters::none().with("decision", "continue")).await.location();
    let logout = Parameters::none()
        .with("id_token_hint", &id)
        .with("post_logout_redirect_uri", LOGGED_OUT)
        .with("state", "bye");
    browser.get(&url(provider, &format!("/end-session?{}", logout.encode()))).await.location();
    let passwords = ["pass wörd&1", "s3cret"].map(str::to_owned);
    [code, access, refresh, id].into_iter().chain(passwords).collect()
}

#[tokio::test]
async fn a_whole_login_reads_as_reviewed() {
    let provider = builder()
        .settings(|settings| settings.issuer_url = Some("https://issuer.example".into()))
        .start()
        .await;
    login(&provider).await;
    insta::assert_json_snapshot!(provider.journal());
}

#[tokio::test]
async fn the_exchanges_of_one_login_share_a_flow() {
    let provider = start().await;
    tokens_for(&provider, "alice", "openid").await;
    tokens_for(&provider, "bob", "openid").await;
    let journal = provider.journal();
    let flows = |subject: &str| -> Vec<_> {
        let own = journal.iter().filter(|exchange| exchange.user.as_deref() == Some(subject));
        own.filter_map(|exchange| exchange.flow.clone()).collect()
    };
    let (alice, bob) = (flows("alice"), flows("bob"));
    assert_eq!((alice.len(), bob.len()), (2, 2), "sign-in and token: {journal:#?}");
    assert_eq!(alice[0], alice[1]);
    assert_eq!(bob[0], bob[1]);
    assert_ne!(alice[0], bob[0]);
    assert_eq!(journal[0].flow.as_ref(), Some(&alice[0]), "the page belongs to the flow");
}

#[tokio::test]
async fn the_journal_contains_no_secrets() {
    let provider = start().await;
    let secrets = login(&provider).await;
    let journal = format!("{:?}", provider.journal());
    assert!(journal.contains("[redacted: 43 characters]"));
    for secret in secrets {
        assert!(!journal.contains(&secret), "{secret} is in {journal}");
    }
}

#[tokio::test]
async fn numbering_continues_after_the_journal_is_cleared() {
    let provider = start().await;
    let mut browser = Browser::new();
    browser.get(&url(&provider, "/health")).await;
    provider.clear_journal();
    assert!(provider.journal().is_empty());
    browser.get(&url(&provider, "/jwks")).await;
    let [exchange] = &*provider.journal() else { panic!("one exchange was made") };
    assert_eq!((exchange.number, exchange.endpoint), (2, Endpoint::Jwks));
}

#[tokio::test]
async fn the_journal_keeps_as_many_exchanges_as_configured() {
    let provider = builder().settings(|settings| settings.journal_capacity = 3).start().await;
    let mut browser = Browser::new();
    for _ in 0..5 {
        browser.get(&url(&provider, "/health")).await;
    }
    let numbers: Vec<_> = provider.journal().iter().map(|exchange| exchange.number).collect();
    assert_eq!(numbers, [3, 4, 5]);
}

#[tokio::test]
async fn preflights_and_unknown_paths_are_recorded_too() {
    let provider = start().await;
    let mut browser = Browser::new();
    let preflight = browser
        .request(Method::OPTIONS, &url(&provider, "/token"))
        .header("origin", "https://spa.example")
        .header("access-control-request-method", "POST");
    browser.send(preflight).await;
    browser.get(&url(&provider, "/nowhere")).await;
    let seen: Vec<_> = provider
        .journal()
        .into_iter()
        .map(|exchange| (exchange.method, exchange.endpoint, exchange.status))
        .collect();
    assert_eq!(
        seen,
        [("OPTIONS".to_owned(), Endpoint::Token, 200), ("GET".to_owned(), Endpoint::Unknown, 404)]
    );
}
