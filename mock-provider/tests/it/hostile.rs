//! Malformed and hostile requests: each gets a clear answer, and the provider keeps working.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use mock_provider::MockProvider;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::{Answer, Browser, CALLBACK, Parameters, last_refusal, start, url};

const FORM: &str = "application/x-www-form-urlencoded";

/// Posts a body as it is.
async fn post(
    provider: &MockProvider,
    path: &str,
    content_type: Option<&str>,
    body: Vec<u8>,
) -> Answer {
    let mut browser = Browser::new();
    let request = browser.request(Method::POST, &url(provider, path)).body(body);
    let request = match content_type {
        Some(content_type) => request.header(CONTENT_TYPE, content_type),
        None => request,
    };
    browser.send(request).await
}

/// Sends bytes that no client library would send, and returns the status line of the answer.
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("the provider listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("the timeout is not zero");
    stream.write_all(bytes).expect("the request is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the answer ends");
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

/// Checks that logins still work.
async fn still_works(provider: &MockProvider) {
    let request = Parameters::authorization();
    Browser::new().log_in(provider, request, "alice").await.callback();
}

#[tokio::test]
async fn a_body_of_another_type_is_refused_with_that_type() {
    let provider = start().await;
    for (content_type, what) in [
        (Some("application/json"), "is `application/json`"),
        (Some("text/plain"), "is `text/plain`"),
        (Some("multipart/form-data; boundary=x"), "is `multipart/form-data`"),
        (None, "is missing"),
    ] {
        let reason = format!("Content-Type must be application/x-www-form-urlencoded, but {what}");
        let body = b"{\"grant_type\": \"authorization_code\"}".to_vec();
        let answer = post(&provider, "/token", content_type, body.clone()).await;
        answer.expect_token_error(400, "invalid_request", &reason);
        for path in ["/authorize", "/sign-in", "/end-session"] {
            let answer = post(&provider, path, content_type, body.clone()).await;
            assert_eq!(answer.expect(400).body, format!("{reason}\n"));
            assert_eq!(last_refusal(&provider).1, reason);
        }
    }
}

#[tokio::test]
async fn the_type_of_a_form_may_have_parameters_and_any_case() {
    let provider = start().await;
    let body = Parameters::code("x").encode().into_bytes();
    let content_type = "Application/X-WWW-Form-URLencoded; charset=UTF-8";
    let answer = post(&provider, "/token", Some(content_type), body).await;
    assert_eq!(answer.json()["error"], "invalid_grant", "the form was read");
}

#[tokio::test]
async fn an_oversized_body_is_refused_and_the_caller_reads_why() {
    let provider = start().await;
    for size in [65 * 1024, 1024 * 1024, 16 * 1024 * 1024] {
        let body = vec![b'a'; size];
        let answer = post(&provider, "/token", Some(FORM), body.clone()).await;
        let reason = "the body must have at most 65536 bytes";
        answer.expect_token_error(400, "invalid_request", reason);
        let answer = post(&provider, "/authorize", Some(FORM), body).await;
        assert_eq!(answer.expect(400).body, format!("{reason}\n"));
    }
    still_works(&provider).await;
}

#[tokio::test]
async fn every_request_that_is_accepted_fits_through_the_sign_in_page() {
    let provider = start().await;
    let state = "ü%\"".repeat(3_000);
    let request = Parameters::authorization().with("state", &state);
    let received = Browser::new().log_in(&provider, request, "alice").await.callback();
    assert_eq!(received["state"], state);
}

#[tokio::test]
async fn invalid_utf_8_is_refused_with_the_name_of_the_parameter() {
    let provider = start().await;
    let query = Parameters::authorization().without("state").encode();
    let reason = "parameter `state` is not UTF-8";
    for bad in ["%FF", "a%C3", "%ED%A0%80", "%C0%AF"] {
        let mut browser = Browser::new();
        let address = url(&provider, &format!("/authorize?{query}&state={bad}"));
        let answer = browser.get(&address).await;
        assert_eq!(answer.expect(400).body, format!("{reason}\n"));
        assert!(!answer.headers.contains_key("location"));
        assert_eq!(last_refusal(&provider), ("invalid_request".to_owned(), reason.to_owned()));
        let form = format!("grant_type=authorization_code&state={bad}").into_bytes();
        let answer = post(&provider, "/token", Some(FORM), form).await;
        answer.expect_token_error(400, "invalid_request", reason);
    }
    let answer = post(&provider, "/token", Some(FORM), b"\xff\xfe=1".to_vec()).await;
    answer.expect_token_error(400, "invalid_request", "the name of a parameter is not UTF-8");
    // Text with stray percent signs is still text.
    let address = url(&provider, &format!("/authorize?{query}&state=%zz%"));
    Browser::new().get(&address).await.expect_sign_in_page();
}

#[tokio::test]
async fn line_breaks_do_not_reach_headers() {
    let provider = start().await;
    let injection = "x\r\nset-cookie: stolen=1\r\n\r\n<html>";
    let mut browser = Browser::new();
    let request = Parameters::authorization().with("state", injection);
    let answer = browser.log_in(&provider, request, "alice").await;
    assert_eq!(answer.callback()["state"], injection);
    for name in ["client_id", "redirect_uri", "scope", "response_type", "prompt", "id_token_hint"] {
        let request = Parameters::authorization().with(name, injection);
        let answer = Browser::new().authorize(&provider, &request).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{name}: {:?}", answer.headers);
        assert!([303, 400].contains(&answer.status), "{name}: {}", answer.body);
    }
    let uri = format!("{CALLBACK}\r\nx: y");
    let request = Parameters::authorization().with("redirect_uri", &uri);
    Browser::new().authorize(&provider, &request).await.expect_page(400, "is not registered");
}

#[tokio::test]
async fn markup_is_escaped_on_pages() {
    let provider = start().await;
    let markup = "\"><script>alert(1)</script>";
    for name in ["client_id", "redirect_uri"] {
        let page = Browser::new()
            .authorize(&provider, &Parameters::authorization().with(name, markup))
            .await;
        page.expect_page(400, markup);
        assert!(!page.body.contains("<script>"), "{name}: {}", page.body);
    }
    let request = Parameters::authorization().with("login_hint", markup).with("state", markup);
    let page = Browser::new().authorize(&provider, &request).await;
    page.expect_sign_in_page();
    assert!(!page.body.contains("<script>"), "{}", page.body);
}

#[tokio::test]
async fn ten_thousand_parameters_are_accepted() {
    let provider = start().await;
    let mut many = Parameters::authorization().encode();
    let mut form = Parameters::code("x").encode();
    for number in 0..10_000 {
        let _ = write!(many, "&{number:x}=");
        let _ = write!(form, "&{number:x}=");
    }
    let page = Browser::new().get(&url(&provider, &format!("/authorize?{many}"))).await;
    page.expect_sign_in_page();
    Browser::new().sign_in(&page, "alice").await.callback();
    let answer = post(&provider, "/token", Some(FORM), form.into_bytes()).await;
    assert_eq!(answer.expect(400).json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_header_that_is_too_long_is_refused() {
    let provider = start().await;
    let mut browser = Browser::new();
    let request = browser.request(Method::GET, &url(&provider, "/authorize"));
    let huge = format!("a={}", "x".repeat(1_000_000));
    browser.send(request.header("cookie", huge)).await.expect(431);
    still_works(&provider).await;
}

#[tokio::test]
async fn foreign_and_malformed_cookies_are_ignored() {
    let provider = start().await;
    let port = provider.address().port();
    let own = format!("mock_provider_session_{port}");
    let request = Parameters::authorization().encode();
    let address = url(&provider, &format!("/authorize?{request}"));
    for cookie in [
        "a=b; ; =; c".to_owned(),
        format!("{own}="),
        format!("{own}=made-up"),
        format!("{own}=made.up"),
        format!("{own}=.{}", "x".repeat(43)),
        format!("{own}=%FF%00.%FF"),
        format!("{own}={}", "y".repeat(100_000)),
        "z=1; ".repeat(5_000),
    ] {
        let mut browser = Browser::new();
        let request = browser.request(Method::GET, &address).header("cookie", &cookie);
        browser.send(request).await.expect_sign_in_page();
    }
}

#[tokio::test]
async fn an_authorization_header_with_invalid_text_is_refused() {
    let provider = start().await;
    let mut browser = Browser::new();
    let bytes = reqwest::header::HeaderValue::from_bytes(b"Bearer \xff\xfe")
        .expect("the value is a valid header");
    let request = browser.request(Method::GET, &url(&provider, "/userinfo"));
    browser.send(request.header("authorization", bytes.clone())).await.expect(400);
    let request = browser.request(Method::POST, &url(&provider, "/token"));
    let answer = browser.send(request.header("authorization", bytes)).await;
    assert_eq!(answer.expect(401).json()["error"], "invalid_client");
}

#[test]
fn a_caller_that_sends_a_whole_oversized_body_gets_an_answer() {
    let provider = mock_provider::blocking::MockProvider::start();
    // More than the buffers of both sockets can hold, so the provider must read it.
    let size = 32 * 1024 * 1024;
    let mut request = format!(
        "POST /token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {FORM}\r\n\
         content-length: {size}\r\n\r\n"
    )
    .into_bytes();
    request.resize(request.len() + size, b'a');
    assert_eq!(raw(provider.address(), &request), "HTTP/1.1 400 Bad Request");
}

#[test]
fn malformed_http_is_refused_and_the_next_caller_is_served() {
    let provider = mock_provider::blocking::MockProvider::start();
    let address = provider.address();
    assert_eq!(raw(address, b"nonsense\r\n\r\n"), "HTTP/1.1 400 Bad Request");
    assert_eq!(raw(address, b"GET / HTTP/1.1\r\nbad header\r\n\r\n"), "HTTP/1.1 400 Bad Request");
    let negative = b"POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n";
    assert_eq!(raw(address, negative), "HTTP/1.1 400 Bad Request");
    let raw_bytes = b"GET /authorize?state=\xff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(raw(address, raw_bytes), "HTTP/1.1 400 Bad Request");
    let long = format!("GET /authorize?state={} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(70_000));
    assert_eq!(raw(address, long.as_bytes()), "HTTP/1.1 414 URI Too Long");
    let no_host = b"GET /health HTTP/1.0\r\n\r\n";
    assert_eq!(raw(address, no_host), "HTTP/1.0 200 OK");
    let proxied =
        format!("GET http://{address}/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(raw(address, proxied.as_bytes()), "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn the_journal_shortens_oversized_requests() {
    let provider = start().await;
    let mut browser = Browser::new();
    let many = (0..50_000).fold(Parameters::none(), |form, _| form.with_another("a", ""));
    browser.post(&url(&provider, "/sign-in"), &many).await;
    let long = "x".repeat(25_000);
    let refused = Parameters::authorization().with("redirect_uri", &long).with("password", &long);
    browser.post(&url(&provider, "/authorize"), &refused).await;
    browser.get(&url(&provider, &format!("/{}", "p".repeat(30_000)))).await;
    let journal = provider.journal();
    let [many, long, path] = journal.as_slice() else { panic!("{journal:?}") };
    assert_eq!(many.parameters.len(), 64);
    assert_eq!(long.parameter("client_id"), Some("shop"));
    assert_eq!(long.parameter("password"), Some("[redacted: 25000 characters]"));
    let uri = long.parameter("redirect_uri").expect("the parameter was sent");
    assert_eq!(uri, format!("{}… (25000 bytes)", "x".repeat(128)));
    assert!(path.path.ends_with("p… (30001 bytes)"), "{}", path.path);
    let kept = serde_json::to_string(&journal).expect("plain JSON").len();
    assert!(kept < 16 * 1024, "{kept} bytes");
}
