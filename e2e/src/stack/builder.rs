//! The provider and the app, started for each other.
//!
//! A stack is the demo, on free ports and with a clock that stands still: its users, groups and
//! clients are those of `fixtures/provider.toml`, unless a test brings others. The issuer is on
//! `localhost` and the app on `127.0.0.1`, which are two sites to a browser; on one host, ports
//! alone apart, cookies would be shared and faults around `SameSite` stay hidden.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use app_under_test::{App, RunningApp};
use browser::patience::until;
use mock_provider::{Exchange, MockProvider, MockProviderBuilder, Timestamp};
use reqwest::StatusCode;
use tempfile::NamedTempFile;
use tokio::net::TcpListener;

use super::configuration::{CLIENT_ID, CLIENT_SECRET, REQUIRED_GROUP, configuration};

/// When a stack starts, by its own clock.
const START: &str = "2026-01-01T12:00:00Z";

/// How long the app may take until it knows the provider.
const READY_LIMIT: Duration = Duration::from_secs(10);

/// A running provider and a running app, which stop when this is dropped.
#[must_use = "provider and app stop when this is dropped"]
pub struct Stack {
    provider: Arc<MockProvider>,
    app: RunningApp,
    /// What the app trusts, if it trusts the provider alone.
    _authority: Option<NamedTempFile>,
}

impl Stack {
    /// A stack to be configured before it starts.
    pub fn builder() -> StackBuilder {
        let provider = MockProvider::builder().config(configuration());
        let free_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        StackBuilder {
            provider: provider.issuer_host("localhost").seed(1),
            provider_for_app: None,
            provider_address: free_port,
            app_address: free_port,
            base_path: "/st_auth/".to_owned(),
            required_group: Some(REQUIRED_GROUP),
            variables: BTreeMap::new(),
            trusts_provider: false,
            provider_away: false,
            in_real_time: false,
        }
    }

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

    /// What tells the exchanges with the provider even after the stack is gone.
    pub(crate) fn journal(&self) -> impl Fn() -> Vec<Exchange> + 'static {
        let provider = Arc::clone(&self.provider);
        move || provider.journal()
    }

    /// Lets time pass, for provider and app alike. A browser has its own time.
    ///
    /// # Panics
    ///
    /// When the stack runs in real time.
    pub fn advance(&self, by: Duration) {
        self.app.clock().advance(by);
        self.provider.clock().advance(by);
    }

    /// Waits until the app can sign users in.
    ///
    /// # Errors
    ///
    /// When it cannot after ten seconds.
    pub async fn ready(&self) -> Result<()> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let url = self.url("readyz");
        until(READY_LIMIT, async || {
            let answer = client.get(&url).send().await;
            answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
        })
        .await
        .with_context(|| format!("{url} did not answer 200 within {READY_LIMIT:?}"))
    }
}

/// A stack whose provider runs already, and whose app does not yet.
#[must_use = "the provider stops when this is dropped"]
pub struct HalfStack {
    provider: Arc<MockProvider>,
    listener: TcpListener,
    config: app_under_test::Config,
    authority: Option<NamedTempFile>,
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

/// A change of the provider which needs the address of the app.
type ForApp = Box<dyn FnOnce(MockProviderBuilder, &str) -> MockProviderBuilder + Send>;

/// A stack to be.
#[must_use = "a builder does nothing until `start`"]
pub struct StackBuilder {
    provider: MockProviderBuilder,
    provider_for_app: Option<ForApp>,
    provider_address: SocketAddr,
    app_address: SocketAddr,
    base_path: String,
    required_group: Option<&'static str>,
    variables: BTreeMap<&'static str, String>,
    trusts_provider: bool,
    provider_away: bool,
    in_real_time: bool,
}

impl StackBuilder {
    /// Changes the provider: `provider(|provider| provider.user(User::new("alice")))`.
    pub fn provider(
        mut self,
        change: impl FnOnce(MockProviderBuilder) -> MockProviderBuilder,
    ) -> Self {
        self.provider = change(self.provider);
        self
    }

    /// Changes the provider in a way that needs the address of the app's home page, such as
    /// `http://127.0.0.1:8050/st_auth/`.
    pub fn provider_for_app(
        mut self,
        change: impl FnOnce(MockProviderBuilder, &str) -> MockProviderBuilder + Send + 'static,
    ) -> Self {
        self.provider_for_app = Some(Box::new(change));
        self
    }

    /// Sets the path below which the app lives. Default: `/st_auth/`.
    pub fn base_path(mut self, base_path: &str) -> Self {
        self.base_path = base_path.to_owned();
        self
    }

    /// Sets an environment variable of the app, in place of the stack's own value. `{issuer}` in
    /// it stands for the issuer, whose port nobody knows yet. An empty value unsets it.
    pub fn app_variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Has the app trust the provider's certificates, and no others.
    pub fn trusts_provider(mut self) -> Self {
        self.trusts_provider = true;
        self
    }

    /// Lets everybody in who can sign in. Default: members of [`REQUIRED_GROUP`].
    pub fn open_to_all(mut self) -> Self {
        self.required_group = None;
        self
    }

    /// Starts with the provider off the network: it [comes back](MockProvider::resume) when asked.
    pub fn provider_away(mut self) -> Self {
        self.provider_away = true;
        self
    }

    /// Listens on these addresses. Default: free ports of `127.0.0.1`.
    pub fn listen(mut self, provider: SocketAddr, app: SocketAddr) -> Self {
        self.provider_address = provider;
        self.app_address = app;
        self
    }

    /// Lets provider and app go by the machine's time, and be unpredictable: for people, whose
    /// sessions and tokens shall expire. Default: both stand still at noon of a certain day, and
    /// the provider's codes and tokens repeat from run to run.
    pub fn in_real_time(mut self) -> Self {
        self.in_real_time = true;
        self
    }

    /// Starts provider and app. The app does not know the provider yet, see [`Stack::ready`]; a
    /// browser may come at once nevertheless.
    ///
    /// # Errors
    ///
    /// When an address is taken, or the configuration is wrong.
    pub async fn start(self) -> Result<Stack> {
        Ok(self.start_provider().await?.start())
    }

    /// Starts the provider alone: what happens before the app asks it for the first time.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn start_provider(self) -> Result<HalfStack> {
        let listener = TcpListener::bind(self.app_address)
            .await
            .with_context(|| format!("the app cannot listen on {}", self.app_address))?;
        let base_url = format!("http://{}{}", listener.local_addr()?, self.base_path);

        let mut builder = self.provider.listen(self.provider_address);
        if let Some(change) = self.provider_for_app {
            builder = change(builder, &base_url);
        }
        let start: Timestamp = START.parse()?;
        builder = match self.in_real_time {
            true => builder.settings(|settings| settings.seed = None),
            false => builder.clock(mock_provider::Clock::frozen_at(start)),
        };
        let provider = builder.try_start()?;
        if self.provider_away {
            provider.suspend().await;
        }

        let mut variables: BTreeMap<_, _> = [
            ("OIDC_AUTHORITY", provider.issuer()),
            ("OIDC_CLIENT_ID", CLIENT_ID),
            ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
            ("OIDC_REDIRECT_URI", &format!("{base_url}auth/callback")),
            ("OIDC_SCOPE", "openid profile email groups federated:id"),
            ("URL_BASE_PATHNAME", &self.base_path),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
        variables.extend(self.required_group.map(|group| ("REQUIRED_GROUPS", group.to_owned())));
        let own = self.variables.into_iter();
        variables
            .extend(own.map(|(name, value)| (name, value.replace("{issuer}", provider.issuer()))));
        variables.retain(|_, value| !value.is_empty());
        let mut authority = None;
        if self.trusts_provider {
            let mut file = NamedTempFile::new()?;
            file.write_all(provider.ca_certificate().as_bytes())?;
            let path = file.path().to_str().context("the path of a temporary file is no text")?;
            variables.insert("SSL_CERT_FILE", path.to_owned());
            authority = Some(file);
        }
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut config = app_under_test::Config::from_variables(variables)?;
        if !self.in_real_time {
            config = config.with_clock(app_under_test::Clock::manual(start));
        }
        Ok(HalfStack { provider: Arc::new(provider), listener, config, authority })
    }
}
