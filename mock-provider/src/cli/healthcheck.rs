//! `mock-provider healthcheck`: asks a running provider for its health, for containers without curl.

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use tokio::runtime::Builder;
use url::Url;

use super::output::{print, print_error};
use super::serve::DEFAULT_ADDRESS;

/// How long the provider may take to answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Why a provider is considered unhealthy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Unhealthy {
    #[error("the URL must look like http://127.0.0.1:9400")]
    Url,
    #[error("no response within {0:?}")]
    Timeout(Duration),
    #[error("nothing is listening there")]
    ConnectionRefused,
    #[error("did not answer with HTTP")]
    NotHttp,
    #[error("answered with status {}", .0.as_u16())]
    Status(StatusCode),
    #[error("{0}")]
    Other(String),
}

/// Asks the provider at `url`. Fails unless it answers with status 200.
pub(crate) fn healthcheck(url: Option<&str>) -> ExitCode {
    let variable = |name: &str| std::env::var(name).ok();
    let default = || {
        let https = variable("MOCK_PROVIDER_HTTPS").as_deref() == Some("true");
        let [listen, issuer_url] =
            ["MOCK_PROVIDER_LISTEN", "MOCK_PROVIDER_ISSUER_URL"].map(variable);
        default_url(https, listen, issuer_url)
    };
    let url = url.map_or_else(default, str::to_owned);
    match ask(&url, TIMEOUT) {
        Ok(()) => {
            print(format_args!("{url} is healthy"));
            ExitCode::SUCCESS
        }
        Err(reason) => {
            print_error(format_args!("error: {url} is unhealthy: {reason}"));
            ExitCode::FAILURE
        }
    }
}

/// The provider on this machine, at the configured port and below the path of its issuer.
fn default_url(https: bool, listen: Option<String>, issuer_url: Option<String>) -> String {
    let address = listen.and_then(|address| address.parse::<SocketAddr>().ok());
    let address = match address.unwrap_or(DEFAULT_ADDRESS) {
        // `[::]` accepts IPv4 or not, as the system is set up: try both loopback addresses.
        SocketAddr::V6(address) if address.ip().is_unspecified() => {
            format!("localhost:{}", address.port())
        }
        SocketAddr::V4(address) if address.ip().is_unspecified() => {
            format!("127.0.0.1:{}", address.port())
        }
        address => address.to_string(),
    };
    let issuer_url = issuer_url.and_then(|url| Url::parse(&url).ok());
    let path = issuer_url.as_ref().map_or("", Url::path);
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{address}{}", path.trim_end_matches('/'))
}

fn ask(url: &str, timeout: Duration) -> Result<(), Unhealthy> {
    let is_http = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    let mut url = Url::parse(url).ok().filter(is_http).ok_or(Unhealthy::Url)?;
    url.set_path(&format!("{}/health", url.path().trim_end_matches('/')));
    // Containers may have no hosts file, or one without IPv6.
    let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
    let loopback = loopback.map(|address| SocketAddr::new(address, 0));
    let response = async {
        // The check is whether the provider answers; its certificate does not matter.
        let client = Client::builder().tls_danger_accept_invalid_certs(true);
        let client = client.resolve_to_addrs("localhost", &loopback);
        let client = client.redirect(Policy::none()).no_proxy().timeout(timeout).build()?;
        client.get(url).send().await
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Unhealthy::Other(error.to_string()))?;
    match runtime.block_on(response).map_err(|error| describe(&error, timeout))?.status() {
        StatusCode::OK => Ok(()),
        status => Err(Unhealthy::Status(status)),
    }
}

fn describe(error: &reqwest::Error, timeout: Duration) -> Unhealthy {
    let mut root: &(dyn Error + 'static) = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    let kind = root.downcast_ref::<io::Error>().map(io::Error::kind);
    match kind {
        _ if error.is_timeout() => Unhealthy::Timeout(timeout),
        Some(io::ErrorKind::ConnectionRefused) => Unhealthy::ConnectionRefused,
        _ if error.is_connect() => Unhealthy::Other(root.to_string()),
        _ => Unhealthy::NotHttp,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::handle::provider::MockProvider;

    #[test]
    fn the_default_url_has_the_port_of_the_provider_in_this_environment() {
        let url = |listen: &str| default_url(false, Some(listen.to_owned()), None);
        assert_eq!(default_url(false, None, None), "http://127.0.0.1:9400");
        assert_eq!(url("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(url("[::]:9401"), "http://localhost:9401");
        assert_eq!(url("[::1]:9401"), "http://[::1]:9401");
        assert_eq!(url(""), "http://127.0.0.1:9400");
        assert_eq!(default_url(true, None, None), "https://127.0.0.1:9400");
    }

    #[test]
    fn the_default_url_has_the_path_of_the_issuer() {
        let url = |issuer: &str| default_url(false, None, Some(issuer.to_owned()));
        assert_eq!(url("https://idp.example/tenants/one/"), "http://127.0.0.1:9400/tenants/one");
        assert_eq!(url("http://idp.example"), "http://127.0.0.1:9400");
    }

    #[test]
    fn any_certificate_is_accepted() {
        let provider = MockProvider::builder().https().issuer_host("localhost");
        let provider = provider.start_blocking();
        let port = provider.address().port();
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            assert_eq!(ask(&format!("https://{host}:{port}"), TIMEOUT), Ok(()));
        }
        let plain = ask(&format!("http://localhost:{port}"), TIMEOUT);
        plain.expect_err("the provider does not serve plain HTTP");
    }

    #[test]
    fn a_silent_server_times_out_at_either_address_of_localhost() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let silent = TcpListener::bind(address).unwrap();
            let url = format!("http://localhost:{}", silent.local_addr().unwrap().port());
            let timeout = Duration::from_millis(50);
            assert_eq!(ask(&url, timeout), Err(Unhealthy::Timeout(timeout)));
        }
    }

    #[test]
    fn other_servers_are_unhealthy() {
        for (answer, reason) in [
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", "answered with status 503"),
            ("SSH-2.0-OpenSSH_9.2\r\n", "did not answer with HTTP"),
            ("", "did not answer with HTTP"),
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
            assert_eq!(ask(&url, TIMEOUT).unwrap_err().to_string(), reason);
            server.join().unwrap();
        }
    }

    #[test]
    fn an_unusable_url_is_refused_with_an_example() {
        for url in ["127.0.0.1:9400", "ftp://127.0.0.1:9400", "nonsense"] {
            assert_eq!(ask(url, TIMEOUT), Err(Unhealthy::Url), "{url}");
        }
    }
}
