//! Configures provider and app, and starts them.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result};
use mock_provider::{MockProvider, MockProviderBuilder, Timestamp};
use tempfile::NamedTempFile;
use tokio::net::TcpListener;

use super::configuration::{CLIENT_ID, CLIENT_SECRET, REQUIRED_GROUP, configuration};
use super::running::{HalfStack, Stack};

/// The time on the clock of a stack when it starts.
const START: &str = "2026-01-01T12:00:00Z";

/// A change to the provider that needs the address of the app.
type ForApp = Box<dyn FnOnce(MockProviderBuilder, &str) -> MockProviderBuilder + Send>;

/// A stack that has not started.
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

impl Stack {
    /// A stack to configure and start.
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

    /// Changes the provider, given the address of the app's home page, such as
    /// `http://127.0.0.1:8050/st_auth/`.
    pub fn provider_for_app(
        mut self,
        change: impl FnOnce(MockProviderBuilder, &str) -> MockProviderBuilder + Send + 'static,
    ) -> Self {
        self.provider_for_app = Some(Box::new(change));
        self
    }

    /// Sets the base path of the app. Default: `/st_auth/`.
    pub fn base_path(mut self, base_path: &str) -> Self {
        self.base_path = base_path.to_owned();
        self
    }

    /// Sets an environment variable of the app, replacing the value of the stack. `{issuer}` is
    /// replaced by the issuer, whose port is not known yet. An empty value removes the variable.
    pub fn app_variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Makes the app trust only the certificates of the provider.
    pub fn trusts_provider(mut self) -> Self {
        self.trusts_provider = true;
        self
    }

    /// Lets every user into the app. Default: members of [`REQUIRED_GROUP`].
    pub fn open_to_all(mut self) -> Self {
        self.required_group = None;
        self
    }

    /// Starts with the provider [suspended](MockProvider::suspend).
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

    /// Runs provider and app in real time with random codes and tokens, for use by people. Default:
    /// both have frozen clocks, and codes and tokens are the same in each run.
    pub fn in_real_time(mut self) -> Self {
        self.in_real_time = true;
        self
    }

    /// Starts provider and app. The app can be used at once, although it reads the metadata of the
    /// provider later, see [`Stack::ready`].
    ///
    /// # Errors
    ///
    /// When an address is in use, or the configuration is invalid.
    pub async fn start(self) -> Result<Stack> {
        Ok(self.start_provider().await?.start())
    }

    /// Starts the provider only, so that a test can change it before the app starts.
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
        builder = if self.in_real_time {
            builder.settings(|settings| settings.seed = None)
        } else {
            builder.clock(mock_provider::Clock::frozen_at(start))
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
            let path =
                file.path().to_str().context("the path of a temporary file is not valid UTF-8")?;
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
