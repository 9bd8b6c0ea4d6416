//! HTTPS, for clients that trust the provider's authority and for clients that do not.

use std::path::Path;

use mock_provider::{MockProvider, StartError};
use reqwest::{Certificate, Client, ClientBuilder};

use crate::support::{Parameters, builder};

fn client(build: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    build(Client::builder()).build().expect("a client")
}

/// The certificate to trust.
fn authority(provider: &MockProvider) -> Certificate {
    Certificate::from_pem(provider.ca_certificate().as_bytes()).expect("a certificate in PEM")
}

#[tokio::test]
async fn https_works_under_every_name_of_this_machine_for_clients_that_trust_it() {
    let provider = MockProvider::builder().https().issuer_host("localhost").start().await;
    let port = provider.address().port();
    assert_eq!(provider.issuer(), format!("https://localhost:{port}"));
    let trusting = client(|client| client.tls_certs_only([authority(&provider)]));
    let strange = client(|client| client);
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let url = format!("https://{host}:{port}/.well-known/openid-configuration");
        let metadata = trusting.get(&url).send().await.expect(host).text().await.expect(host);
        assert!(metadata.contains(&format!("https://localhost:{port}/token")), "{metadata}");
        strange.get(&url).send().await.expect_err("that client does not trust the authority");
    }
}

#[tokio::test]
async fn the_certificate_covers_the_issuers_host() {
    let provider = MockProvider::builder().https().issuer_host("idp.test").start().await;
    let certificate = authority(&provider);
    let address = provider.address();
    let client = client(|client| client.tls_certs_only([certificate]).resolve("idp.test", address));
    let url = format!("{}/health", provider.issuer());
    assert!(url.starts_with("https://idp.test:"), "{url}");
    assert_eq!(client.get(url).send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn the_certificate_to_trust_is_written_to_the_configured_file() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("https.pem");
    let builder = || MockProvider::builder().https();
    let provider = builder().settings(|settings| settings.https_ca = Some(path.clone()));
    let provider = provider.start().await;
    let written = std::fs::read_to_string(&path).expect("the file is there");
    assert_eq!(written, provider.ca_certificate());

    let nowhere = path.join("ca.pem");
    let builder = builder().settings(|settings| settings.https_ca = Some(nowhere.clone()));
    let error = builder.try_start().expect_err("there is no such folder");
    assert!(matches!(error, StartError::WriteCertificate { path, .. } if path == nowhere));
}

#[tokio::test]
async fn logins_work_over_https_as_over_http() {
    let provider = builder().https().start().await;
    let request = Parameters::authorization().encode();
    let address = format!("{}/authorize?{request}", provider.issuer());
    let answer = provider.authorize_as("alice", &address).await.expect("alice signs in");
    assert!(answer.contains("?code="), "{answer}");
}

#[tokio::test]
async fn plain_http_on_the_https_port_is_explained_and_recorded() {
    let provider = MockProvider::builder().https().start().await;
    let failure = "discovery-endpoint-unsafe-url:member=token_endpoint,target=http";
    let _failure = provider.fail(failure);
    let trusting = client(|client| client.tls_certs_only([authority(&provider)]));
    let metadata = format!("{}/.well-known/openid-configuration", provider.issuer());
    let metadata = trusting.get(metadata).send().await.expect("an answer").text().await;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata.expect("a body")).expect("plain JSON");
    let unsafe_url = metadata["token_endpoint"].as_str().expect("a token endpoint");
    assert!(unsafe_url.starts_with("http://"), "{unsafe_url}");

    let careless = client(|client| client);
    let request = careless.post(unsafe_url).form(&[("client_secret", "s3cret")]);
    assert_eq!(request.send().await.expect("an answer").status(), 204);
    let seen = provider.journal().pop().expect("it is recorded");
    assert_eq!(seen.endpoint, mock_provider::Endpoint::Canary);
    assert_eq!(seen.parameter("client_secret"), Some("[redacted: 6 characters]"));

    let plain = provider.issuer().replacen("https:", "http:", 1);
    let answer = careless.get(format!("{plain}/health")).send().await.expect("an answer");
    assert_eq!(answer.status(), 400);
    assert_eq!(
        answer.text().await.expect("text"),
        "this address serves HTTPS only, but the request used plain HTTP\n"
    );
}
