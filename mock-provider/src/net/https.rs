//! How a provider speaks TLS: on its own address when HTTPS is on, and with faults where a failure
//! needs them.

use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::net::tls::acceptor::Acceptor;
use crate::net::tls::authority::{Authority, CertificateError, LOCAL_NAMES, Validity};
use crate::net::tls_faults::TlsFaults;

/// The authority of a provider, generated on first use.
pub(crate) type LazyAuthority = Arc<LazyLock<Authority>>;

/// TLS of one provider. Clones share everything.
#[derive(Clone)]
pub(crate) struct Tls {
    authority: LazyAuthority,
    acceptor: Option<Acceptor>,
    /// Listeners whose certificates no client should accept.
    pub(crate) faults: TlsFaults,
}

impl Default for Tls {
    /// Plain HTTP, except for faults.
    fn default() -> Self {
        let authority = LazyAuthority::new(LazyLock::new(Authority::generate));
        Self { faults: TlsFaults::new(Arc::clone(&authority)), authority, acceptor: None }
    }
}

impl Tls {
    /// HTTPS with a certificate for the local names and for `host`. Requests to a path that ends in
    /// `plain_path` are answered over plain HTTP, too.
    ///
    /// # Errors
    ///
    /// When `host` cannot be the subject of a certificate.
    pub(crate) fn https(
        host: Option<&str>,
        plain_path: &'static str,
    ) -> Result<Self, CertificateError> {
        let mut names = LOCAL_NAMES.to_vec();
        names.extend(host.filter(|host| !LOCAL_NAMES.contains(host)));
        let tls = Self::default();
        let identity = tls.authority.certify(&names, Validity::current())?;
        Ok(Self { acceptor: Some(Acceptor::new(identity, plain_path)), ..tls })
    }

    /// The certificate that clients have to trust, in PEM.
    pub(crate) fn ca_certificate(&self) -> String {
        self.authority.pem()
    }

    /// Accepts TLS on the provider's own address; `None` if the provider serves plain HTTP.
    pub(crate) fn acceptor(&self) -> Option<&Acceptor> {
        self.acceptor.as_ref()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("https", &self.acceptor.is_some()).finish_non_exhaustive()
    }
}
