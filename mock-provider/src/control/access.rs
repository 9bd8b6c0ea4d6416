//! Who may use the control API: nobody whom a web page sends, and off this machine only who has
//! the token.
//!
//! The API changes what the provider does, and stands beside pages that a browser opens. A page of
//! another origin must not reach it: not by a form (state changes need JSON, which no form sends),
//! not by a script (foreign origins are refused, and no preflight succeeds), and not by a name that
//! was bound to this machine behind the browser's back (DNS rebinding: the `Host` must be known).

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use url::Url;

use super::refused::Refused;
use crate::base::secret::Secret;
use crate::issuer::issuer::Issuer;

/// What the provider knows of itself and its callers.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The names and ports by which the provider is called.
    hosts: BTreeSet<String>,
    /// The origins of its own pages.
    origins: BTreeSet<String>,
    /// What callers must show; `None` where none must.
    token: Option<Secret>,
    /// Where it listens, when others than this machine reach that and there is no token.
    open_at: Option<SocketAddr>,
}

impl Access {
    /// For a provider that listens on `address`.
    pub(crate) fn new(issuer: &Issuer, address: SocketAddr) -> Self {
        let port = address.port();
        let local = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}"));
        // "All addresses" is none to call.
        let bound = (!address.ip().is_unspecified()).then(|| address.to_string());
        let listening = local.into_iter().chain(bound);
        let listening =
            listening.flat_map(|host| [format!("http://{host}"), format!("https://{host}")]);
        let told = [issuer.url.clone(), issuer.back_url.clone()];
        let urls: Vec<_> =
            told.into_iter().chain(listening).filter_map(|url| Url::parse(&url).ok()).collect();
        let hosts = urls.iter().flat_map(authorities).collect();
        let origins = urls.iter().map(|url| url.origin().ascii_serialization()).collect();
        let token = issuer.settings.control_token.clone();
        let open = token.is_none() && !address.ip().is_loopback();
        Self { hosts, origins, token, open_at: open.then_some(address) }
    }

    /// Lets a request pass.
    ///
    /// # Errors
    ///
    /// Why it must not.
    pub(crate) fn check(&self, request: &Parts) -> Result<(), Refused> {
        self.check_reach()?;
        self.check_host(request)?;
        self.check_origin(request)?;
        self.check_token(&request.headers)?;
        check_content_type(request)
    }

    fn check_reach(&self) -> Result<(), Refused> {
        match self.open_at {
            None => Ok(()),
            Some(address) => Err(Refused::new(
                StatusCode::FORBIDDEN,
                format!(
                    "the control API is off, for the provider listens on {address}, where others \
                     reach it: set control_token, and send it as a bearer token"
                ),
            )),
        }
    }

    fn check_host(&self, request: &Parts) -> Result<(), Refused> {
        let named = request.uri.authority().map(|authority| authority.as_str());
        let host = match named {
            Some(host) => host.to_owned(),
            None => header(&request.headers, &HOST).unwrap_or_default().to_owned(),
        };
        match self.hosts.contains(&host.to_ascii_lowercase()) {
            true => Ok(()),
            false => Err(Refused::new(
                StatusCode::MISDIRECTED_REQUEST,
                format!(
                    "the header Host is `{host}`, and this provider is called {}: call it by one \
                     of these names, or tell it the name by issuer_url or backchannel_url",
                    self.hosts.iter().cloned().collect::<Vec<_>>().join(", ")
                ),
            )),
        }
    }

    /// A browser names the page that makes it send a request, in one of two headers.
    fn check_origin(&self, request: &Parts) -> Result<(), Refused> {
        let refuse = |name: &str, value: &str| {
            let reason = format!(
                "the header {name} is `{value}`: no page of another origin may use the control API"
            );
            Err(Refused::new(StatusCode::FORBIDDEN, reason))
        };
        let origin = request.headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
        if let Some(origin) = origin.filter(|origin| !self.origins.contains(*origin)) {
            return refuse("Origin", origin);
        }
        let site = HeaderName::from_static("sec-fetch-site");
        let mode = HeaderName::from_static("sec-fetch-mode");
        let follows_a_link =
            !changes_state(&request.method) && header(&request.headers, &mode) == Some("navigate");
        match header(&request.headers, &site) {
            // Whoever follows a link sees the answer; the page with the link does not.
            Some(site @ ("cross-site" | "same-site")) if !follows_a_link => {
                refuse("Sec-Fetch-Site", site)
            }
            _ => Ok(()),
        }
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let Some(token) = &self.token else { return Ok(()) };
        let shown = header(headers, &AUTHORIZATION).and_then(|value| value.split_once(' '));
        let shown = shown.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match shown {
            Some((_, shown)) if token.matches(shown.trim()) => Ok(()),
            _ => Err(Refused::new(
                StatusCode::UNAUTHORIZED,
                "the header Authorization must be `Bearer` and the setting control_token",
            )),
        }
    }
}

/// A form can send three media types, and JSON is none of them
/// ([Fetch, "CORS-safelisted request-header"](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)).
/// No form sends `DELETE`, which has nothing to type.
fn check_content_type(request: &Parts) -> Result<(), Refused> {
    if !changes_state(&request.method) || request.method == Method::DELETE {
        return Ok(());
    }
    let content_type = header(&request.headers, &CONTENT_TYPE).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    match media_type.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("the header Content-Type must be application/json, but is `{content_type}`"),
        )),
    }
}

fn changes_state(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Host and port of a URL as the header `Host` may have them: a port that the scheme implies may be
/// left out.
fn authorities(url: &Url) -> Vec<String> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Vec::new();
    };
    let implied = url.port().is_none().then(|| host.to_owned());
    implied.into_iter().chain([format!("{host}:{port}")]).collect()
}
