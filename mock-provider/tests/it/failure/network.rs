//! Network: the bytes that arrive on a socket.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use mock_provider::Settings;
use mock_provider::failure::{Class, Failure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::changes::{assert_snapshot, section};
use crate::support::{Browser, builder, start, url};

/// How long a test waits before it concludes that nothing more arrives.
const SILENCE: Duration = Duration::from_millis(500);

/// How long a response may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes that arrived on a connection.
struct Heard {
    /// All bytes, in order.
    bytes: Vec<u8>,
    end: &'static str,
}

/// Whether a response is complete and its connection stays open.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let (head, body) = (String::from_utf8_lossy(&bytes[..end]).to_lowercase(), &bytes[end + 4..]);
    if head.contains(" 100 continue") {
        return is_whole(body);
    }
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let kept = field("connection:") != Some("close");
    let came = match field("content-length:") {
        Some(length) => length.parse() == Ok(body.len()),
        None if head.contains(" 204 ") => true,
        None => body.ends_with(b"0\r\n\r\n"),
    };
    kept && came
}

/// Sends a request to an endpoint on a new connection, and reads until the connection ends or
/// nothing more arrives.
async fn ask(address: SocketAddr, endpoint: &str, patience: Duration) -> Heard {
    let mut stream = TcpStream::connect(address).await.expect("the provider listens");
    let (line, body) = match endpoint {
        "discovery" => ("GET /.well-known/openid-configuration", ""),
        "jwks" => ("GET /jwks", ""),
        "userinfo" => ("GET /userinfo", ""),
        "end_session" => ("GET /end-session", ""),
        _ => ("POST /token", "grant_type=authorization_code&code=x&client_id=spa"),
    };
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Accept-Encoding: gzip, deflate, br\r\nContent-Length: {}\r\n\r\n{body}",
        address,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("the request is accepted");
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    let end = loop {
        // Nothing follows a complete response on an open connection.
        let patience = if is_whole(&bytes) { SILENCE } else { patience };
        match timeout(patience, stream.read(&mut buffer)).await {
            Err(_) => break "open",
            Ok(Ok(0)) => break "closed",
            Ok(Ok(count)) => bytes.extend_from_slice(&buffer[..count]),
            Ok(Err(_)) => break "reset",
        }
    };
    Heard { bytes, end }
}

impl Heard {
    /// Head and body, if the head is complete.
    fn parts(&self) -> Option<(Vec<String>, &[u8])> {
        let end = self.bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
        let fields = head.lines().filter(|line| !line.to_lowercase().starts_with("date:"));
        Some((fields.map(str::to_owned).collect(), &self.bytes[end + 4..]))
    }

    /// The differences from the honest response.
    fn compared(&self, honest: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let (honest_head, honest_body) = honest.parts().expect("the honest response is complete");
        // The length of a page changes with every word on it.
        let is_page = honest_body.starts_with(b"<!");
        let brief = |line: &str| match line.split_once(": ") {
            Some((name @ "Content-Length", _)) if is_page => name.to_owned(),
            _ => brief(line),
        };
        match self.parts() {
            None => lines.push(format!("{} bytes came", self.bytes.len())),
            Some((head, body)) => {
                let (was, is): (BTreeSet<_>, BTreeSet<_>) =
                    (honest_head.iter().collect(), head.iter().collect());
                lines.extend(was.difference(&is).map(|line| format!("- {}", brief(line))));
                let (cookies, fields): (Vec<_>, Vec<_>) =
                    is.difference(&was).copied().partition(|line| line.starts_with("Set-Cookie: "));
                lines.extend(fields.into_iter().map(|line| format!("+ {}", brief(line))));
                if !cookies.is_empty() {
                    lines.push(format!("+ Set-Cookie, {} times", cookies.len()));
                }
                if head.len() > is.len() {
                    lines.push(format!("{} fields are repeated", head.len() - is.len()));
                }
                let (came, usual) = (body.len(), honest_body.len());
                match came.cmp(&usual) {
                    _ if body == honest_body => {}
                    Ordering::Less if is_page => lines.push("body: shorter".to_owned()),
                    Ordering::Greater if is_page => lines.push("body: longer".to_owned()),
                    _ => lines.push(format!("body: {came} bytes instead of {usual}")),
                }
            }
        }
        if self.end != honest.end {
            lines.push(format!("the connection is {} in the end", self.end));
        }
        lines
    }
}

fn brief(line: &str) -> String {
    match line.char_indices().nth(70) {
        Some((end, _)) => format!("{}… ({} characters)", &line[..end], line.len()),
        None => line.to_owned(),
    }
}

/// The changes that a case makes to an honest response.
async fn changes(case: Failure) -> String {
    // Otherwise the port would appear in the metadata and change their length.
    let named =
        |settings: &mut Settings| settings.issuer_url = Some("https://issuer.example".into());
    let provider = builder().settings(named).start().await;
    let endpoint = case.value("endpoint");
    let honest = ask(provider.address(), &endpoint, PATIENCE).await;
    let failure = provider.fail(case.clone());
    let never = case.mode().name == "network-hang";
    let heard = ask(provider.address(), &endpoint, if never { SILENCE } else { PATIENCE }).await;
    assert_eq!(failure.fired(), 1, "{case}");
    section(&case.to_string(), &heard.compared(&honest))
}

#[tokio::test]
async fn each_case_delivers_what_its_snapshot_shows() {
    let modes = Class::Network.modes().iter().filter(|mode| mode.name != "network-tls-invalid");
    let all = modes.map(|mode| async move {
        (mode, join_all(mode.cases().into_iter().map(changes)).await.concat())
    });
    // Concurrently, because the cases mostly wait for more bytes.
    for (mode, changes) in join_all(all).await {
        assert_snapshot(mode, &changes);
    }
}

#[tokio::test]
async fn a_slow_response_takes_the_given_time_and_changes_no_byte() {
    let provider = start().await;
    let honest = ask(provider.address(), "jwks", PATIENCE).await;
    let _slow = provider.fail("network-slow:endpoint=jwks,latency=200ms");
    let begun = std::time::Instant::now();
    let slow = ask(provider.address(), "jwks", PATIENCE).await;
    // After each response, the test waits to see that nothing follows.
    assert!(begun.elapsed() >= Duration::from_millis(200) + SILENCE);
    assert_eq!(slow.compared(&honest), Vec::<String>::new());
}

#[tokio::test]
async fn a_hanging_response_does_not_block_other_callers() {
    let provider = start().await;
    let _hangs = provider.fail("network-hang:endpoint=jwks");
    let mut waiting = JoinSet::new();
    (0..20).for_each(|_| drop(waiting.spawn(ask(provider.address(), "jwks", SILENCE))));
    let mut other = Browser::new();
    let address = url(&provider, "/.well-known/openid-configuration");
    let (waited, answer) = tokio::join!(waiting.join_all(), other.get(&address));
    answer.expect(200);
    assert!(waited.iter().all(|heard| heard.bytes.is_empty() && heard.end == "open"));
}

#[tokio::test]
async fn a_stale_idle_connection_is_closed_when_it_is_reused() {
    let provider = start().await;
    let _stale = provider.fail("network-reset:mode=keepalive-stale,endpoint=jwks");
    let mut stream = TcpStream::connect(provider.address()).await.expect("the provider listens");
    let request = format!("GET /jwks HTTP/1.1\r\nHost: {}\r\n\r\n", provider.address());
    let mut buffer = vec![0; 64 * 1024];
    stream.write_all(request.as_bytes()).await.expect("the first request is accepted");
    let first = stream.read(&mut buffer).await.expect("the first request is answered");
    assert!(buffer[..first].starts_with(b"HTTP/1.1 200 OK\r\n"));
    stream.write_all(request.as_bytes()).await.expect("the second request is accepted");
    // Closed or reset, depending on the system, but not answered.
    assert_eq!(stream.read(&mut buffer).await.unwrap_or_default(), 0);
}

#[tokio::test]
async fn connections_are_refused_at_the_address_in_the_metadata() {
    let provider = start().await;
    let failure = Failure::parse("network-reset:mode=refused,endpoint=jwks").unwrap();
    let _refused = provider.fail(failure);
    let metadata = Browser::new().get(&url(&provider, "/.well-known/openid-configuration")).await;
    let metadata = metadata.expect(200).json();
    let address = metadata["jwks_uri"].as_str().expect("there is an address");
    let address = url::Url::parse(address).expect("it is a URL");
    let address = ("localhost", address.port().expect("it names a port"));
    let error = TcpStream::connect(address).await.expect_err("nothing listens");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_careful_client_notices_each_tls_fault() {
    let provider = start().await;
    for fault in ["self-signed", "expired", "wrong-host", "unknown-ca"] {
        let issuer = provider.failing(format!("network-tls-invalid:fault={fault}").as_str());
        let path = issuer
            .issuer()
            .strip_prefix(provider.issuer())
            .expect("the failing issuer is below the default one");
        let metadata = format!("{path}/.well-known/openid-configuration");
        let metadata = Browser::new().get(&url(&provider, &metadata)).await.expect(200).json();
        let authority = provider.ca_certificate();
        let authority = reqwest::Certificate::from_pem(authority.as_bytes()).expect("PEM");
        let careful = reqwest::Client::builder().no_proxy().tls_certs_only([authority]);
        let careful = careful.build().expect("the settings of the client are valid");
        let address = metadata["jwks_uri"].as_str().expect("there is an address");
        assert!(address.starts_with("https://localhost:"), "{fault}: {address}");
        let error = careful.get(address).send().await.expect_err(fault);
        assert!(error.is_connect(), "{fault}: {error:?}");
    }
    // The last alert may not have arrived yet.
    let all = async {
        while provider.handshakes().len() < 4 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, all).await.expect("every handshake is recorded");
    let received: Vec<_> = provider
        .handshakes()
        .into_iter()
        .map(|handshake| format!("{}: {}", handshake.fault, handshake.reaction))
        .collect();
    insta::assert_snapshot!(received.join("\n"), @r"
    self-signed: alert UnknownCA
    expired: alert CertificateExpired
    wrong-host: alert BadCertificate
    unknown-ca: alert UnknownCA
    ");
}
