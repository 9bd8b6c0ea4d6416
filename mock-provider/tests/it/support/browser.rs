//! The browser of a test, and the calls of a client.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use http_browser::HttpBrowser;
use mock_provider::MockProvider;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder};

use super::{Answer, Parameters, url};

/// Shared by all tests, because it is slow to create. It keeps no connections, which a provider could
/// close just when the next request uses them.
static HTTP: LazyLock<Client> = LazyLock::new(|| {
    let http = http_browser::client().pool_max_idle_per_host(0);
    http.build().expect("the client has no unusual settings")
});

/// A browser that keeps cookies and does not follow redirects.
#[derive(Debug)]
pub(crate) struct Browser(HttpBrowser);

impl Browser {
    pub(crate) fn new() -> Self {
        Self(HttpBrowser::new(HTTP.clone()))
    }

    /// A request to be [sent](Self::send).
    pub(crate) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.0.request(method, url)
    }

    /// Sends a request with the cookies kept so far, and keeps those that the response sets.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        Answer::read(self.0.send(request).await.expect("the provider responds")).await
    }

    pub(crate) async fn get(&mut self, url: &str) -> Answer {
        self.send(self.request(Method::GET, url)).await
    }

    pub(crate) async fn post(&mut self, url: &str, form: &Parameters) -> Answer {
        let request = self.request(Method::POST, url);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(form.encode())).await
    }

    /// Opens an authorization request.
    pub(crate) async fn authorize(
        &mut self,
        provider: &MockProvider,
        request: &Parameters,
    ) -> Answer {
        self.get(&url(provider, &format!("/authorize?{}", request.encode()))).await
    }

    /// Submits a form of the sign-in page.
    pub(crate) async fn decide(&mut self, page: &Answer, fields: &Parameters) -> Answer {
        let action = page.url.join("sign-in").expect("the action is relative");
        let hidden = page.hidden_fields().into_iter();
        let hidden = hidden.filter(|(name, _)| name != "subject" && !fields.has(name));
        let form = hidden.fold(fields.clone(), |form, (name, value)| form.with(&name, &value));
        self.post(action.as_str(), &form).await
    }

    /// Signs a user in on the sign-in page, without a password.
    pub(crate) async fn sign_in(&mut self, page: &Answer, subject: &str) -> Answer {
        let fields = Parameters::none().with("decision", "sign-in").with("subject", subject);
        self.decide(page, &fields).await
    }

    /// Opens an authorization request and signs a user in.
    pub(crate) async fn log_in(
        &mut self,
        provider: &MockProvider,
        request: Parameters,
        subject: &str,
    ) -> Answer {
        let page = self.authorize(provider, &request).await;
        page.expect_sign_in_page();
        self.sign_in(&page, subject).await
    }

    /// Calls the token endpoint.
    pub(crate) async fn token(&mut self, provider: &MockProvider, form: Parameters) -> Answer {
        self.post(&url(provider, "/token"), &form).await
    }

    /// Calls the userinfo endpoint with a token in the header.
    pub(crate) async fn userinfo(&mut self, provider: &MockProvider, token: &str) -> Answer {
        let request = self.request(Method::GET, &url(provider, "/userinfo"));
        self.send(request.header(AUTHORIZATION, format!("Bearer {token}"))).await
    }

    /// The cookies, by name.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.0.cookies()
    }

    /// Another browser with stolen copies of the cookies.
    pub(crate) fn thief(&self) -> Self {
        Self(self.0.copy())
    }
}
