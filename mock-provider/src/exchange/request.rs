//! What came: a request to an issuer, its parameters read.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{self, HeaderMap, Method};
use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use crate::base::endpoint::Endpoint;
use crate::issuer::grant::GrantUse;
use crate::protocol::parameters::Parameters;

/// No form of OpenID Connect comes near this many bytes, and no query has more.
const MAX_BODY: usize = 64 * 1024;

/// The sign-in form carries a whole authorization request, encoded once more than it came: each
/// byte may have become `%25XX`.
const MAX_SIGN_IN_BODY: usize = 6 * MAX_BODY;

/// Whoever sends more than this does not want to read an answer.
const MAX_UNREAD: usize = 64 * 1024 * 1024;

/// A request to an endpoint of an issuer.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// When it came, by the issuer's clock.
    pub(crate) at: Timestamp,
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    /// The whole path, without the query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// The parameters in the query, or why they could not be read.
    pub(crate) query: Result<Parameters, String>,
    /// The parameters in the body, or why they could not be read.
    pub(crate) form: Result<Parameters, String>,
    /// The JSON object in the body, where the endpoint takes one, or why it could not be read.
    pub(crate) document: Result<Map<String, Value>, String>,
    /// What a token request makes of the code or refresh token that it brings.
    pub(crate) grant_use: GrantUse,
}

impl Request {
    /// Reads a request to its end.
    pub(crate) async fn read(
        at: Timestamp,
        endpoint: Endpoint,
        request: &mut http::Request<Body>,
    ) -> Self {
        let body = match *request.method() {
            Method::POST => read_body(request.body_mut(), limit(endpoint)).await,
            _ => Ok(Vec::new()),
        };
        let (mut form, mut document) = (Ok(Parameters::default()), Ok(Map::new()));
        match endpoint {
            Endpoint::Registration => {
                document = body.and_then(|body| parse_document(&body, request.headers()));
            }
            _ => form = body.and_then(|body| parse_form(&body, request.headers())),
        }
        let query = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes())
            .map_err(|not_text| not_text.to_string());
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let headers = mem::take(request.headers_mut());
        let grant_use = GrantUse::default();
        Self { at, endpoint, method, path, headers, query, form, document, grant_use }
    }

    /// The parameters in the place where the method has them.
    pub(crate) fn parameters(&self) -> &Result<Parameters, String> {
        if self.method == Method::POST { &self.form } else { &self.query }
    }

    /// True for a request to the token endpoint with a refresh token.
    pub(crate) fn refreshes(&self) -> bool {
        let grant = self.form.as_ref().ok().and_then(|form| form.last("grant_type"));
        self.endpoint == Endpoint::Token && grant == Some("refresh_token")
    }

    /// True when a page of another origin made the browser send this form. Another port is another
    /// origin on the same site: there are the applications under test.
    ///
    /// Browsers say so ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header))
    /// to loopback hosts and by HTTPS. To others they name the page's origin alone
    /// ([Fetch, the header `Origin`](https://fetch.spec.whatwg.org/#origin-header)).
    pub(crate) fn is_cross_origin(&self, issuer: &str) -> bool {
        if let Some(site) = self.headers.get("sec-fetch-site") {
            return site == "cross-site" || site == "same-site";
        }
        let Some(origin) = self.headers.get(ORIGIN) else { return false };
        let host = self.headers.get(HOST).map(|host| host.as_bytes());
        let is_host = |scheme: &[u8]| origin.as_bytes().strip_prefix(scheme) == host;
        let own = Url::parse(issuer).map(|issuer| issuer.origin().ascii_serialization());
        !is_host(b"http://") && !is_host(b"https://") && own.is_ok_and(|own| *origin != own)
    }

    /// True when a script in a browser sent this, or asks whether it may.
    pub(crate) fn is_by_script(&self) -> bool {
        self.method == Method::OPTIONS || self.headers.contains_key(ORIGIN)
    }
}

fn limit(endpoint: Endpoint) -> usize {
    match endpoint {
        Endpoint::SignIn => MAX_SIGN_IN_BODY,
        _ => MAX_BODY,
    }
}

fn parse_form(body: &[u8], headers: &HeaderMap) -> Result<Parameters, String> {
    if body.is_empty() {
        return Ok(Parameters::default());
    }
    expect_media_type(headers, "application/x-www-form-urlencoded")?;
    Parameters::parse(body).map_err(|not_text| not_text.to_string())
}

fn parse_document(body: &[u8], headers: &HeaderMap) -> Result<Map<String, Value>, String> {
    expect_media_type(headers, "application/json")?;
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("the body must be a JSON object".to_owned()),
        Err(error) => Err(format!("the body is no JSON: {error}")),
    }
}

fn expect_media_type(headers: &HeaderMap, expected: &str) -> Result<(), String> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let media_type = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    match media_type {
        Some(found) if found.eq_ignore_ascii_case(expected) => Ok(()),
        Some(found) => Err(format!("Content-Type must be {expected}, but is `{found}`")),
        None => Err(format!("Content-Type must be {expected}, but is missing")),
    }
}

/// Reads a body to its end, even when it is too long: to answer while the caller still sends would
/// reset the connection, and the caller might never read why.
async fn read_body(body: &mut Body, limit: usize) -> Result<Vec<u8>, String> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
        let frame = frame.map_err(|error| format!("the body was not received: {error}"))?;
        let Ok(part) = frame.into_data() else { continue };
        length += part.len();
        if length <= limit {
            bytes.extend_from_slice(&part);
        }
        if length > MAX_UNREAD {
            break;
        }
    }
    match length <= limit {
        true => Ok(bytes),
        false => Err(format!("the body has more than {limit} bytes")),
    }
}
