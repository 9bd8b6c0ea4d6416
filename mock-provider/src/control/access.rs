//! Access to the control API: never for other web pages, and from other machines only with the
//! token.
//!
//! The API changes what the provider does, and is served next to pages that a browser opens. A page
//! of another origin must not reach it: not with a form (state changes need JSON, which forms
//! cannot send), not with a script (foreign origins are refused, and no preflight succeeds), and
//! not through a name that was rebound to this machine (DNS rebinding: the `Host` must be a known
//! one).

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use url::Url;

use super::error::ControlError;
use crate::base::secret::Secret;
use crate::issuer::issuer::Issuer;

/// The names of the provider, and what its callers must send.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The hosts and ports under which the provider can be reached.
    hosts: BTreeSet<String>,
    /// The origins of its own pages.
    origins: BTreeSet<String>,
    /// The bearer token that callers must send, if one is configured.
    token: Option<Secret>,
    /// The listen address, if other machines can reach it and there is no token.
    open_at: Option<SocketAddr>,
}

impl Access {
    /// The rules for a provider that listens on `address`.
    pub(crate) fn new(issuer: &Issuer, address: SocketAddr) -> Self {
        let port = address.port();
        let local = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}"));
        // Clients cannot call the unspecified address.
        let bound = (!address.ip().is_unspecified()).then(|| address.to_string());
        let listening = local.into_iter().chain(bound);
        let listening =
            listening.flat_map(|host| [format!("http://{host}"), format!("https://{host}")]);
        let configured = [issuer.url.clone(), issuer.back_url.clone()];
        let urls: Vec<_> = configured
            .into_iter()
            .chain(listening)
            .filter_map(|url| Url::parse(&url).ok())
            .collect();
        let hosts = urls.iter().flat_map(authorities).collect();
        let origins = urls.iter().map(|url| url.origin().ascii_serialization()).collect();
        let token = issuer.settings.control_token.clone();
        let open = token.is_none() && !address.ip().is_loopback();
        Self { hosts, origins, token, open_at: open.then_some(address) }
    }

    /// Checks whether a request may use the API.
    ///
    /// # Errors
    ///
    /// When it may not.
    pub(crate) fn check(&self, request: &Parts) -> Result<(), ControlError> {
        self.check_reach()?;
        self.check_host(request)?;
        self.check_origin(request)?;
        self.check_token(&request.headers)?;
        check_content_type(request)
    }

    fn check_reach(&self) -> Result<(), ControlError> {
        match self.open_at {
            None => Ok(()),
            Some(address) => Err(ControlError::new(
                StatusCode::FORBIDDEN,
                format!(
                    "the control API is off, because other machines can reach {address}: set \
                     control_token, and send it as a bearer token"
                ),
            )),
        }
    }

    fn check_host(&self, request: &Parts) -> Result<(), ControlError> {
        let named = request.uri.authority().map(|authority| authority.as_str());
        let host = match named {
            Some(host) => host.to_owned(),
            None => header(&request.headers, &HOST).unwrap_or_default().to_owned(),
        };
        if self.hosts.contains(&host.to_ascii_lowercase()) {
            return Ok(());
        }
        Err(ControlError::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!(
                "the header Host must be one of {}, got `{host}`: use one of these names, or \
                 configure another with issuer_url or backchannel_url",
                self.hosts.iter().cloned().collect::<Vec<_>>().join(", ")
            ),
        ))
    }

    /// Browsers name the origin of the page that sends a request, in one of two headers.
    fn check_origin(&self, request: &Parts) -> Result<(), ControlError> {
        let refuse = |name: &str, value: &str| {
            let reason = format!(
                "the header {name} must not name another origin, got `{value}`: pages of other \
                 origins must not use the control API"
            );
            Err(ControlError::new(StatusCode::FORBIDDEN, reason))
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
            // A user who follows a link sees the answer; the page with the link does not.
            Some(site @ ("cross-site" | "same-site")) if !follows_a_link => {
                refuse("Sec-Fetch-Site", site)
            }
            _ => Ok(()),
        }
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), ControlError> {
        let Some(token) = &self.token else { return Ok(()) };
        let sent = header(headers, &AUTHORIZATION).and_then(|value| value.split_once(' '));
        let sent = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match sent {
            Some((_, sent)) if token.matches(sent.trim()) => Ok(()),
            _ => Err(ControlError::new(
                StatusCode::UNAUTHORIZED,
                "the header Authorization must be `Bearer` with the value of the setting control_token",
            )),
        }
    }
}

/// Forms can send three media types, and JSON is not one of them
/// ([Fetch, "CORS-safelisted request-header"](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)).
/// Forms cannot send `DELETE`, which has no body.
fn check_content_type(request: &Parts) -> Result<(), ControlError> {
    if !changes_state(&request.method) || request.method == Method::DELETE {
        return Ok(());
    }
    let content_type = header(&request.headers, &CONTENT_TYPE).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(ControlError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("the header Content-Type must be application/json, got `{content_type}`"),
    ))
}

fn changes_state(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The values of the header `Host` for a URL: the default port of its scheme may be omitted.
fn authorities(url: &Url) -> Vec<String> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Vec::new();
    };
    let implied = url.port().is_none().then(|| host.to_owned());
    implied.into_iter().chain([format!("{host}:{port}")]).collect()
}
