//! The one entrance: reads a request's parameters, and records the exchange when it is answered.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::{debug, info};

use crate::issuer::Issuer;
use crate::journal::{Endpoint, Exchange, redacted};
use crate::protocol::parameters::Parameters;
use crate::reply::{Note, Reply};

/// No form of OpenID Connect comes near this many bytes.
const MAX_BODY: usize = 64 * 1024;

/// The parameters in the query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(pub(crate) Parameters);

/// The parameters in the body, or why it could not be read.
#[derive(Clone, Debug)]
pub(crate) struct Form(pub(crate) Result<Parameters, String>);

/// Surrounds every route.
pub(crate) async fn exchange(
    State((issuer, endpoint)): State<(Issuer, Endpoint)>,
    request: Request,
    next: Next,
) -> Response {
    let at = issuer.clock.now();
    let (mut parts, body) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let query = Parameters::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let form = match parts.method {
        Method::POST => read_form(&parts.headers, body).await,
        _ => Ok(Parameters::default()),
    };
    let in_form = form.as_ref().map_or(&[][..], Parameters::pairs);
    let parameters = query.pairs().iter().chain(in_form).map(redacted).collect();
    parts.extensions.insert(Query(query));
    parts.extensions.insert(Form(form));

    let response = next.run(Request::from_parts(parts, Body::empty())).await;

    let status = response.status();
    let note = response.extensions().get::<Note>().cloned().unwrap_or_else(|| {
        Note::new(status.canonical_reason().unwrap_or("answered").to_ascii_lowercase())
    });
    let exchange = Exchange {
        number: 0,
        at,
        endpoint,
        method,
        path,
        parameters,
        client: note.client,
        user: note.user,
        flow: note.flow,
        status: status.as_u16(),
        refusal: note.refusal,
        summary: note.summary,
    };
    log(&exchange);
    issuer.journal.record(exchange);
    response
}

async fn read_form(headers: &HeaderMap, body: Body) -> Result<Parameters, String> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let media_type = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    let body = to_bytes(body, MAX_BODY)
        .await
        .map_err(|_| format!("the body was not received, or has more than {MAX_BODY} bytes"))?;
    match media_type {
        _ if body.is_empty() => Ok(Parameters::default()),
        Some(form) if form.eq_ignore_ascii_case("application/x-www-form-urlencoded") => {
            Ok(Parameters::parse(&body))
        }
        other => Err(format!(
            "Content-Type must be application/x-www-form-urlencoded, but {}",
            other.map_or("is missing".to_owned(), |other| format!("is `{other}`"))
        )),
    }
}

/// Tells the story of a login in one line an exchange.
fn log(exchange: &Exchange) {
    let flow = exchange.flow.as_deref().unwrap_or("-");
    let Exchange { endpoint, summary, .. } = exchange;
    match endpoint {
        Endpoint::Health | Endpoint::Home | Endpoint::Unknown => {
            debug!("{flow:8}  {endpoint:13}  {} {} {summary}", exchange.method, exchange.path);
        }
        _ => info!("{flow:8}  {endpoint:13}  {summary}"),
    }
}

/// The refusal of a form that could not be read.
pub(crate) fn unreadable(reason: &str) -> Reply {
    Reply::text(format!("{reason}\n"))
        .status(StatusCode::BAD_REQUEST)
        .note(Note::refused("invalid_request", reason))
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        Ok(parts.extensions.remove().unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let form = parts.extensions.remove();
        form.ok_or_else(|| unreadable("the request has no form").into_response())
    }
}
