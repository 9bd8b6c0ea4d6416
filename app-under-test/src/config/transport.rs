//! The HTTP client that every call to the provider uses.

use std::time::Duration;

use reqwest::{Certificate, NoProxy, Proxy, redirect};

use super::variables::{self, Variable, Variables};

/// Builds the client; `None` when a variable is faulty.
///
/// It never follows a redirect: none of the provider's endpoints has a reason to answer with
/// one, and following it would carry a code and a secret to another host.
pub(super) fn read(variables: &mut Variables) -> Option<reqwest::Client> {
    let authorities = variables.optional(&variables::SSL_CERT_FILE, certificates);
    let http_proxy = read_proxy(variables, &variables::HTTP_PROXY, |url| Proxy::http(url));
    let https_proxy = read_proxy(variables, &variables::HTTPS_PROXY, |url| Proxy::https(url));
    let no_proxy =
        variables.text(&variables::NO_PROXY).and_then(|hosts| NoProxy::from_string(&hosts));

    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("app-under-test/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(Duration::from_secs(5))
        // A login makes two or three calls, and a code can be sent only once: a fresh
        // connection costs less than a kept one that the provider is just closing.
        .pool_max_idle_per_host(0)
        // The proxies below come from the same variables, through the same checks.
        .no_proxy();
    for proxy in [http_proxy?, https_proxy?].into_iter().flatten() {
        builder = builder.proxy(proxy.no_proxy(no_proxy.clone()));
    }
    if let Some(authorities) = authorities? {
        builder = builder.tls_certs_only(authorities);
    }
    match builder.build() {
        Ok(client) => Some(client),
        Err(error) => {
            variables.refuse(
                &variables::SSL_CERT_FILE,
                format!("no TLS client can be made of these certificates: {error}"),
            );
            None
        }
    }
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
            proxy(url).map_err(|error| format!("not a proxy's URL: {error}"))
        }),
    }
}
