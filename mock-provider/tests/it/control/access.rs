//! Which callers may use the control API.

use mock_provider::{MockProvider, Secret};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};

use super::client::Control;
use crate::support::{Answer, Browser, builder, start, url};

/// A request to reset the provider, with these headers.
async fn reset(provider: &MockProvider, headers: &[(&str, &str)]) -> Answer {
    let mut browser = Browser::new();
    let request = browser.request(Method::POST, &url(provider, "/control/reset"));
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    browser.send(request).await
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn a_form_on_another_page_is_refused() {
    let provider = start().await;
    for content_type in
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
    {
        let answer = reset(&provider, &[("content-type", content_type)]).await;
        let reason =
            format!("the header Content-Type must be application/json, got `{content_type}`");
        assert_eq!(answer.expect(415).json()["error"], reason);
    }
    reset(&provider, &[]).await.expect(415);
    reset(&provider, &[("content-type", "Application/JSON; charset=utf-8")]).await.expect(204);
}

#[tokio::test]
async fn every_request_from_another_origin_is_refused() {
    let provider = start().await;
    let port = provider.address().port();
    let neighbour = format!("http://127.0.0.1:{}", port ^ 1);
    for origin in ["https://evil.example", "null", "file://", &neighbour, "http://127.0.0.1", ""] {
        let answer = reset(&provider, &[JSON, ("origin", origin)]).await;
        let reason = format!(
            "the header Origin must not name another origin, got `{origin}`: pages of other origins must not use the control API"
        );
        assert_eq!(answer.expect(403).json()["error"], reason);
        let mut browser = Browser::new();
        let read = browser.request(Method::GET, &url(&provider, "/control/issuers"));
        browser.send(read.header(ORIGIN, origin)).await.expect(403);
    }
    for site in ["cross-site", "same-site"] {
        reset(&provider, &[JSON, ("sec-fetch-site", site)]).await.expect(403);
        // An image or a script on another page, and a link on it.
        for (mode, status) in [("no-cors", 403), ("navigate", 200)] {
            let mut browser = Browser::new();
            let read = browser.request(Method::GET, &url(&provider, "/control/issuers"));
            let read = read.header("sec-fetch-site", site).header("sec-fetch-mode", mode);
            browser.send(read).await.expect(status);
        }
    }
    for own in [format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")] {
        let headers = [JSON, ("origin", &own), ("sec-fetch-site", "same-origin")];
        reset(&provider, &headers).await.expect(204);
    }
}

#[tokio::test]
async fn preflights_fail_and_scripts_cannot_read_responses() {
    let provider = start().await;
    for origin in ["https://evil.example".to_owned(), provider.issuer().to_owned()] {
        for path in ["/control/reset", "/control/issuers", "/control/nowhere"] {
            let mut browser = Browser::new();
            let preflight = browser
                .request(Method::OPTIONS, &url(&provider, path))
                .header(ORIGIN, &origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type");
            let answer = browser.send(preflight).await;
            assert!(answer.status >= 400, "{origin} {path}: {}", answer.status);
            let cors =
                answer.headers.keys().any(|name| name.as_str().starts_with("access-control"));
            assert!(!cors, "{origin} {path}: {:?}", answer.headers);
        }
    }
}

#[tokio::test]
async fn a_host_name_rebound_to_this_machine_is_refused() {
    let provider = start().await;
    let port = provider.address().port();
    for host in [format!("evil.example:{port}"), "127.0.0.1".into(), "localhost:1".into()] {
        let mut browser = Browser::new();
        let read = browser.request(Method::GET, &url(&provider, "/control/issuers"));
        let answer = browser.send(read.header(HOST, &host)).await;
        let reason = answer.expect(421).json()["error"].to_string();
        assert!(reason.contains(&format!("got `{host}`")), "{reason}");
        assert!(reason.contains("issuer_url or backchannel_url"), "{reason}");
    }
    for host in [format!("LocalHost:{port}"), format!("[::1]:{port}")] {
        reset(&provider, &[JSON, ("host", &host)]).await.expect(204);
    }
}

#[tokio::test]
async fn the_configured_names_of_the_provider_are_accepted() {
    let received = builder().settings(|settings| {
        settings.issuer_url = Some("https://idp.test/tenant".into());
        settings.backchannel_url = Some("http://provider:9400/tenant".into());
    });
    let provider = received.start().await;
    let ask = async |host: &str| {
        let mut browser = Browser::new();
        let read = browser.request(Method::GET, &url(&provider, "/tenant/control/issuers"));
        browser.send(read.header(HOST, host)).await
    };
    for host in ["idp.test", "idp.test:443", "provider:9400"] {
        ask(host).await.expect(200);
    }
    ask("provider").await.expect(421);
    let mut browser = Browser::new();
    let read = browser.request(Method::GET, &url(&provider, "/tenant/control/issuers"));
    let same_name = read.header(HOST, "idp.test").header(ORIGIN, "http://idp.test");
    browser.send(same_name).await.expect(403);
}

#[tokio::test]
async fn without_a_token_the_api_is_off_on_public_addresses() {
    let provider = builder().listen(([0, 0, 0, 0], 0)).start().await;
    let answer = Control(&provider).get("/issuers").await;
    let reason = answer.expect(403).json()["error"].to_string();
    assert!(reason.contains("the control API is off") && reason.contains("control_token"));
}

#[tokio::test]
async fn a_configured_token_is_required() {
    let with_token = |token: &str| {
        let token = Secret::from(token);
        builder().settings(|settings| settings.control_token = Some(token))
    };
    let everywhere = with_token("s3same").listen(([0, 0, 0, 0], 0)).start().await;
    let here = with_token("s3same").start().await;
    for provider in [everywhere, here] {
        let local = format!("127.0.0.1:{}", provider.address().port());
        let ask = async |authorization: Option<&str>| {
            let mut browser = Browser::new();
            let read = browser.request(Method::GET, &format!("http://{local}/control/issuers"));
            let read = match authorization {
                Some(value) => read.header(AUTHORIZATION, value),
                None => read,
            };
            browser.send(read).await
        };
        for wrong in [None, Some("Bearer"), Some("Bearer guess"), Some("Basic s3same")] {
            assert_eq!(ask(wrong).await.expect(401).header("www-authenticate"), "Bearer");
        }
        ask(Some("bearer s3same")).await.expect(200);
    }
}

#[tokio::test]
async fn responses_are_not_cached_and_unknown_routes_are_reported_in_json() {
    let provider = start().await;
    let answer = Control(&provider).get("/nowhere").await;
    assert_eq!(
        answer.expect(404).json()["error"],
        "nothing is served at /control/nowhere: openapi.json lists the routes"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = Control(&provider).put("/reset", serde_json::json!({})).await;
    assert_eq!(answer.expect(405).json()["error"], "/control/reset does not support PUT");
    assert!(provider.journal().is_empty(), "the journal is of the issuers");
}

#[tokio::test]
async fn a_body_must_be_an_object() {
    let provider = start().await;
    let path = url(&provider, "/control/issuers/default/users");
    for (body, reason) in [
        ("[]", "the body must be an object"),
        ("7", "the body must be an object"),
        ("{", "the body is not valid JSON: EOF while parsing an object at line 1 column 1"),
    ] {
        let mut browser = Browser::new();
        let request = browser.request(Method::POST, &path).header(CONTENT_TYPE, "application/json");
        let answer = browser.send(request.body(body)).await;
        assert_eq!(answer.expect(422).json()["error"], reason);
    }
    let mut browser = Browser::new();
    let request = browser.request(Method::POST, &path).header(CONTENT_TYPE, "application/json");
    browser.send(request.body(vec![b' '; 2 * 1024 * 1024])).await.expect(413);
}
