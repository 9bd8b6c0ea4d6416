//! Responses of the provider. Failed assertions print the body.

use std::collections::BTreeMap;

use http_browser::Document;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::CALLBACK;

/// A response, read completely.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The address of the request.
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let (url, status) = (response.url().clone(), response.status().as_u16());
        let headers = response.headers().clone();
        let body = response.text().await.expect("the body arrives");
        Self { url, status, headers, body }
    }

    /// Checks the status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{} answered {}", self.url, self.body);
        self
    }

    /// The value of a required header.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        let value =
            value.unwrap_or_else(|| panic!("no {name} in {:?}\n{}", self.headers, self.body));
        value.to_str().expect("headers are ASCII")
    }

    /// The JSON document in the body.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.body);
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The target of a redirect.
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        self.expect(303).header("location")
    }

    /// The response parameters in the query of the redirect URI.
    #[track_caller]
    pub(crate) fn callback(&self) -> BTreeMap<String, String> {
        self.parameters('?')
    }

    /// The response parameters in the fragment of the redirect URI.
    #[track_caller]
    pub(crate) fn fragment(&self) -> BTreeMap<String, String> {
        self.parameters('#')
    }

    #[track_caller]
    fn parameters(&self, separator: char) -> BTreeMap<String, String> {
        let location = self.location();
        let received =
            location.strip_prefix(CALLBACK).and_then(|rest| rest.strip_prefix(separator));
        pairs(
            received
                .unwrap_or_else(|| panic!("{location} does not start with {CALLBACK}{separator}")),
        )
    }

    /// Checks that the client receives an error with state and issuer, and no code.
    #[track_caller]
    pub(crate) fn expect_callback_error(&self, error: &str, description: &str) {
        let received = self.callback();
        let names: Vec<_> = received.keys().map(String::as_str).collect();
        assert_eq!(names, ["error", "error_description", "iss", "state"], "{received:?}");
        assert_eq!(
            (&*received["error"], &*received["error_description"], &*received["state"]),
            (error, description, "af0ifjsldkj")
        );
    }

    /// Checks that the token endpoint refuses the request.
    #[track_caller]
    pub(crate) fn expect_token_error(&self, status: u16, error: &str, description: &str) {
        let received = self.expect(status).json();
        let expected = serde_json::json!({"error": error, "error_description": description});
        assert_eq!(received, expected);
        assert_eq!(self.header("cache-control"), "no-store");
    }

    /// Checks that this is a page, not a redirect, and that it shows a text.
    #[track_caller]
    pub(crate) fn expect_page(&self, status: u16, text: &str) {
        self.expect(status);
        assert!(!self.headers.contains_key("location"), "{:?}", self.headers);
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        let shown = self.text();
        assert!(shown.contains(text), "`{text}` is not shown in:\n{shown}");
    }

    /// Checks that this is the sign-in page.
    #[track_caller]
    pub(crate) fn expect_sign_in_page(&self) {
        self.expect_page(200, "Sign in to");
    }

    /// The visible text of the page.
    pub(crate) fn text(&self) -> String {
        self.document().text
    }

    /// The hidden fields of the page's first form.
    pub(crate) fn hidden_fields(&self) -> Vec<(String, String)> {
        let form = self.document().forms.into_iter().next();
        let fields = form.into_iter().flat_map(|form| form.fields);
        let hidden = fields.filter(|field| field.hidden);
        hidden.map(|field| (field.name, field.value)).collect()
    }

    fn document(&self) -> Document {
        Document::read(&self.body, &self.url)
    }
}

/// Decodes a query, which must not repeat a parameter.
#[track_caller]
pub(crate) fn pairs(query: &str) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        let earlier = pairs.insert(name, value);
        assert_eq!(earlier, None, "a parameter is repeated in {query}");
    }
    pairs
}
