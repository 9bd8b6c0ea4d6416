//! The journal over HTTP, as a list and as a stream of events.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use mock_provider::MockProvider;
use serde_json::{Value, json};

use super::client::{Control, expect_refused};
use crate::support::{Browser, start, tokens_for, url};

const JOURNAL: &str = "/issuers/default/journal";

#[tokio::test]
async fn the_journal_matches_that_of_the_handle_and_can_be_filtered() {
    let provider = start().await;
    let control = Control(&provider);
    tokens_for(&provider, "alice", "openid").await;
    tokens_for(&provider, "bob", "openid").await;
    let all = control.get(JOURNAL).await.json();
    assert_eq!(all, serde_json::to_value(provider.journal()).expect("it is plain JSON"));
    let numbers = async |query: &str| -> Vec<u64> {
        let list = control.get(&format!("{JOURNAL}?{query}")).await.expect(200).json();
        let list = list.as_array().expect("a list").iter();
        list.map(|exchange| exchange["number"].as_u64().expect("a number")).collect()
    };
    assert_eq!(numbers("").await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(numbers("endpoint=token").await, [3, 6]);
    assert_eq!(numbers("endpoint=token&user=bob").await, [6]);
    assert!(numbers("client=blog").await.is_empty());
    assert_eq!(numbers("since=4").await, [5, 6]);
    assert!(numbers(&format!("since={}", u64::MAX)).await.is_empty());
    let flow = provider.journal()[0].flow.clone().expect("a flow");
    assert_eq!(numbers(&format!("flow={flow}")).await, [1, 2, 3]);
    control.delete(JOURNAL).await.expect(204);
    assert_eq!(control.get(JOURNAL).await.json(), json!([]));
}

#[tokio::test]
async fn null_and_missing_values_are_distinguished() {
    let provider = start().await;
    let control = Control(&provider);
    for (value, sent) in [("null", Some(&Value::Null)), ("absent", None)] {
        let _failure = provider.fail(&*format!("token-expires-in:value={value}"));
        tokens_for(&provider, "alice", "openid").await;
        let journal = control.get(JOURNAL).await.json();
        let exchange = journal.as_array().and_then(|list| list.last()).expect("an exchange");
        let alteration = &exchange["alterations"][0];
        assert_eq!(alteration["honest"], 3600);
        assert_eq!(alteration.get("sent"), sent, "{value}");
    }
}

#[tokio::test]
async fn values_that_are_invalid_json_are_reported_as_valid_json() {
    let provider = start().await;
    let control = Control(&provider);
    let _failure = provider.fail("claims-null-or-mistyped:unknown=deep-1000");
    tokens_for(&provider, "alice", "openid").await;
    assert!(control.get(JOURNAL).await.json().is_array());
}

#[tokio::test]
async fn an_invalid_filter_is_refused() {
    let provider = start().await;
    let control = Control(&provider);
    for (query, reason) in [
        ("endpoint=tokn", "unknown value `tokn` of `endpoint`: did you mean `token`?"),
        ("flw=1", "unknown key `flw`: did you mean `flow`?"),
        ("since=x", "`since`: must be the number of an exchange, got `x`"),
    ] {
        expect_refused(&control.get(&format!("{JOURNAL}?{query}")).await, 422, reason);
    }
}

/// Reads server-sent events.
struct Events(BufReader<TcpStream>);

impl Events {
    fn follow(provider: &MockProvider, query: &str, header: &str) -> Self {
        let address = provider.address();
        let mut stream = TcpStream::connect(address).expect("the provider listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("the timeout is not zero");
        let request = format!(
            "GET /control{JOURNAL}/events?{query} HTTP/1.1\r\nHost: {address}\r\n{header}\r\n"
        );
        stream.write_all(request.as_bytes()).expect("the request is sent");
        Self(BufReader::new(stream))
    }

    /// The next exchange.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.0.read_line(&mut line).expect("an event arrives"), 0, "it ended");
            if let Some(event) = line.strip_prefix("data: ") {
                return serde_json::from_str(event).expect("an event is an exchange");
            }
        }
    }
}

#[tokio::test]
async fn exchanges_are_streamed_as_they_happen() {
    let provider = start().await;
    let mut browser = Browser::new();
    browser.get(&url(&provider, "/jwks")).await;
    let mut all = Events::follow(&provider, "", "");
    assert_eq!(all.next()["endpoint"], "jwks");
    let mut tokens = Events::follow(&provider, "endpoint=token", "");
    tokens_for(&provider, "alice", "openid").await;
    assert_eq!(all.next()["endpoint"], "authorization");
    assert_eq!(all.next()["endpoint"], "sign-in");
    let exchange = tokens.next();
    assert_eq!((&exchange["number"], &exchange["user"]), (&json!(4), &json!("alice")));
    let mut again = Events::follow(&provider, "since=1", "Last-Event-ID: 3\r\n");
    assert_eq!(
        again.next(),
        exchange,
        "a client that reconnects misses nothing and gets nothing twice"
    );
}
