//! HTTPS as callers meet it, who trust the provider's authority, do not, or trust anybody.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use reqwest::{Certificate, Client, ClientBuilder};
use rustls::AlertDescription;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::MockProvider;
use crate::net::listeners::{Listeners, Server};
use crate::net::tls::Tls;
use crate::net::tls::fault::{Handshake, Reaction, TlsFault};
use crate::net::wire::delivery::{Delivery, End, Extent};

const LIMIT: Duration = Duration::from_secs(10);

async fn provider() -> MockProvider {
    MockProvider::builder().https().start().await
}

fn client(build: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    build(Client::builder()).build().expect("a client")
}

/// Trusts the provider's authority, and nobody else.
fn trusting(provider: &MockProvider) -> Client {
    let certificate = Certificate::from_pem(provider.ca_certificate().as_bytes());
    let certificate = certificate.expect("a certificate in PEM");
    client(|client| client.tls_certs_only([certificate]))
}

fn port_of(provider: &MockProvider, fault: TlsFault) -> u16 {
    provider.tls.faults.address(fault).expect("a port is free").port()
}

/// The first handshake that a listener with a fault had.
async fn first_reaction(provider: &MockProvider) -> Handshake {
    let seen = async {
        loop {
            if let Some(first) = provider.handshakes().into_iter().next() {
                return first;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, seen).await.expect("the handshake is recorded")
}

#[tokio::test]
async fn an_answer_below_tls_is_delivered_as_told() {
    for (end, expected) in [(End::Keep, None), (End::Close, Some(true)), (End::Reset, Some(true))] {
        let extent = if end == End::Keep { Extent::Whole } else { Extent::Half };
        let delivery = Delivery::cut(extent, end);
        let router =
            Router::new().route("/", get(move || async move { (Extension(delivery), "text") }));
        let listeners = Listeners::bind(SocketAddr::from(([127, 0, 0, 1], 0)), false);
        let listeners = listeners.expect("a port is free");
        let url = format!("https://{}/", listeners.address());
        let tls = Tls::https(None).expect("a certificate");
        let certificate = Certificate::from_pem(tls.ca_certificate().as_bytes()).expect("PEM");
        let client = client(|client| client.tls_certs_only([certificate]));
        let _server = Server::start(listeners, router, 1, tls).expect("the server starts");
        for _ in 0..2 {
            let response = client.get(&url).send().await.expect("a header comes");
            let body = response.text().await;
            assert_eq!(body.as_ref().err().map(reqwest::Error::is_decode), expected, "{body:?}");
        }
    }
}

#[tokio::test]
async fn a_caller_refuses_each_bad_certificate_for_its_own_reason() {
    for (fault, alert) in [
        (TlsFault::SelfSigned, AlertDescription::UnknownCA),
        (TlsFault::Expired, AlertDescription::CertificateExpired),
        (TlsFault::WrongHost, AlertDescription::BadCertificate),
        (TlsFault::UnknownCa, AlertDescription::UnknownCA),
    ] {
        let provider = provider().await;
        let url = format!("https://localhost:{}/health", port_of(&provider, fault));
        let error = trusting(&provider).get(url).send().await.expect_err("it is not to be trusted");
        assert!(error.is_connect(), "{error:?}");
        assert_eq!(
            first_reaction(&provider).await,
            Handshake::new(&(fault, Reaction::Alert(alert)))
        );
        assert!(provider.journal().is_empty(), "nothing was asked");
    }
}

#[tokio::test]
async fn a_careless_caller_is_served_and_seen() {
    let careless = client(|client| client.tls_danger_accept_invalid_certs(true));
    for fault in TlsFault::ALL {
        let provider = provider().await;
        let url = format!("https://localhost:{}/health", port_of(&provider, fault));
        assert_eq!(careless.get(url).send().await.expect("an answer").status(), 200);
        assert_eq!(first_reaction(&provider).await, Handshake::new(&(fault, Reaction::WentOn)));
        assert_eq!(provider.journal().len(), 1);
    }
}

#[tokio::test]
async fn a_caller_that_leaves_or_speaks_no_tls_does_no_harm() {
    let fault = TlsFault::SelfSigned;
    // A record of the type handshake that announces a ClientHello of 43 bytes and ends early.
    let cut_off = [22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2, 7, 7, 7];
    for bytes in [&b"GET /health HTTP/1.1\r\n\r\n"[..], &cut_off, &[22, 3, 1, 255, 255], b""] {
        let provider = provider().await;
        let port = port_of(&provider, fault);
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("somebody listens");
        stream.write_all(bytes).await.expect("sent");
        stream.shutdown().await.expect("the caller leaves");
        assert_eq!(first_reaction(&provider).await, Handshake::new(&(fault, Reaction::Left)));
    }
}

#[tokio::test]
async fn faulty_listeners_stop_with_the_provider_and_come_back_with_it() {
    let provider = provider().await;
    let address = |provider: &MockProvider| provider.tls.faults.address(TlsFault::Expired);
    let before: SocketAddr = address(&provider).expect("a port is free");
    assert_eq!(address(&provider).expect("it is open"), before);
    std::net::TcpStream::connect(before).expect("somebody listens");

    provider.suspend().await;
    std::net::TcpStream::connect(before).expect_err("nobody listens");
    let error = provider.tls.faults.address(TlsFault::WrongHost).expect_err("nobody serves");
    assert_eq!(error.to_string(), "the provider does not serve at the moment");

    provider.resume().await.expect("the port is still free");
    std::net::TcpStream::connect(before).expect("somebody listens again");
    assert_eq!(address(&provider).expect("it is open"), before);

    drop(provider);
    TcpListener::bind(before).expect("the port is free");
}
