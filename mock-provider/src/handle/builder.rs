//! The configuration of a provider before it starts.

use std::net::{Ipv4Addr, SocketAddr};

use url::{Host, Url};

use crate::base::clock::Clock;
use crate::base::endpoint::Endpoint;
use crate::directory::client::Client;
use crate::directory::user::User;
use crate::handle::blocking;
use crate::handle::provider::{MockProvider, StartError, listen};
use crate::host::tenant::Tenant;
use crate::net::https::Tls;
use crate::settings::error::ConfigError;
use crate::settings::settings::{Config, Group, Settings};

/// Configures and starts a [`MockProvider`].
#[derive(Clone, Debug)]
pub struct MockProviderBuilder {
    config: Config,
    users: Option<Vec<User>>,
    clients: Option<Vec<Client>>,
    clock: Option<Clock>,
    listen: Option<SocketAddr>,
    issuer_host: Option<String>,
    workers: usize,
}

impl Default for MockProviderBuilder {
    fn default() -> Self {
        Self {
            config: Config::default(),
            users: None,
            clients: None,
            clock: None,
            listen: None,
            issuer_host: None,
            workers: 1,
        }
    }
}

impl MockProviderBuilder {
    /// Replaces the built-in configuration, for example with one [loaded](Config::load) from a file.
    /// Call this first: it discards settings that were changed before.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Adds a user, and the groups of that user. The first one added replaces all users of the
    /// configuration.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.get_or_insert_default().push(user);
        self
    }

    /// Adds a client. The first one added replaces all clients of the configuration.
    #[must_use]
    pub fn client(mut self, client: Client) -> Self {
        self.clients.get_or_insert_default().push(client);
        self
    }

    /// Changes single settings.
    ///
    /// ```
    /// # use mock_provider::MockProvider;
    /// let builder = MockProvider::builder().settings(|settings| {
    ///     settings.auto_login = Some("alice".into());
    /// });
    /// ```
    #[must_use]
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.config.settings);
        self
    }

    /// Makes codes, tokens and identifiers repeat from run to run. With a
    /// [frozen](Clock::frozen_at) clock, two runs also produce the same bytes.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.settings(|settings| settings.seed = Some(seed))
    }

    /// Uses this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Listens on this address, which overrides the configuration. Default: a free port of
    /// `127.0.0.1`.
    #[must_use]
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// Uses this host in the issuer URL instead of the listen address. With `localhost`, a provider
    /// on `127.0.0.1` also listens on `[::1]`, and for a browser it is a different site than an
    /// application on `127.0.0.1`. [`Settings::issuer_url`] takes precedence.
    #[must_use]
    pub fn issuer_host(mut self, host: impl Into<String>) -> Self {
        self.issuer_host = Some(host.into());
        self
    }

    /// Serves HTTPS, with a certificate for `localhost`, `127.0.0.1` and `::1` and for the issuer's
    /// host. Trust [the authority](MockProvider::ca_certificate) that signed it.
    #[must_use]
    pub fn https(self) -> Self {
        self.settings(|settings| settings.https = true)
    }

    /// Sets the number of worker threads. Default: 1, which handles about a thousand logins a second.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Starts the provider.
    ///
    /// # Panics
    ///
    /// When the configuration is invalid or the provider cannot listen; the message says why.
    pub async fn start(self) -> MockProvider {
        match self.try_start() {
            Ok(provider) => provider,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the provider for a test without an async runtime.
    ///
    /// # Panics
    ///
    /// Like [`start`](Self::start).
    pub fn start_blocking(self) -> blocking::MockProvider {
        blocking::MockProvider::start_with(self)
    }

    /// Starts the provider, or returns why it cannot.
    ///
    /// # Errors
    ///
    /// When the configuration is invalid or the provider cannot listen.
    pub fn try_start(self) -> Result<MockProvider, StartError> {
        let Self { mut config, users, clients, clock, listen: address, issuer_host, workers } =
            self;
        if let Some(users) = users {
            config.groups = groups_of(&users);
            config.users = users;
        }
        config.clients = clients.unwrap_or(config.clients);
        config.check()?;
        if let Some(host) = &issuer_host {
            check_host(host)?;
        }

        let free_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let address = address.or(config.settings.listen).unwrap_or(free_port);
        let is_localhost = |url: Url| url.host_str() == Some("localhost");
        let issuer_url = config.settings.issuer_url.as_deref();
        let both_loopbacks = issuer_host.as_deref() == Some("localhost")
            || issuer_url.and_then(|url| Url::parse(url).ok()).is_some_and(is_localhost);
        let listeners = listen(address, both_loopbacks)?;
        let scheme = if config.settings.https { "https" } else { "http" };
        let base = match issuer_host {
            Some(host) => format!("{scheme}://{host}:{}", listeners.address().port()),
            None => format!("{scheme}://{}", listeners.reachable_address()),
        };
        let tls = tls(&config.settings, &base)?;

        let issuer = Tenant::new(config, clock, &base, tls.faults.clone())?;
        MockProvider::serving(issuer, listeners, both_loopbacks, workers, tls)
    }
}

/// TLS according to the settings. The certificate also covers the issuer's host.
fn tls(settings: &Settings, base: &str) -> Result<Tls, StartError> {
    let issuer_url = Url::parse(settings.issuer_url.as_deref().unwrap_or(base)).ok();
    let host = issuer_url.as_ref().and_then(Url::host).map(|host| match host {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    });
    let tls = if settings.https {
        Tls::https(host.as_deref(), Endpoint::Canary.path())?
    } else {
        Tls::default()
    };
    if let Some(path) = &settings.https_ca {
        std::fs::write(path, tls.ca_certificate())
            .map_err(|source| StartError::WriteCertificate { path: path.clone(), source })?;
    }
    Ok(tls)
}

/// Refuses a host that cannot be part of an issuer URL.
fn check_host(host: &str) -> Result<(), ConfigError> {
    match Host::parse(host) {
        Ok(_) => Ok(()),
        Err(error) => Err(ConfigError::of(
            "issuer_host",
            format!("`issuer_host` must be a host name or an address, got `{host}`: {error}"),
        )),
    }
}

/// The groups that users name, each once.
fn groups_of(users: &[User]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for name in users.iter().flat_map(|user| &user.groups) {
        if !groups.iter().any(|group| &group.name == name) {
            groups.push(Group::new(name));
        }
    }
    groups
}
