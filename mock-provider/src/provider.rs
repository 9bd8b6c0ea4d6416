//! The handle that a test holds.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;

use crate::builder::MockProviderBuilder;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::end_user::{self, AuthorizeError};
use crate::issuer::Issuer;
use crate::journal::Exchange;
use crate::router::router;
use crate::server::{Listeners, Server};
use crate::signing::KeyError;
use crate::tls::{CertificateError, Tls};

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
    pub(crate) tls: Tls,
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
    /// No certificate can be made for the provider's name.
    #[error("cannot serve HTTPS: {0}")]
    Certificate(#[from] CertificateError),
    /// The certificate to trust cannot be written where `https_ca` says.
    #[error("cannot write the certificate to trust to {path}: {source}")]
    WriteCertificate {
        /// The file.
        path: PathBuf,
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

    /// The certificate of the authority that signed the provider's own, in PEM: an application that
    /// trusts it talks to a provider with [HTTPS](MockProviderBuilder::https). It is another one in
    /// every provider, and valid for a year.
    pub fn ca_certificate(&self) -> String {
        self.tls.ca_certificate()
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
    /// Where no page is shown, `subject` is not asked for: [`Settings::auto_login`](crate::Settings::auto_login) and
    /// [`Settings::login_hint_signs_in`](crate::Settings::login_hint_signs_in) sign in whom they name.
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

    /// A provider that answers for an issuer.
    pub(crate) fn serving(
        issuer: Issuer,
        listeners: Listeners,
        both_loopbacks: bool,
        workers: usize,
        tls: Tls,
    ) -> Result<Self, StartError> {
        let (router, address) = (router(&issuer), listeners.address());
        let server = Mutex::default();
        let provider = Self { issuer, router, address, both_loopbacks, workers, tls, server };
        *provider.server() = Some(provider.serve(listeners)?);
        Ok(provider)
    }

    fn serve(&self, listeners: Listeners) -> Result<Server, StartError> {
        Server::start(listeners, self.router.clone(), self.workers, self.tls.clone())
            .map_err(|source| StartError::Listen { address: self.address, source })
    }

    fn server(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Binds the address of a provider.
pub(crate) fn listen(address: SocketAddr, both: bool) -> Result<Listeners, StartError> {
    Listeners::bind(address, both).map_err(|source| StartError::Listen { address, source })
}
