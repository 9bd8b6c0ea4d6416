//! The provider for tests without an async runtime.

use std::fmt;
use std::net::SocketAddr;
use std::ops::Deref;

use tokio::runtime::{Builder, Runtime};

use crate::failure::spec::failure::Failure;
use crate::handle::builder::MockProviderBuilder;
use crate::handle::end_user::AuthorizeError;
use crate::handle::issuer_handle::IssuerHandle;
use crate::handle::provider;
use crate::handle::provider::StartError;

/// A running provider, which stops when the handle is dropped; see [`crate::MockProvider`].
///
/// ```
/// let provider = mock_provider::blocking::MockProvider::start();
/// assert!(provider.issuer().starts_with("http://127.0.0.1:"));
/// ```
///
/// Its methods must not be called from async code.
#[derive(Debug)]
#[must_use = "the provider stops when its handle is dropped"]
pub struct MockProvider {
    provider: provider::MockProvider,
    runtime: Runtime,
}

impl MockProvider {
    /// Starts a provider with the built-in users and clients; see [`crate::MockProvider::start`].
    ///
    /// # Panics
    ///
    /// When no loopback port is free.
    pub fn start() -> Self {
        Self::builder().start_blocking()
    }

    /// Configures a provider before it [starts](MockProviderBuilder::start_blocking).
    pub fn builder() -> MockProviderBuilder {
        provider::MockProvider::builder()
    }

    pub(crate) fn start_with(builder: MockProviderBuilder) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("the operating system can start a thread");
        let provider = runtime.block_on(builder.start());
        Self { provider, runtime }
    }

    /// The address that the provider listens on.
    pub fn address(&self) -> SocketAddr {
        self.provider.address()
    }

    /// The CA certificate to trust, in PEM; see [`crate::MockProvider::ca_certificate`].
    pub fn ca_certificate(&self) -> String {
        self.provider.ca_certificate()
    }

    /// The issuer with this name; see [`crate::MockProvider::named`].
    ///
    /// # Panics
    ///
    /// Like the async method.
    pub fn named(&self, name: &str) -> IssuerHandle {
        self.provider.named(name)
    }

    /// The issuer that always fails with this failure; see [`crate::MockProvider::failing`].
    ///
    /// # Panics
    ///
    /// Like the async method.
    pub fn failing<F>(&self, failure: F) -> IssuerHandle
    where
        F: TryInto<Failure>,
        F::Error: fmt::Display,
    {
        self.provider.failing(failure)
    }

    /// Walks an authorization request; see [`IssuerHandle::authorize_as`].
    ///
    /// # Errors
    ///
    /// Like the async method.
    pub fn authorize_as(
        &self,
        subject: &str,
        authorization_url: &str,
    ) -> Result<String, AuthorizeError> {
        self.runtime.block_on(self.provider.authorize_as(subject, authorization_url))
    }

    /// Ends every session of a user; see [`IssuerHandle::log_out`].
    pub fn log_out(&self, subject: &str) -> usize {
        self.runtime.block_on(self.provider.log_out(subject))
    }

    /// Takes the provider off the network; see [`crate::MockProvider::suspend`].
    pub fn suspend(&self) {
        self.runtime.block_on(self.provider.suspend());
    }

    /// Brings the provider back; see [`crate::MockProvider::resume`].
    ///
    /// # Errors
    ///
    /// Like the async method.
    pub fn resume(&self) -> Result<(), StartError> {
        self.runtime.block_on(self.provider.resume())
    }
}

/// The provider dereferences to its default issuer.
impl Deref for MockProvider {
    type Target = IssuerHandle;

    fn deref(&self) -> &IssuerHandle {
        &self.provider
    }
}
