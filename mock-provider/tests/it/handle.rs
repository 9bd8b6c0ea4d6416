//! The handle in a test: start, stop, and logins without a browser.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use mock_provider::{AuthorizeError, Clock, MockProvider, StartError, blocking};

use crate::support::{Browser, NOW, Parameters, builder, start, url, verified};

fn authorization_url(provider: &MockProvider, request: &Parameters) -> String {
    format!("{}/authorize?{}", provider.issuer(), request.encode())
}

#[tokio::test]
async fn a_provider_without_configuration_logs_any_user_in() {
    let provider = MockProvider::start().await;
    assert_eq!(provider.issuer(), format!("http://{}", provider.address()));
    let callback = "http://localhost:5000/any/where";
    let request =
        Parameters::authorization().with("client_id", "demo-app").with("redirect_uri", callback);
    let address = authorization_url(&provider, &request);
    for subject in ["alice", "bob", "carol", "dave", "unlisted"] {
        let answer =
            provider.authorize_as(subject, &address).await.expect("every user is accepted");
        assert!(answer.starts_with(&format!("{callback}?code=")), "{answer}");
    }
}

#[tokio::test]
async fn two_providers_share_nothing() {
    let (first, second) = (start().await, start().await);
    assert_ne!(first.issuer(), second.issuer());
    Browser::new().get(&url(&first, "/health")).await;
    assert_eq!((first.journal().len(), second.journal().len()), (1, 0));
}

#[tokio::test]
async fn a_dropped_provider_no_longer_answers_and_frees_its_port() {
    let provider = start().await;
    let address = provider.address();
    let mut idle = TcpStream::connect(address).expect("the provider listens");
    idle.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").expect("the request is sent");
    let _ = idle.read(&mut [0; 1024]).expect("the answer arrives");
    let before = Instant::now();
    drop(provider);
    let took = before.elapsed();
    assert!(took < Duration::from_millis(900), "an idle connection does not hold it up: {took:?}");
    TcpListener::bind(address).expect("the port is free");
}

#[tokio::test]
async fn a_suspended_provider_refuses_connections_and_comes_back_as_it_was() {
    let provider = start().await;
    let address = authorization_url(&provider, &Parameters::authorization());
    let answer = provider.authorize_as("alice", &address).await.expect("alice signs in");
    let (code, _) = answer
        .strip_prefix("https://shop.example/callback?code=")
        .and_then(|rest| rest.split_once('&'))
        .expect("there is a code");

    provider.suspend().await;
    provider.suspend().await;
    TcpStream::connect(provider.address()).expect_err("nothing listens");

    provider.resume().await.expect("the port is still free");
    provider.resume().await.expect("resuming twice is allowed");
    Browser::new().token(&provider, Parameters::code(code)).await.expect(200);
}

#[tokio::test]
async fn suspending_does_not_block_the_runtime_while_a_request_is_under_way() {
    let provider = start().await;
    let mut stream = TcpStream::connect(provider.address()).expect("the provider listens");
    // The server answers `100 Continue` when it waits for the body, which never comes.
    let head =
        "POST /token HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("the request is sent");
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).expect("the server waits for the body");
    assert_eq!(interim, *b"HTTP/1.1 100 Continue\r\n\r\n");

    let mut suspended = pin!(provider.suspend());
    let first_poll = suspended.as_mut().now_or_never();
    assert!(first_poll.is_none(), "the request under way gets time to finish");
    suspended.await;
    TcpStream::connect(provider.address()).expect_err("the provider does not listen");
}

#[tokio::test]
async fn a_provider_cannot_resume_on_a_port_taken_by_another_process() {
    let provider = start().await;
    let address = provider.address();
    provider.suspend().await;
    let thief = TcpListener::bind(address).expect("the port is free");
    let error = provider.resume().await.expect_err("the port is taken");
    assert!(error.to_string().starts_with(&format!("cannot listen on {address}: ")), "{error}");
    drop(thief);
    provider.resume().await.expect("the port is free again");
}

#[tokio::test]
async fn a_taken_port_is_reported_by_its_number() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address: SocketAddr = taken.local_addr().expect("the listener is bound");
    let error =
        MockProvider::builder().listen(address).try_start().expect_err("the request is accepted");
    assert!(matches!(&error, StartError::Listen { address: received, .. } if *received == address));
}

#[tokio::test]
async fn the_issuer_host_can_be_localhost() {
    let provider = builder().issuer_host("localhost").start().await;
    let port = provider.address().port();
    assert_eq!(provider.issuer(), format!("http://localhost:{port}"));
    Browser::new().get(&format!("http://localhost:{port}/health")).await.expect(200);
    let address = authorization_url(&provider, &Parameters::authorization());
    provider.authorize_as("alice", &address).await.expect("alice signs in");
}

#[tokio::test]
async fn an_invalid_issuer_host_is_refused() {
    for host in ["", "local host", "localhost/path", "localhost:9400"] {
        let error = builder().issuer_host(host).try_start().expect_err(host).to_string();
        let received = format!("`issuer_host` must be a host name or an address, got `{host}`: ");
        assert!(error.starts_with(&received), "{error}");
    }
}

#[tokio::test]
async fn authorize_as_enters_the_password() {
    let provider = start().await;
    let address = authorization_url(&provider, &Parameters::authorization());
    let answer = provider.authorize_as("carol", &address).await.expect("carol signs in");
    assert!(answer.contains("?code="), "{answer}");
}

#[tokio::test]
async fn authorize_as_returns_refusals_sent_to_the_client() {
    let provider = start().await;
    let request = Parameters::authorization();
    let answer = provider.authorize_as("dave", &authorization_url(&provider, &request)).await;
    assert!(answer.expect("an answer").contains("?error=access_denied&"));
    let request = request.with("scope", "email");
    let answer = provider.authorize_as("alice", &authorization_url(&provider, &request)).await;
    assert!(answer.expect("an answer").contains("?error=invalid_scope&"));
}

#[tokio::test]
async fn authorize_as_reports_the_text_of_an_error_page() {
    let provider = builder().settings(|settings| settings.any_subject = false).start().await;
    let request = Parameters::authorization();
    let refused = |status, reason: &str| AuthorizeError::Refused { status, reason: reason.into() };

    let unknown = request.clone().with("client_id", "shpo");
    let error = provider.authorize_as("alice", &authorization_url(&provider, &unknown)).await;
    assert_eq!(error, Err(refused(400, "no client is registered as `shpo`")));

    let address = authorization_url(&provider, &request);
    let error = provider.authorize_as("zoe", &address).await;
    assert_eq!(error, Err(refused(422, "There is no such user.")));

    let form_post = request.with("response_mode", "form_post");
    let error = provider.authorize_as("alice", &authorization_url(&provider, &form_post)).await;
    assert_eq!(error, Err(AuthorizeError::FormPost));
}

#[tokio::test]
async fn a_reset_restores_the_initial_state() {
    let provider = start().await;
    let request = Parameters::authorization().with("scope", "openid");
    let mut browser = Browser::new();
    let first = browser.log_in(&provider, request.clone(), "alice").await.callback();
    let kids = provider.keys().kids();
    provider.keys().rotate(mock_provider::Rotation::Replace);
    provider.clock().advance(Duration::from_secs(3600));
    let _failure = provider.fail("id-token-exp-invalid").may_not_fire();

    provider.reset();
    assert!(provider.journal().is_empty());
    assert_eq!(provider.keys().kids(), kids);
    assert_eq!(provider.clock().now().as_second(), NOW);
    let token = browser.token(&provider, Parameters::code(&first["code"])).await;
    token.expect_token_error(400, "invalid_grant", "code is unknown, or expired long ago");
    browser.authorize(&provider, &request).await.expect_sign_in_page();
    provider.reset();
    let again = Browser::new().log_in(&provider, request, "alice").await.callback();
    assert_eq!(again["code"], first["code"], "the random sequence restarts");
    let tokens = browser.token(&provider, Parameters::code(&again["code"])).await.json();
    verified(&provider, &tokens, "shop").await;
}

#[tokio::test]
async fn authorize_as_refuses_addresses_of_other_servers() {
    let provider = start().await;
    let endpoint = format!("{}/authorize", provider.issuer());
    for address in [
        "not an address",
        "https://login.example/authorize?client_id=shop",
        &format!("{}/token?x=1", provider.issuer()),
    ] {
        let error = provider.authorize_as("alice", address).await.expect_err(address);
        assert_eq!(
            error,
            AuthorizeError::ForeignUrl { url: address.to_owned(), endpoint: endpoint.clone() }
        );
    }
}

#[tokio::test]
async fn authorize_as_refuses_an_address_that_is_too_long_for_a_request() {
    let provider = start().await;
    let request = Parameters::authorization().with("state", &"x".repeat(70_000));
    let error = provider.authorize_as("alice", &authorization_url(&provider, &request)).await;
    let Err(AuthorizeError::Refused { status: 414, reason }) = error else {
        panic!("not refused: {error:?}");
    };
    assert!(reason.contains("too long"), "{reason}");
}

#[test]
fn the_blocking_provider_needs_no_runtime() {
    let clock = Clock::frozen_at("2026-01-01T00:00:00Z".parse().expect("the time is RFC 3339"));
    let provider = blocking::MockProvider::builder().clock(clock).start_blocking();
    let request = Parameters::authorization()
        .with("client_id", "demo-app")
        .with("redirect_uri", "http://127.0.0.1:1/cb");
    let address = format!("{}/authorize?{}", provider.issuer(), request.encode());
    let answer = provider.authorize_as("alice", &address).expect("alice signs in");
    assert!(answer.starts_with("http://127.0.0.1:1/cb?code="), "{answer}");
    assert_eq!(provider.journal().len(), 2);
    provider.clear_journal();
    assert!(provider.journal().is_empty());
    provider.clock().advance(Duration::from_secs(1));
    assert_eq!(provider.clock().now().to_string(), "2026-01-01T00:00:01Z");

    provider.suspend();
    TcpStream::connect(provider.address()).expect_err("nothing listens");
    provider.resume().expect("the port is still free");
    TcpStream::connect(provider.address()).expect("the provider listens");
}

#[tokio::test]
async fn a_provider_outlives_a_thread_that_blocks() {
    // This test runs on one thread, which the provider must not need.
    let provider = start().await;
    let mut stream = TcpStream::connect(provider.address()).expect("the provider listens");
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n").expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer arrives");
    assert!(answer.contains("200 OK"), "{answer}");
}

#[tokio::test]
async fn authorize_as_accepts_every_spelling_of_the_endpoint() {
    let settings = builder().settings(|settings| {
        settings.issuer_url = Some("http://IDP.example:80".into());
    });
    let provider = settings.start().await;
    let query = Parameters::authorization().encode();
    for base in ["http://IDP.example:80", "http://idp.example"] {
        let answer = provider.authorize_as("alice", &format!("{base}/authorize?{query}")).await;
        answer.expect("alice signs in");
    }
}
