//! The bodies of requests: their limits, and how they are parsed.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::base::endpoint::Endpoint;
use crate::protocol::parameters::{NotText, Parameters};

/// The maximum size of a body, in bytes. The forms of OpenID Connect are far smaller.
const MAX_BODY: usize = 64 * 1024;

/// The sign-in form carries a whole authorization request, encoded a second time: each byte may
/// have become `%25XX`.
const MAX_SIGN_IN_BODY: usize = 6 * MAX_BODY;

/// Bodies over the limit are drained up to this size; beyond it, the connection is closed.
const MAX_DRAINED: usize = 64 * 1024 * 1024;

/// Why the query or the body of a request could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error(transparent)]
    NotText(#[from] NotText),
    #[error("Content-Type must be {expected}, but is {}", shown(.found.as_deref()))]
    MediaType { expected: &'static str, found: Option<String> },
    #[error("the body must be a JSON object")]
    NotAnObject,
    #[error("the body is not valid JSON: {0}")]
    Json(String),
    #[error("the body was not received: {0}")]
    Interrupted(String),
    #[error("the body must have at most {0} bytes")]
    TooLong(usize),
}

fn shown(media_type: Option<&str>) -> String {
    media_type.map_or_else(|| "missing".to_owned(), |found| format!("`{found}`"))
}

/// Parses the parameters of a form.
pub(super) fn parse_form(body: &[u8], headers: &HeaderMap) -> Result<Parameters, Unreadable> {
    if body.is_empty() {
        return Ok(Parameters::default());
    }
    expect_media_type(headers, "application/x-www-form-urlencoded")?;
    Ok(Parameters::parse(body)?)
}

/// Parses the members of a JSON object.
pub(super) fn parse_document(
    body: &[u8],
    headers: &HeaderMap,
) -> Result<Map<String, Value>, Unreadable> {
    expect_media_type(headers, "application/json")?;
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Unreadable::NotAnObject),
        Err(error) => Err(Unreadable::Json(error.to_string())),
    }
}

fn expect_media_type(headers: &HeaderMap, expected: &'static str) -> Result<(), Unreadable> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let media_type = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    match media_type {
        Some(found) if found.eq_ignore_ascii_case(expected) => Ok(()),
        found => Err(Unreadable::MediaType { expected, found: found.map(str::to_owned) }),
    }
}

/// Reads a body to its end, even when it is too long: an answer sent while the client still sends
/// would reset the connection, and the client might never read it.
pub(super) async fn read(body: &mut Body, endpoint: Endpoint) -> Result<Vec<u8>, Unreadable> {
    let max = match endpoint {
        Endpoint::SignIn => MAX_SIGN_IN_BODY,
        _ => MAX_BODY,
    };
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
        let frame = frame.map_err(|error| Unreadable::Interrupted(error.to_string()))?;
        let Ok(part) = frame.into_data() else { continue };
        length += part.len();
        if length <= max {
            bytes.extend_from_slice(&part);
        }
        if length > MAX_DRAINED {
            break;
        }
    }
    if length <= max { Ok(bytes) } else { Err(Unreadable::TooLong(max)) }
}
