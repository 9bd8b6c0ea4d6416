//! How a provider speaks TLS: not at all, with a certificate that can be trusted, and on demand
//! with faults.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::authority::{Authority, CertificateError, LOCAL_NAMES, Validity};
use crate::base::endpoint::Endpoint;
use crate::net::tls_faults::TlsFaults;
use crate::net::wire::connection;
use crate::net::wire::stream::Socket;

/// How long a handshake may take.
pub(in crate::net) const HANDSHAKE: Duration = Duration::from_secs(10);

/// The authority of a provider, made when it is first asked for.
pub(in crate::net) type LazyAuthority = Arc<LazyLock<Authority>>;

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

/// The first byte of every TLS connection: a record of the type `handshake`
/// ([RFC 8446, section 5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)).
const HANDSHAKE_RECORD: u8 = 22;

/// Answers the requests of a connection below TLS. Who speaks plain HTTP instead is told so.
pub(crate) async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut first = [0];
    let accepted = async {
        match stream.peek(&mut first).await {
            Ok(1) if first[0] != HANDSHAKE_RECORD => Ok(Err(stream)),
            _ => acceptor.accept(stream).await.map(Ok),
        }
    };
    let accepted = tokio::select! {
        accepted = timeout(HANDSHAKE, accepted) => accepted,
        _ = stopped.wait_for(|stopped| *stopped) => return,
    };
    match accepted {
        Ok(Ok(Ok(stream))) => connection::serve(stream, router, stopped).await,
        Ok(Ok(Err(stream))) => connection::serve(stream, in_plain(router), stopped).await,
        // A caller who does not trust the certificate leaves.
        _ => {}
    }
}

/// What is served to those who speak plain HTTP: the canary alone, for a failure may send them there.
fn in_plain(router: Router) -> Router {
    let canary_alone = |request: Request, next: Next| async {
        match request.uri().path().ends_with(Endpoint::Canary.path()) {
            true => next.run(request).await,
            false => (StatusCode::BAD_REQUEST, "https is spoken here, and this was http\n")
                .into_response(),
        }
    };
    router.layer(middleware::from_fn(canary_alone))
}
