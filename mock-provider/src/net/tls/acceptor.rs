//! TLS connections on the provider's own address.

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

use super::authority::Identity;
use crate::net::wire::connection;
use crate::net::wire::stream::Socket;

/// The maximum time for a handshake.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The first byte of every TLS connection: a record of the type `handshake`
/// ([RFC 8446, section 5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)).
const HANDSHAKE_RECORD: u8 = 22;

/// Serves HTTPS, and explains itself to clients that speak plain HTTP.
#[derive(Clone)]
pub(crate) struct Acceptor {
    tls: TlsAcceptor,
    /// The end of the paths that are also served over plain HTTP.
    plain_path: &'static str,
}

impl Acceptor {
    pub(crate) fn new(identity: Identity, plain_path: &'static str) -> Self {
        Self { tls: identity.acceptor(), plain_path }
    }

    /// Serves the requests of one connection.
    pub(crate) async fn serve(
        self,
        stream: TcpStream,
        router: Router,
        mut stopped: watch::Receiver<bool>,
    ) {
        let mut first = [0];
        let accepted = async {
            match stream.peek(&mut first).await {
                Ok(1) if first[0] != HANDSHAKE_RECORD => Ok(Err(stream)),
                _ => self.tls.accept(stream).await.map(Ok),
            }
        };
        let accepted = tokio::select! {
            accepted = timeout(HANDSHAKE_TIMEOUT, accepted) => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        match accepted {
            Ok(Ok(Ok(encrypted))) => connection::serve(encrypted, router, stopped).await,
            Ok(Ok(Err(plain))) => {
                connection::serve(plain, only(router, self.plain_path), stopped).await;
            }
            // A client that rejects the certificate closes the connection.
            _ => {}
        }
    }
}

/// The router for plain HTTP on an HTTPS address: only paths that end in `plain_path`.
fn only(router: Router, plain_path: &'static str) -> Router {
    let filter = move |request: Request, next: Next| async move {
        if request.uri().path().ends_with(plain_path) {
            return next.run(request).await;
        }
        let reason = "this address serves HTTPS only, but the request used plain HTTP\n";
        (StatusCode::BAD_REQUEST, reason).into_response()
    };
    router.layer(middleware::from_fn(filter))
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}
