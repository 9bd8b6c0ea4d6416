//! The handle that a test holds.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use url::{Host, Url};

use crate::client::Client;
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Group, Settings};
use crate::end_user::{self, AuthorizeError};
use crate::issuer::Issuer;
use crate::journal::Exchange;
use crate::router::router;
use crate::server::{Listeners, Server};
use crate::signing::KeyError;
use crate::user::User;

/// A running provider, which stops when this is dropped.
///
/// It answers on a thread of its own and on a free port of the loopback interface, so that any
/// number of tests can each have one.
///
/// ```
/// use mock_provider::{Client, MockProvider, User};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mock_provider::AuthorizeError> {
/// let provider = MockProvider::builder()
///     .user(User::new("alice").email("alice@example.org").groups(["admins"]))
///     .client(Client::new("shop").secret("s3cret").redirect_uri("http://127.0.0.1:8080/callback"))
///     .start()
///     .await;
///
/// // Point your application at `provider.issuer()`, and take the address it would send a browser to:
/// let authorization_url = format!(
///     "{}/authorize?response_type=code&client_id=shop&scope=openid&state=af0ifjsldkj\
///      &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback",
///     provider.issuer()
/// );
/// // No browser needed: this is where it would come back to.
/// let callback = provider.authorize_as("alice", &authorization_url).await?;
/// assert!(callback.starts_with("http://127.0.0.1:8080/callback?code="));
///
/// let exchange = &provider.journal()[0];
/// assert_eq!(exchange.client.as_deref(), Some("shop"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the provider stops when its handle is dropped"]
pub struct MockProvider {
    issuer: Issuer,
    router: Router,
    address: SocketAddr,
    both_loopbacks: bool,
    workers: usize,
    server: Mutex<Option<Server>>,
}

/// Why a provider could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration contradicts itself.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The signing key cannot be used.
    #[error("signing_key {0}")]
    Key(#[from] KeyError),
}

impl MockProvider {
    /// A provider with the built-in users `alice` (staff, admins), `bob` (staff), `carol`
    /// (auditors) and `dave` (no group), and the clients `demo-app` (secret
    /// `demo-secret-that-everybody-may-know`) and `demo-spa` (public), which may be called back at
    /// any loopback address.
    ///
    /// # Panics
    ///
    /// When no loopback port is free.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A provider to be configured before it starts.
    pub fn builder() -> MockProviderBuilder {
        MockProviderBuilder::default()
    }

    /// The issuer identifier, such as `http://127.0.0.1:41234`: what an application is configured
    /// with.
    pub fn issuer(&self) -> &str {
        &self.issuer.url
    }

    /// The address that the provider listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The provider's clock: [advance](Clock::advance) it, and tokens expire.
    pub fn clock(&self) -> &Clock {
        &self.issuer.clock
    }

    /// What was asked and answered so far, oldest first.
    pub fn journal(&self) -> Vec<Exchange> {
        self.issuer.journal.exchanges()
    }

    /// Forgets what was asked and answered so far.
    pub fn clear_journal(&self) {
        self.issuer.journal.clear();
    }

    /// The provider as a router, for requests without a connection. They are answered and recorded
    /// like all others, even while the provider is [suspended](Self::suspend).
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Walks an authorization request as an end user would: opens `authorization_url`, signs in on
    /// the page as `subject`, and returns the address that the browser is sent back to.
    ///
    /// A configured password is entered. The browser is a fresh one: nobody is signed in before.
    /// Where no page is shown, `subject` is not asked for: [`Settings::auto_login`] and
    /// [`Settings::login_hint_signs_in`] sign in whom they name.
    ///
    /// # Errors
    ///
    /// When the address is not that of this provider's authorization endpoint, when the provider
    /// shows an error page, or when the answer would come by `form_post`, which needs a browser. A
    /// refusal that the provider tells the client is no error: it stands in the address.
    pub async fn authorize_as(
        &self,
        subject: &str,
        authorization_url: &str,
    ) -> Result<String, AuthorizeError> {
        end_user::authorize(&self.issuer, self.router.clone(), subject, authorization_url).await
    }

    /// Takes the provider off the network: connections are closed, new ones refused. What it
    /// remembers stays.
    pub async fn suspend(&self) {
        // Dropping the server stops it.
        drop(self.server().take());
    }

    /// Brings the provider back, at the same address.
    ///
    /// # Errors
    ///
    /// When the address was taken by somebody else meanwhile.
    pub async fn resume(&self) -> Result<(), StartError> {
        let mut server = self.server();
        if server.is_none() {
            let listeners = listen(self.address, self.both_loopbacks)?;
            *server = Some(self.serve(listeners)?);
        }
        Ok(())
    }

    fn serve(&self, listeners: Listeners) -> Result<Server, StartError> {
        Server::start(listeners, self.router.clone(), self.workers)
            .map_err(|source| StartError::Listen { address: self.address, source })
    }

    fn server(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A provider to be.
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
    /// Takes a whole configuration, such as one that was [loaded](Config::load) from a file, in
    /// place of the built-in one. Comes first: settings that were changed before are lost.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Adds a user, and the groups that the user names. The first one added replaces all users of
    /// the configuration.
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

    /// Makes codes, tokens and identifiers repeat from run to run. Together with a
    /// [frozen](Clock::frozen_at) clock, two runs give the same bytes.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.settings(|settings| settings.seed = Some(seed))
    }

    /// Tells the time by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Listens on this address, whatever the configuration says. Default: a free port of
    /// `127.0.0.1`.
    #[must_use]
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// Names the issuer by this host instead of the listen address. With `localhost`, a provider
    /// on `127.0.0.1` also listens on `[::1]`, and is another site to a browser than an
    /// application on `127.0.0.1`. [`Settings::issuer_url`] wins over it.
    #[must_use]
    pub fn issuer_host(mut self, host: impl Into<String>) -> Self {
        self.issuer_host = Some(host.into());
        self
    }

    /// Answers on so many threads. Default: one, which serves about a thousand logins a second.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Starts the provider.
    ///
    /// # Panics
    ///
    /// When the configuration is wrong or the address cannot be listened on; the message says why.
    pub async fn start(self) -> MockProvider {
        match self.try_start() {
            Ok(provider) => provider,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the provider, or tells why not.
    ///
    /// # Errors
    ///
    /// When the configuration is wrong or the address cannot be listened on.
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
        let address = listeners.address();
        let base = match issuer_host {
            Some(host) => format!("http://{host}:{}", address.port()),
            None => format!("http://{}", reachable(address)),
        };

        let issuer = Issuer::new(config, clock, &base)?;
        let router = router(&issuer);
        let server = Mutex::default();
        let provider = MockProvider { issuer, router, address, both_loopbacks, workers, server };
        *provider.server() = Some(provider.serve(listeners)?);
        Ok(provider)
    }
}

/// Refuses a host that no issuer URL can have.
fn check_host(host: &str) -> Result<(), ConfigError> {
    match Host::parse(host) {
        Ok(_) => Ok(()),
        Err(error) => Err(ConfigError::of(
            "issuer_host",
            format!("`issuer_host` must be a name or an address, not `{host}`: {error}"),
        )),
    }
}

fn listen(address: SocketAddr, both: bool) -> Result<Listeners, StartError> {
    Listeners::bind(address, both).map_err(|source| StartError::Listen { address, source })
}

/// The address by which this machine reaches a listener: "all addresses" is none to call.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip().is_unspecified() {
        true => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
        false => address,
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
