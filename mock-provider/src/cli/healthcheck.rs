//! `mock-provider healthcheck`: asks a running provider whether it is well, for containers that
//! have no curl.
//!
//! The request is written by hand: a client library for one `GET` would be most of the program.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use url::Url;

use super::output::{complain, print};
use super::serve::DEFAULT_ADDRESS;
use crate::net::tls::unverified;

/// How long the provider may take to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// A status line longer than this is none.
const LONGEST_STATUS_LINE: u64 = 1024;

/// Asks the provider at `url`. Fails when it does not answer, or answers anything but 200.
pub(crate) fn healthcheck(url: Option<&str>) -> ExitCode {
    let variable = |name: &str| std::env::var(name).ok();
    let default = || {
        let https = variable("MOCK_PROVIDER_HTTPS").as_deref() == Some("true");
        let [listen, issuer_url] =
            ["MOCK_PROVIDER_LISTEN", "MOCK_PROVIDER_ISSUER_URL"].map(variable);
        default_url(https, listen, issuer_url)
    };
    let url = url.map_or_else(default, str::to_owned);
    match ask(&url, LIMIT) {
        Ok(()) => {
            print(format_args!("{url} is well"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(format_args!("error: {url} is not well: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// The provider on this machine that listens where the variable says, or where it does by default,
/// below the path of its issuer.
fn default_url(https: bool, listen: Option<String>, issuer_url: Option<String>) -> String {
    let mut address =
        listen.and_then(|address| address.parse::<SocketAddr>().ok()).unwrap_or(DEFAULT_ADDRESS);
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    let issuer_url = issuer_url.and_then(|url| Url::parse(&url).ok());
    let path = issuer_url.as_ref().map_or("", Url::path);
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{address}{}", path.trim_end_matches('/'))
}

fn ask(url: &str, limit: Duration) -> Result<(), String> {
    let is_known = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    let url = Url::parse(url).ok().filter(is_known);
    let url = url.ok_or("it is no URL such as http://127.0.0.1:9400")?;
    let deadline = Instant::now() + limit;
    let addresses = url.socket_addrs(|| None).map_err(|error| error.to_string())?;
    let mut outcome = Err("the name has no address".to_owned());
    for address in addresses {
        outcome = ask_at(address, &url, deadline).map_err(|error| describe(&error, limit));
        if outcome.is_ok() {
            break;
        }
    }
    match &*outcome? {
        "200" => Ok(()),
        status => Err(format!("it answers with status {status}")),
    }
}

/// What a request is sent on, and its answer received.
trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// The status with which the provider at `address` answers.
fn ask_at(address: SocketAddr, url: &Url, deadline: Instant) -> io::Result<String> {
    let left = || {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { io::Result::Ok(left) }
    };
    let connection = TcpStream::connect_timeout(&address, left()?)?;
    // For the handshake, too, which is over with the first bytes.
    connection.set_write_timeout(Some(left()?))?;
    connection.set_read_timeout(Some(left()?))?;
    let limits = connection.try_clone()?;
    let mut stream: Box<dyn Stream> = match url.scheme() {
        "https" => {
            let host = url.host_str().unwrap_or_default();
            Box::new(unverified::connect(host, connection)?)
        }
        _ => Box::new(connection),
    };
    let path = url.path().trim_end_matches('/');
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request =
        format!("GET {path}/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = BufReader::with_capacity(1, &mut stream).take(LONGEST_STATUS_LINE);
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        limits.set_read_timeout(Some(left()?))?;
        let part = answer.fill_buf()?;
        if part.is_empty() {
            break;
        }
        line.extend_from_slice(part);
        let length = part.len();
        answer.consume(length);
    }
    let line = String::from_utf8_lossy(&line);
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split_whitespace().nth(1));
    let status = status.filter(|status| status.len() == 3);
    status.map(str::to_owned).ok_or_else(|| io::Error::other("what answers there speaks no HTTP"))
}

fn describe(error: &io::Error, limit: Duration) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            format!("no answer within {limit:?}")
        }
        io::ErrorKind::ConnectionRefused => "nobody listens there".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_port_is_that_of_the_provider_beside() {
        let url = |listen: &str| default_url(false, Some(listen.to_owned()), None);
        assert_eq!(default_url(false, None, None), "http://127.0.0.1:9400");
        assert_eq!(url("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(url("[::]:9401"), "http://[::1]:9401");
        assert_eq!(url(""), "http://127.0.0.1:9400");
        assert_eq!(default_url(true, None, None), "https://127.0.0.1:9400");
    }

    #[test]
    fn a_provider_is_asked_below_the_path_of_its_issuer() {
        let url = |issuer: &str| default_url(false, None, Some(issuer.to_owned()));
        assert_eq!(url("https://idp.example/tenants/one/"), "http://127.0.0.1:9400/tenants/one");
        assert_eq!(url("http://idp.example"), "http://127.0.0.1:9400");
    }

    #[test]
    fn a_provider_with_https_is_asked_whoever_signed_for_it() {
        let provider = crate::MockProvider::builder().https().issuer_host("localhost");
        let provider = provider.start_blocking();
        let port = provider.address().port();
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            assert_eq!(ask(&format!("https://{host}:{port}"), LIMIT), Ok(()));
        }
        ask(&format!("http://localhost:{port}"), LIMIT).expect_err("it speaks no plain HTTP");
    }

    #[test]
    fn one_who_accepts_and_says_nothing_is_not_waited_for() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let error = ask(&url, Duration::from_millis(50)).unwrap_err();
        assert_eq!(error, "no answer within 50ms");
    }

    #[test]
    fn what_is_no_provider_is_not_well() {
        for (answer, fault) in [
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", "it answers with status 503"),
            ("SSH-2.0-OpenSSH_9.2\r\n", "what answers there speaks no HTTP"),
            ("", "what answers there speaks no HTTP"),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                while request.read_line(&mut line).unwrap() > 2 {
                    line.clear();
                }
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(ask(&url, LIMIT).unwrap_err(), fault);
            server.join().unwrap();
        }
    }

    #[test]
    fn an_address_that_cannot_be_asked_is_told_what_one_looks_like() {
        for url in ["127.0.0.1:9400", "ftp://127.0.0.1:9400", "nonsense"] {
            assert!(ask(url, LIMIT).unwrap_err().contains("http://127.0.0.1:9400"), "{url}");
        }
    }
}
