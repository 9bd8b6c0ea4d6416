//! The same provider for tests without an asynchronous runtime.

use std::net::SocketAddr;

use tokio::runtime::{Builder, Runtime};

use crate::builder::MockProviderBuilder;
use crate::clock::Clock;
use crate::end_user::AuthorizeError;
use crate::journal::Exchange;
use crate::provider::{self, StartError};

/// A running provider, which stops when this is dropped; see [`crate::MockProvider`].
///
/// ```
/// let provider = mock_provider::blocking::MockProvider::start();
/// assert!(provider.issuer().starts_with("http://127.0.0.1:"));
/// ```
///
/// Its methods must not be called from asynchronous code.
#[derive(Debug)]
#[must_use = "the provider stops when its handle is dropped"]
pub struct MockProvider {
    provider: provider::MockProvider,
    runtime: Runtime,
}

impl MockProvider {
    /// A provider with the built-in users and clients; see [`crate::MockProvider::start`].
    ///
    /// # Panics
    ///
    /// When no loopback port is free.
    pub fn start() -> Self {
        Self::builder().start_blocking()
    }

    /// A provider to be configured before it [starts](MockProviderBuilder::start_blocking).
    pub fn builder() -> MockProviderBuilder {
        provider::MockProvider::builder()
    }

    pub(crate) fn start_with(builder: MockProviderBuilder) -> Self {
        let runtime = Builder::new_current_thread().build().expect("a runtime without I/O starts");
        let provider = runtime.block_on(builder.start());
        Self { provider, runtime }
    }

    /// The issuer identifier; see [`crate::MockProvider::issuer`].
    pub fn issuer(&self) -> &str {
        self.provider.issuer()
    }

    /// The address that the provider listens on.
    pub fn address(&self) -> SocketAddr {
        self.provider.address()
    }

    /// The certificate to trust, in PEM; see [`crate::MockProvider::ca_certificate`].
    pub fn ca_certificate(&self) -> String {
        self.provider.ca_certificate()
    }

    /// The provider's clock; see [`crate::MockProvider::clock`].
    pub fn clock(&self) -> &Clock {
        self.provider.clock()
    }

    /// What was asked and answered so far, oldest first.
    pub fn journal(&self) -> Vec<Exchange> {
        self.provider.journal()
    }

    /// Forgets what was asked and answered so far.
    pub fn clear_journal(&self) {
        self.provider.clear_journal();
    }

    /// Walks an authorization request; see [`crate::MockProvider::authorize_as`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn authorize_as(
        &self,
        subject: &str,
        authorization_url: &str,
    ) -> Result<String, AuthorizeError> {
        self.runtime.block_on(self.provider.authorize_as(subject, authorization_url))
    }

    /// Takes the provider off the network; see [`crate::MockProvider::suspend`].
    pub fn suspend(&self) {
        self.runtime.block_on(self.provider.suspend());
    }

    /// Brings the provider back; see [`crate::MockProvider::resume`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn resume(&self) -> Result<(), StartError> {
        self.runtime.block_on(self.provider.resume())
    }
}
