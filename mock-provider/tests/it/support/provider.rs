//! The provider of most tests: its clock is frozen, and its users and clients cover the tests' needs.

use mock_provider::{Client, Clock, MockProvider, MockProviderBuilder, User};
use serde_json::Value;

use super::{Browser, Parameters};

/// The provider's time, in seconds since the epoch: 2026-01-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_767_225_600;

/// The redirect URI of the client `shop`.
pub(crate) const CALLBACK: &str = "https://shop.example/callback";

/// The post-logout redirect URI of the client `shop`.
pub(crate) const LOGGED_OUT: &str = "https://shop.example/bye";

/// A provider that a test can change before it starts.
///
/// Users: `alice` with every attribute, `bob` with few, `carol` with a password, `dave` disabled,
/// `erin` not allowed to use `shop`. Clients: the confidential `shop` and `blog`, the public `spa`.
pub(crate) fn builder() -> MockProviderBuilder {
    let now = "2026-01-01T00:00:00Z".parse().expect("the time is written in RFC 3339");
    let alice = User::new("alice")
        .name("Alice Archer")
        .given_name("Alice")
        .family_name("Archer")
        .preferred_username("al")
        .email("alice@example.org")
        .phone_number("+1 555 0100")
        .address([("locality", "Springfield")])
        .picture("https://pictures.example/alice.png")
        .locale("en-GB")
        .groups(["staff", "admins"])
        .claim("department", "Research");
    MockProvider::builder()
        .seed(1)
        .clock(Clock::frozen_at(now))
        .user(alice)
        .user(User::new("bob").email("bob@example.org").groups(["staff"]))
        .user(User::new("carol").password("pass wörd&1"))
        .user(User::new("dave").disabled())
        .user(User::new("erin").denied_client("shop"))
        .client(
            Client::new("shop")
                .name("The Shop")
                .secret("s3cret")
                .redirect_uri(CALLBACK)
                .redirect_uri("https://shop.example/callback?tenant=1")
                .post_logout_redirect_uri(LOGGED_OUT)
                .post_logout_redirect_uri("https://shop.example/bye?lang=en"),
        )
        .client(Client::new("blog").secret("bl0g").redirect_uri("https://blog.example/callback"))
        .client(Client::new("spa").redirect_uri("https://spa.example/callback"))
}

/// That provider, started.
pub(crate) async fn start() -> MockProvider {
    builder().start().await
}

/// The address of a path of the provider, regardless of its issuer URL.
pub(crate) fn url(provider: &MockProvider, path: &str) -> String {
    format!("http://{}{path}", provider.address())
}

/// A code for a user who signed in with this request.
pub(crate) async fn code_for(
    provider: &MockProvider,
    subject: &str,
    request: Parameters,
) -> String {
    Browser::new().log_in(provider, request, subject).await.callback()["code"].clone()
}

/// The token response for a user who signed in to `shop` with this scope.
pub(crate) async fn tokens_for(provider: &MockProvider, subject: &str, scope: &str) -> Value {
    let request = Parameters::authorization().with("scope", scope);
    let code = code_for(provider, subject, request).await;
    Browser::new().token(provider, Parameters::code(&code)).await.json()
}

/// Code and reason of the refusal in the latest entry of the journal.
#[track_caller]
pub(crate) fn last_refusal(provider: &MockProvider) -> (String, String) {
    let exchange = provider.journal().pop().expect("a request was recorded");
    let Some(refusal) = exchange.refusal else { panic!("was not refused: {exchange:#?}") };
    (refusal.error, refusal.reason)
}
