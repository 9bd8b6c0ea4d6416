//! The handle of a running provider.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use tokio::sync::Mutex;

#[cfg(feature = "control")]
use crate::control;
use crate::failure::spec::failure::Failure;
use crate::handle::builder::MockProviderBuilder;
use crate::handle::issuer_handle::IssuerHandle;
use crate::host::registry::Registry;
use crate::host::tenant::Tenant;
use crate::jose::signing_key::KeyError;
use crate::net::https::Tls;
use crate::net::listeners::{Listeners, Server};
use crate::net::tls::authority::CertificateError;
use crate::net::tls::fault::Handshake;
use crate::router::router;
use crate::settings::error::ConfigError;

/// A running provider, which stops when the handle is dropped.
///
/// It runs on its own thread and listens on a free loopback port, so that every test can have its
/// own.
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
/// // Point your application at `provider.issuer()`, and take the URL to which it redirects a browser:
/// let authorization_url = format!(
///     "{}/authorize?response_type=code&client_id=shop&scope=openid&state=af0ifjsldkj\
///      &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback",
///     provider.issuer()
/// );
/// // No browser needed: this is the URL to which the browser would return.
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
    registry: Arc<Registry>,
    default: IssuerHandle,
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
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The provider cannot listen on the address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// No certificate can be created for the provider's host.
    #[error("cannot serve HTTPS: {0}")]
    Certificate(#[from] CertificateError),
    /// The CA certificate cannot be written to the file in `https_ca`.
    #[error("cannot write the CA certificate to {path}: {source}")]
    WriteCertificate {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The signing key cannot be used.
    #[error("signing_key {0}")]
    Key(#[from] KeyError),
}

impl MockProvider {
    /// Starts a provider with the built-in users `alice` (staff, admins), `bob` (staff), `carol`
    /// (auditors) and `dave` (no group), and the clients `demo-app` (secret
    /// `demo-secret-that-everybody-may-know`) and `demo-spa` (public), whose redirect URIs may be any
    /// loopback address.
    ///
    /// # Panics
    ///
    /// When no loopback port is free.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Configures a provider before it starts.
    pub fn builder() -> MockProviderBuilder {
        MockProviderBuilder::default()
    }

    /// The address that the provider listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The CA certificate to trust, in PEM, when the provider serves
    /// [HTTPS](MockProviderBuilder::https). Each provider creates its own, valid for a year.
    pub fn ca_certificate(&self) -> String {
        self.tls.ca_certificate()
    }

    /// How clients reacted to servers with bad certificates, to which the failure
    /// `network-tls-invalid` directs them, oldest first. Clients that reject the certificate never
    /// reach the journal.
    pub fn handshakes(&self) -> Vec<Handshake> {
        self.tls.faults.handshakes()
    }

    /// The issuer with this name at `/issuers/{name}`, which is created on first use.
    ///
    /// # Panics
    ///
    /// When the name is invalid: it becomes part of a path.
    pub fn named(&self, name: &str) -> IssuerHandle {
        match self.registry.named(name) {
            Ok(tenant) => IssuerHandle::new(Arc::clone(&self.registry), tenant),
            Err(error) => panic!("{error}"),
        }
    }

    /// The issuer at `/failing/{failure}`, which always fails with this failure. It needs no setup:
    /// any application that uses it as its issuer gets the failure.
    ///
    /// # Panics
    ///
    /// When the failure is invalid; the message suggests the nearest valid one.
    pub fn failing<F>(&self, failure: F) -> IssuerHandle
    where
        F: TryInto<Failure>,
        F::Error: fmt::Display,
    {
        match failure.try_into() {
            Ok(failure) => {
                IssuerHandle::new(Arc::clone(&self.registry), self.registry.failing(&failure))
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// The provider as a router, for requests without a network connection. They are handled and
    /// recorded like all others, even while the provider is [suspended](Self::suspend).
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Takes the provider off the network: connections are closed and new ones are refused. Requests
    /// under way get up to a second to finish. The provider keeps its state.
    pub async fn suspend(&self) {
        // Locked until the server has stopped, so that `resume` finds the port free.
        let mut server = self.server.lock().await;
        if let Some(server) = server.take() {
            server.stop().await;
        }
    }

    /// Brings the provider back at the same address.
    ///
    /// # Errors
    ///
    /// When another process has taken the address in the meantime.
    pub async fn resume(&self) -> Result<(), StartError> {
        let mut server = self.server.lock().await;
        if server.is_none() {
            let listeners = listen(self.address, self.both_loopbacks)?;
            *server = Some(self.serve(listeners)?);
        }
        Ok(())
    }

    /// Starts a provider whose default issuer is `tenant`.
    pub(crate) fn serving(
        tenant: Tenant,
        listeners: Listeners,
        both_loopbacks: bool,
        workers: usize,
        tls: Tls,
    ) -> Result<Self, StartError> {
        let registry = Arc::new(Registry::new(Arc::new(tenant)));
        let address = listeners.address();
        let router = router(&registry);
        #[cfg(feature = "control")]
        let router = control::add_to(router, &registry, address);
        let default =
            IssuerHandle::new(Arc::clone(&registry), Arc::clone(registry.default_tenant()));
        let server = Mutex::default();
        let mut provider =
            Self { registry, default, router, address, both_loopbacks, workers, tls, server };
        *provider.server.get_mut() = Some(provider.serve(listeners)?);
        Ok(provider)
    }

    fn serve(&self, listeners: Listeners) -> Result<Server, StartError> {
        Server::start(listeners, self.router.clone(), self.workers, self.tls.clone())
            .map_err(|source| StartError::Listen { address: self.address, source })
    }
}

/// The provider dereferences to its default issuer.
impl Deref for MockProvider {
    type Target = IssuerHandle;

    fn deref(&self) -> &IssuerHandle {
        &self.default
    }
}

/// Binds the address of a provider.
pub(crate) fn listen(address: SocketAddr, both: bool) -> Result<Listeners, StartError> {
    Listeners::bind(address, both).map_err(|source| StartError::Listen { address, source })
}
