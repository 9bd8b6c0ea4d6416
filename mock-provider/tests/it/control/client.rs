//! A program that uses the control API.

use mock_provider::MockProvider;
use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Browser, url};

/// Calls the control API of a provider at a path below `/control`.
pub(super) struct Control<'a>(pub(super) &'a MockProvider);

impl Control<'_> {
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut browser = Browser::new();
        let request = browser.request(method, &url(self.0, &format!("/control{path}")));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        browser.send(request).await
    }
}

/// Checks that a request was refused, and why.
#[track_caller]
pub(super) fn expect_refused(answer: &Answer, status: u16, reason: &str) {
    assert_eq!(answer.expect(status).json()["error"], reason, "{}", answer.body);
}
