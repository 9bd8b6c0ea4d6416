//! How a provider speaks TLS: not at all, with a certificate that can be trusted, and on demand
//! with faults.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::authority::{Authority, CertificateError, LOCAL_NAMES, Validity};
use super::faults::TlsFaults;
use crate::wire::connection;
use crate::wire::stream::Socket;

/// How long a handshake may take.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);

/// The authority of a provider, made when it is first asked for.
pub(super) type LazyAuthority = Arc<LazyLock<Authority>>;

/// TLS of one provider. Clones share everything.
#[derive(Clone)]
pub(crate) struct Tls {
    authority: LazyAuthority,
    acceptor: Option<TlsAcceptor>,
    /// Listeners that nobody should trust.
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
    /// HTTPS for this machine, and by another name that it has.
    pub(crate) fn https(name: Option<&str>) -> Result<Self, CertificateError> {
        let mut names = LOCAL_NAMES.to_vec();
        names.extend(name.filter(|name| !LOCAL_NAMES.contains(name)));
        let tls = Self::default();
        let identity = tls.authority.certify(&names, Validity::now())?;
        Ok(Self { acceptor: Some(identity.acceptor()), ..tls })
    }

    /// The certificate to trust, in PEM.
    pub(crate) fn ca_certificate(&self) -> String {
        self.authority.pem()
    }

    /// What accepts TLS on the provider's own address, unless that speaks plain HTTP.
    pub(crate) fn acceptor(&self) -> Option<&TlsAcceptor> {
        self.acceptor.as_ref()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("https", &self.acceptor.is_some()).finish_non_exhaustive()
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Answers the requests of a connection below TLS.
pub(crate) async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let accepted = tokio::select! {
        accepted = timeout(HANDSHAKE, acceptor.accept(stream)) => accepted,
        _ = stopped.wait_for(|stopped| *stopped) => return,
    };
    // A caller who does not trust the certificate leaves.
    if let Ok(Ok(stream)) = accepted {
        connection::serve(stream, router, stopped).await;
    }
}
