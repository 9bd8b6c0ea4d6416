//! HTTPS as seen by clients that trust the provider's authority, do not trust it, or accept any
//! certificate.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use reqwest::{Certificate, Client, ClientBuilder};
use rustls::AlertDescription;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::net::https::Tls;
use crate::net::listeners::{Listeners, Server};
use crate::net::tls::fault::{Handshake, Reaction, TlsFault};
use crate::net::wire::delivery::{Delivery, End, Extent};

const TIMEOUT: Duration = Duration::from_secs(10);

/// A server with HTTPS that counts its requests.
struct Provider {
    tls: Tls,
    router: Router,
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    server: Option<Server>,
}

impl Provider {
    fn start() -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let count = move || async move {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        Self::serving(Router::new().route("/", get(count)), requests)
    }

    fn serving(router: Router, requests: Arc<AtomicUsize>) -> Self {
        let tls = Tls::https(None, "/plain").expect("a certificate");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut provider = Self { tls, router, address, requests, server: None };
        provider.resume();
        provider
    }

    /// Starts the server at its old address, or at a free one.
    fn resume(&mut self) {
        let listeners = Listeners::bind(self.address, false).expect("the port is free");
        self.address = listeners.address();
        let server = Server::start(listeners, self.router.clone(), 1, self.tls.clone());
        self.server = Some(server.expect("the server starts"));
    }

    /// The URL of the listener with this fault.
    fn faulty_url(&self, fault: TlsFault) -> String {
        format!("https://localhost:{}/", self.faulty_address(fault).port())
    }

    fn faulty_address(&self, fault: TlsFault) -> SocketAddr {
        self.tls.faults.address(fault).expect("a port is free")
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// The first handshake of a listener with a fault.
    async fn first_reaction(&self) -> Handshake {
        let seen = async {
            loop {
                if let Some(first) = self.tls.faults.handshakes().into_iter().next() {
                    return first;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(TIMEOUT, seen).await.expect("the handshake is recorded")
    }
}

fn client(build: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    build(Client::builder()).build().expect("a client")
}

/// A client that trusts only the provider's authority.
fn trusting(provider: &Provider) -> Client {
    let certificate = Certificate::from_pem(provider.tls.ca_certificate().as_bytes());
    let certificate = certificate.expect("a certificate in PEM");
    client(|client| client.tls_certs_only([certificate]))
}

#[tokio::test]
async fn a_response_over_tls_follows_its_delivery() {
    for (end, expected) in [(End::Keep, None), (End::Close, Some(true)), (End::Reset, Some(true))] {
        let extent = if end == End::Keep { Extent::Whole } else { Extent::Half };
        let delivery = Delivery::cut(extent, end);
        let router =
            Router::new().route("/", get(move || async move { (Extension(delivery), "text") }));
        let provider = Provider::serving(router, Arc::default());
        let url = format!("https://{}/", provider.address);
        let client = trusting(&provider);
        for _ in 0..2 {
            let response = client.get(&url).send().await.expect("the header arrives");
            let body = response.text().await;
            assert_eq!(body.as_ref().err().map(reqwest::Error::is_decode), expected, "{body:?}");
        }
    }
}

#[tokio::test]
async fn a_client_rejects_each_bad_certificate_for_its_own_reason() {
    for (fault, alert) in [
        (TlsFault::SelfSigned, AlertDescription::UnknownCA),
        (TlsFault::Expired, AlertDescription::CertificateExpired),
        (TlsFault::WrongHost, AlertDescription::BadCertificate),
        (TlsFault::UnknownCa, AlertDescription::UnknownCA),
    ] {
        let provider = Provider::start();
        let url = provider.faulty_url(fault);
        let error = trusting(&provider).get(url).send().await.expect_err("the certificate is bad");
        assert!(error.is_connect(), "{error:?}");
        let rejected = Handshake::new(&(fault, Reaction::Alert(alert)));
        assert_eq!(provider.first_reaction().await, rejected);
        assert_eq!(provider.requests(), 0);
    }
}

#[tokio::test]
async fn a_careless_client_is_served_and_recorded() {
    let careless = client(|client| client.tls_danger_accept_invalid_certs(true));
    for fault in TlsFault::ALL {
        let provider = Provider::start();
        let response = careless.get(provider.faulty_url(fault)).send().await;
        assert_eq!(response.expect("a response").status(), 200);
        assert_eq!(provider.first_reaction().await, Handshake::new(&(fault, Reaction::WentOn)));
        assert_eq!(provider.requests(), 1);
    }
}

#[tokio::test]
async fn a_client_that_disconnects_or_does_not_speak_tls_is_recorded() {
    let fault = TlsFault::SelfSigned;
    // A record of the type handshake that announces a ClientHello of 43 bytes and ends early.
    let cut_off = [22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2, 7, 7, 7];
    for bytes in [&b"GET /health HTTP/1.1\r\n\r\n"[..], &cut_off, &[22, 3, 1, 255, 255], b""] {
        let provider = Provider::start();
        let address = provider.faulty_address(fault);
        let mut stream = TcpStream::connect(address).await.expect("the listener is open");
        stream.write_all(bytes).await.expect("the bytes are sent");
        stream.shutdown().await.expect("the client closes its side");
        assert_eq!(provider.first_reaction().await, Handshake::new(&(fault, Reaction::Left)));
    }
}

#[test]
fn faulty_listeners_stop_with_the_provider_and_come_back_with_it() {
    let mut provider = Provider::start();
    let before = provider.faulty_address(TlsFault::Expired);
    assert_eq!(provider.faulty_address(TlsFault::Expired), before);
    std::net::TcpStream::connect(before).expect("the listener is open");

    drop(provider.server.take());
    std::net::TcpStream::connect(before).expect_err("the listener is closed");
    let error = provider.tls.faults.address(TlsFault::WrongHost).expect_err("no server runs");
    assert_eq!(error.to_string(), "the provider is suspended");

    provider.resume();
    std::net::TcpStream::connect(before).expect("the listener is open again");
    assert_eq!(provider.faulty_address(TlsFault::Expired), before);

    drop(provider);
    TcpListener::bind(before).expect("the port is free");
}
