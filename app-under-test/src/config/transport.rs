//! The HTTP client for all calls to other services.

use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy, redirect};

use super::variables::{self, Variable, Variables};

/// Builds the client; `None` when a variable is invalid.
pub(super) fn read(variables: &mut Variables) -> Option<reqwest::Client> {
    let authorities = variables.optional(&variables::SSL_CERT_FILE, certificates);
    let http_proxy = read_proxy(variables, &variables::HTTP_PROXY, |url| Proxy::http(url));
    let https_proxy = read_proxy(variables, &variables::HTTPS_PROXY, |url| Proxy::https(url));
    let exceptions =
        variables.text(&variables::NO_PROXY).and_then(|hosts| NoProxy::from_string(&hosts));
    let proxies: Vec<Proxy> = [http_proxy?, https_proxy?]
        .into_iter()
        .flatten()
        .map(|proxy| proxy.no_proxy(exceptions.clone()))
        .collect();
    let client = match authorities? {
        Some(authorities) => builder(&proxies).tls_certs_only(authorities).build(),
        None => builder(&proxies).build().or_else(|error| {
            // A container may lack certificates, which a provider on plain http does not need.
            tracing::warn!(%error, "cannot load the system's certificates: https connections will fail");
            builder(&proxies).tls_certs_only([]).build()
        }),
    };
    match client {
        Ok(client) => Some(client),
        Err(error) => {
            let reason = format!("must contain certificates that TLS can use: {error}");
            variables.refuse(&variables::SSL_CERT_FILE, reason);
            None
        }
    }
}

/// The common settings.
///
/// The client does not follow redirects: no endpoint of a provider has a reason to redirect, and
/// following could send a code and a secret to another host.
fn builder(proxies: &[Proxy]) -> ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("app-under-test/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(Duration::from_secs(5))
        // A login makes two or three calls, and a code can be sent only once. A new connection
        // costs less than a reused one that the provider is just closing.
        .pool_max_idle_per_host(0)
        // The proxy variables have been read above, with checks.
        .no_proxy();
    proxies.iter().cloned().fold(builder, ClientBuilder::proxy)
}

fn certificates(path: &str) -> Result<Vec<Certificate>, String> {
    let pem = std::fs::read(path)
        .map_err(|error| format!("must be the path of a readable file: {error}"))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err("must be the path of a PEM file that contains a certificate".to_owned()),
        Err(error) => Err(format!("must be the path of a PEM file: {error}")),
    }
}

fn read_proxy(
    variables: &mut Variables,
    variable: &Variable,
    proxy: fn(&str) -> reqwest::Result<Proxy>,
) -> Option<Option<Proxy>> {
    match variables.text(variable).as_deref() {
        // By convention, an empty value means the same as an unset variable.
        None | Some("") => Some(None),
        Some(_) => variables.optional(variable, |url| {
            proxy(url).map_err(|_| "must be a URL such as http://proxy.example.com:3128".to_owned())
        }),
    }
}
