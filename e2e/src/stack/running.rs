//! A running provider and app.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use app_under_test::{App, RunningApp};
use browser::patience::until;
use mock_provider::{Exchange, MockProvider};
use reqwest::StatusCode;
use tempfile::NamedTempFile;
use tokio::net::TcpListener;

/// How long the app may take to read the metadata of the provider.
const MAX_READY_TIME: Duration = Duration::from_secs(10);

/// A running provider and a running app, which stop when this is dropped.
#[must_use = "provider and app stop when this is dropped"]
pub struct Stack {
    provider: Arc<MockProvider>,
    app: RunningApp,
    /// The certificate that the app trusts, if it trusts the provider only.
    _authority: Option<NamedTempFile>,
}

impl Stack {
    /// The provider.
    pub fn provider(&self) -> &MockProvider {
        &self.provider
    }

    /// The app.
    pub fn app(&self) -> &RunningApp {
        &self.app
    }

    /// The address of a page of the app: `url("claims")` is `http://127.0.0.1:8050/st_auth/claims`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.base_url())
    }

    /// A function that returns the journal of the provider, even after the stack has stopped.
    pub(crate) fn journal(&self) -> impl Fn() -> Vec<Exchange> + 'static {
        let provider = Arc::clone(&self.provider);
        move || provider.journal()
    }

    /// Advances the clocks of provider and app. The browser's clock does not change.
    ///
    /// # Panics
    ///
    /// When the stack runs in real time.
    pub fn advance(&self, by: Duration) {
        self.app.clock().advance(by);
        self.provider.clock().advance(by);
    }

    /// Waits until the app is ready to sign users in.
    ///
    /// # Errors
    ///
    /// When it is not ready within ten seconds.
    pub async fn ready(&self) -> Result<()> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let url = self.url("readyz");
        until(MAX_READY_TIME, async || {
            let response = client.get(&url).send().await;
            response.is_ok_and(|response| response.status() == StatusCode::OK)
        })
        .await
        .with_context(|| format!("{url} did not return 200 within {MAX_READY_TIME:?}"))
    }
}

/// A stack whose provider is running and whose app has not started.
#[must_use = "the provider stops when this is dropped"]
pub struct HalfStack {
    pub(super) provider: Arc<MockProvider>,
    pub(super) listener: TcpListener,
    pub(super) config: app_under_test::Config,
    pub(super) authority: Option<NamedTempFile>,
}

impl HalfStack {
    /// The provider.
    pub fn provider(&self) -> &MockProvider {
        &self.provider
    }

    /// Starts the app.
    pub fn start(self) -> Stack {
        let Self { provider, listener, config, authority } = self;
        Stack { provider, app: App::start(listener, config), _authority: authority }
    }
}
