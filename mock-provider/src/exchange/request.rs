//! A request to an issuer, with its parameters read.

use std::mem;

use axum::body::Body;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{self, HeaderMap, Method};
use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use crate::base::endpoint::Endpoint;
use crate::exchange::body::{self, Unreadable};
use crate::exchange::notice::{Encoding, LogoutNotice, LogoutRequest};
use crate::issuer::client_authentication::Credentials;
use crate::issuer::grant::Consumption;
use crate::issuer::id_token_hint::{HintError, IdTokenHint};
use crate::issuer::issuer::Issuer;
use crate::protocol::parameters::Parameters;
use crate::protocol::token::{ErrorCode, TokenError};

/// A request to an endpoint of an issuer.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// When the request arrived, by the issuer's clock.
    pub(crate) at: Timestamp,
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    /// The whole path, without the query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// The parameters in the query, or why they could not be read.
    pub(crate) query: Result<Parameters, Unreadable>,
    /// The parameters in the body, or why they could not be read.
    pub(crate) form: Result<Parameters, Unreadable>,
    /// The JSON object in the body, where the endpoint takes one, or why it could not be read.
    pub(crate) document: Result<Map<String, Value>, Unreadable>,
    /// The client's credentials, where the endpoint authenticates clients.
    pub(crate) credentials: Result<Credentials, TokenError>,
    /// The authorization request that the sign-in form carries, or why it could not be read.
    pub(crate) carried: Result<Parameters, Unreadable>,
    /// The verified `id_token_hint`, or why it is rejected; `None` if the request has none.
    pub(crate) hint: Option<Result<IdTokenHint, HintError>>,
    /// How a token request consumes the code or refresh token that it presents.
    pub(crate) consumption: Consumption,
}

impl Request {
    /// Reads a request to its end, and parses credentials and hint, each once.
    pub(crate) async fn read(
        issuer: &Issuer,
        endpoint: Endpoint,
        request: &mut http::Request<Body>,
    ) -> Self {
        let body = match *request.method() {
            Method::POST => body::read(request.body_mut(), endpoint).await,
            _ => Ok(Vec::new()),
        };
        let (mut form, mut document) = (Ok(Parameters::default()), Ok(Map::new()));
        match endpoint {
            Endpoint::Registration => {
                document = body.and_then(|body| body::parse_document(&body, request.headers()));
            }
            _ => form = body.and_then(|body| body::parse_form(&body, request.headers())),
        }
        let query = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes())
            .map_err(Unreadable::from);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let headers = mem::take(request.headers_mut());
        let mut request =
            Self { headers, query, form, document, ..Self::new(issuer, endpoint, method, path) };
        if endpoint == Endpoint::Token {
            request.credentials = match &request.form {
                Ok(form) => Credentials::read(&request.headers, form),
                Err(reason) => Err(TokenError::new(ErrorCode::InvalidRequest, reason.to_string())),
            };
        }
        if endpoint == Endpoint::SignIn {
            let form = request.form.as_ref().map_err(Clone::clone);
            request.carried = form.and_then(|form| {
                let carried = form.last("request").unwrap_or_default();
                Parameters::parse(carried.as_bytes()).map_err(Unreadable::from)
            });
        }
        request.hint = request.id_token_hint().map(|hint| issuer.read_hint(&hint));
        request
    }

    /// A request without headers, parameters and body.
    fn new(issuer: &Issuer, endpoint: Endpoint, method: Method, path: String) -> Self {
        Self {
            at: issuer.clock.now(),
            endpoint,
            method,
            path,
            headers: HeaderMap::new(),
            query: Ok(Parameters::default()),
            form: Ok(Parameters::default()),
            document: Ok(Map::new()),
            credentials: Err(TokenError::new(
                ErrorCode::InvalidClient,
                "the endpoint does not authenticate clients",
            )),
            carried: Ok(Parameters::default()),
            hint: None,
            consumption: Consumption::default(),
        }
    }

    /// The request that delivers a logout token, as the journal records it.
    pub(crate) fn of_logout(
        issuer: &Issuer,
        notice: &LogoutNotice,
        request: &LogoutRequest,
    ) -> Self {
        let (endpoint, uri) = (Endpoint::BackChannelLogout, notice.uri.clone());
        let recorded = Self::new(issuer, endpoint, request.method(), uri);
        let parameters = Ok(request.parameters.clone());
        match request.encoding {
            Encoding::Query => Self { query: parameters, ..recorded },
            Encoding::Form | Encoding::Json => Self { form: parameters, ..recorded },
        }
    }

    /// The ID token that the request sends as a hint, at an endpoint that takes one.
    fn id_token_hint(&self) -> Option<String> {
        let parameters = match self.endpoint {
            Endpoint::Authorization | Endpoint::EndSession => self.parameters(),
            Endpoint::SignIn => &self.carried,
            _ => return None,
        };
        parameters.as_ref().ok()?.owned("id_token_hint").ok()?
    }

    /// The parameters of the authorization request, which the sign-in form carries.
    pub(crate) fn authorization_parameters(&self) -> &Result<Parameters, Unreadable> {
        match self.endpoint {
            Endpoint::SignIn => &self.carried,
            _ => self.parameters(),
        }
    }

    /// The client that the request claims to come from; it need not be authenticated.
    pub(crate) fn claimed_client(&self) -> Option<String> {
        let basic = Credentials::in_header(&self.headers).map(|basic| basic.client_id);
        let parameter = || self.parameters().as_ref().ok()?.last("client_id").map(str::to_owned);
        basic.or_else(parameter)
    }

    /// The parameters: in the form of a POST, otherwise in the query.
    pub(crate) fn parameters(&self) -> &Result<Parameters, Unreadable> {
        if self.method == Method::POST { &self.form } else { &self.query }
    }

    /// True for a request to the token endpoint with a refresh token.
    pub(crate) fn refreshes(&self) -> bool {
        let grant = self.form.as_ref().ok().and_then(|form| form.last("grant_type"));
        self.endpoint == Endpoint::Token && grant == Some("refresh_token")
    }

    /// True when a page of another origin made the browser send this form. Another port is another
    /// origin on the same site, such as an application under test.
    ///
    /// Browsers send [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header)
    /// to loopback hosts and over HTTPS. To other hosts they send only the page's origin
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

    /// True for a request of a script in a browser, or for its CORS preflight.
    pub(crate) fn is_by_script(&self) -> bool {
        self.method == Method::OPTIONS || self.headers.contains_key(ORIGIN)
    }
}
