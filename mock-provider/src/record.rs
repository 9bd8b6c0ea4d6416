//! The one entrance: reads a request's parameters, and records the exchange when it is answered.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
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

/// No form of OpenID Connect comes near this many bytes, and no query has more.
const MAX_BODY: usize = 64 * 1024;

/// The sign-in form carries a whole authorization request, encoded once more than it came: each
/// byte may have become `%25XX`.
const MAX_SIGN_IN_BODY: usize = 6 * MAX_BODY;

/// Whoever sends more than this does not want to read an answer.
const MAX_UNREAD: usize = 64 * 1024 * 1024;

/// The parameters in the query, or why they could not be read.
#[derive(Clone, Debug)]
pub(crate) struct Query(pub(crate) Result<Parameters, String>);

/// The parameters in the body, or why they could not be read.
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
    let query = Parameters::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .map_err(|not_text| not_text.to_string());
    let form = match parts.method {
        Method::POST => read_form(&parts.headers, body, limit(endpoint)).await,
        _ => Ok(Parameters::default()),
    };
    let readable = [&query, &form].into_iter().flatten();
    let parameters = readable.flat_map(Parameters::pairs).map(redacted).collect();
    parts.extensions.insert(Query(query));
    parts.extensions.insert(Form(form));

    let response = next.run(Request::from_parts(parts, Body::empty())).await;

    let status = response.status();
    let note = response.extensions().get::<Note>().cloned().unwrap_or_else(|| {
        Note::new(match method.as_str() {
            "OPTIONS" => "a browser asked whether a script may call".to_owned(),
            _ => status.canonical_reason().unwrap_or("answered").to_ascii_lowercase(),
        })
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

fn limit(endpoint: Endpoint) -> usize {
    match endpoint {
        Endpoint::SignIn => MAX_SIGN_IN_BODY,
        _ => MAX_BODY,
    }
}

async fn read_form(headers: &HeaderMap, body: Body, limit: usize) -> Result<Parameters, String> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let media_type = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    let body = read_body(body, limit).await?;
    match media_type {
        _ if body.is_empty() => Ok(Parameters::default()),
        Some(form) if form.eq_ignore_ascii_case("application/x-www-form-urlencoded") => {
            Parameters::parse(&body).map_err(|not_text| not_text.to_string())
        }
        other => Err(format!(
            "Content-Type must be application/x-www-form-urlencoded, but {}",
            other.map_or("is missing".to_owned(), |other| format!("is `{other}`"))
        )),
    }
}

/// Reads a body to its end, even when it is too long: to answer while the caller still sends would
/// reset the connection, and the caller might never read why.
async fn read_body(mut body: Body, limit: usize) -> Result<Vec<u8>, String> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
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
        let query = parts.extensions.remove();
        query.ok_or_else(|| unreadable("the request has no query").into_response())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let form = parts.extensions.remove();
        form.ok_or_else(|| unreadable("the request has no form").into_response())
    }
}
