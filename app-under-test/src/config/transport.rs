//! The HTTP client that every call to the provider uses.

use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy, redirect};

use super::variables::{self, Variable, Variables};

/// Builds the client; `None` when a variable is faulty.
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
            // A container may have no certificates; a provider by http needs none.
            tracing::warn!(%error, "no certificates on this system: https will be refused");
            builder(&proxies).tls_certs_only([]).build()
        }),
    };
    match client {
        Ok(client) => Some(client),
        Err(error) => {
            let reason = format!("no TLS client can be made of these certificates: {error}");
            variables.refuse(&variables::SSL_CERT_FILE, reason);
            None
        }
    }
}

/// What every client has in common.
///
/// It never follows a redirect: none of the provider's endpoints has a reason to answer with
/// one, and following it would carry a code and a secret to another host.
fn builder(proxies: &[Proxy]) -> ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("app-under-test/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(Duration::from_secs(5))
        // A login makes two or three calls, and a code can be sent only once: a fresh
        // connection costs less than a kept one that the provider is just closing.
        .pool_max_idle_per_host(0)
        // The environment was read already, through the checks above.
        .no_proxy();
    proxies.iter().cloned().fold(builder, ClientBuilder::proxy)
}

fn certificates(path: &str) -> Result<Vec<Certificate>, String> {
    let pem = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err("holds no certificate: write the path of a PEM file".to_owned()),
        Err(error) => Err(format!("is no PEM file: {error}")),
    }
}

fn read_proxy(
    variables: &mut Variables,
    variable: &Variable,
    proxy: fn(&str) -> reqwest::Result<Proxy>,
) -> Option<Option<Proxy>> {
    match variables.text(variable).as_deref() {
        // Unset and empty mean the same to every program that knows these variables.
        None | Some("") => Some(None),
        Some(_) => variables.optional(variable, |url| {
            proxy(url)
                .map_err(|_| "not a URL: write it as http://proxy.example.com:3128".to_owned())
        }),
    }
}
