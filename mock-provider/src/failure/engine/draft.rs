//! An honest answer, parsed so that failures can act on its parts.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::act::Object;
use super::front_channel_draft::{AuthorizationDraft, SignedOutDraft};
use super::token::Token;
use crate::base::endpoint::Endpoint;
use crate::exchange::notice::LogoutNotice;
use crate::exchange::reply::{Content, Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;
use crate::net::wire::delivery::Delivery;

/// An answer while failures act on it.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: DraftContent,
    /// The ID token of the document, which has `null` in its place.
    pub(crate) id_token: Option<Token>,
    pub(crate) note: Note,
    /// Logout tokens to deliver.
    pub(crate) notices: Vec<LogoutNotice>,
}

/// The content of an answer, parsed.
#[derive(Clone, Debug)]
pub(crate) enum DraftContent {
    /// A JSON object.
    Document(Object),
    /// A JWT.
    Token(Box<Token>),
    /// A page or text.
    Bytes(Vec<u8>),
    /// Parameters for the client.
    Authorization(AuthorizationDraft),
    /// The answer to a completed logout.
    SignedOut(SignedOutDraft),
}

/// An answer as a whole, as it goes on the wire.
#[derive(Clone, Debug)]
pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How the answer is written to the connection, if not as the server does by default.
    pub(crate) delivery: Option<Delivery>,
}

impl Draft {
    /// Parses an answer.
    pub(crate) fn of(reply: Reply, issuer: &Issuer, request: &Request) -> Self {
        let Reply { status, headers, content, signed, note, notices, .. } = reply;
        let mut id_token = None;
        let content = match content {
            Content::Authorization(response) => DraftContent::Authorization(response.into()),
            Content::SignedOut(signed_out) => DraftContent::SignedOut(signed_out.into()),
            Content::Bytes(bytes) => match serde_json::from_slice::<Object>(&bytes) {
                Ok(mut document) => {
                    if request.endpoint == Endpoint::Token {
                        let token = document.get("id_token").and_then(Value::as_str);
                        id_token = token.and_then(|token| match &signed {
                            Some(signed) => Token::read_encrypted(token, signed, issuer, &note),
                            None => Token::read(token, issuer),
                        });
                        if let Some(token) = &mut id_token {
                            let access = document.get("access_token").and_then(Value::as_str);
                            token.access_token = access.map(str::to_owned);
                        }
                        if let (Some(_), Some(place)) = (&id_token, document.get_mut("id_token")) {
                            // It keeps its place among the members.
                            *place = Value::Null;
                        }
                    }
                    DraftContent::Document(document)
                }
                Err(_) => match signed_userinfo(&bytes, issuer, request) {
                    Some(token) => DraftContent::Token(Box::new(token)),
                    None => DraftContent::Bytes(bytes),
                },
            },
        };
        Self { status, headers, content, id_token, note, notices }
    }

    /// The code in the answer, if there is one.
    pub(crate) fn code(&self) -> Option<&str> {
        match &self.content {
            DraftContent::Authorization(response) => response.parameters.last("code"),
            _ => None,
        }
    }

    /// Encodes the ID token, and puts it back into the document.
    pub(crate) fn put_id_token_back(&mut self) {
        let Some(token) = self.id_token.take() else { return };
        if let DraftContent::Document(document) = &mut self.content {
            document.insert("id_token".to_owned(), token.encode());
        }
    }

    /// The answer as it goes on the wire.
    pub(crate) fn encoded(mut self) -> (RawResponse, Note) {
        self.put_id_token_back();
        let Self { status, mut headers, content, note, .. } = self;
        let encoded = match content {
            DraftContent::Authorization(response) => response.encoded(),
            DraftContent::SignedOut(signed_out) => signed_out.encoded(),
            DraftContent::Document(document) => {
                let body = serde_json::to_vec(&document).unwrap_or_default();
                return (RawResponse { status, headers, body, delivery: None }, note);
            }
            DraftContent::Token(token) => {
                let body = match token.encode() {
                    Value::String(token) => token.into_bytes(),
                    other => other.to_string().into_bytes(),
                };
                return (RawResponse { status, headers, body, delivery: None }, note);
            }
            DraftContent::Bytes(body) => {
                return (RawResponse { status, headers, body, delivery: None }, note);
            }
        };
        let mut all = encoded.headers;
        // Both may set or remove a cookie.
        all.extend(std::mem::take(&mut headers));
        let (status, body) = (encoded.status, encoded.content.into_bytes());
        (RawResponse { status, headers: all, body, delivery: None }, note)
    }

    /// The answer as JSON, for comparison.
    pub(crate) fn view(&self) -> Value {
        let body = match &self.content {
            DraftContent::Document(document) => Value::Object(document.clone()),
            DraftContent::Token(token) => token.view(),
            DraftContent::Bytes(bytes) => json!(String::from_utf8_lossy(bytes)),
            DraftContent::Authorization(response) => response.view(),
            DraftContent::SignedOut(signed_out) => signed_out.view(),
        };
        let mut view = view(self.status, &self.headers, body);
        if let Some(token) = &self.id_token {
            view["body"]["id_token"] = token.view();
        }
        view
    }
}

impl RawResponse {
    /// The answer as JSON, for comparison.
    pub(crate) fn view(&self) -> Value {
        let mut view = view(self.status, &self.headers, self.body_view());
        if let Some(delivery) = &self.delivery {
            view["delivery"] = json!(delivery.to_string());
        }
        view
    }

    fn body_view(&self) -> Value {
        /// Of a larger body, the view has only the beginning and a digest.
        const MAX_SHOWN: usize = 64 * 1024;
        if self.body.len() > MAX_SHOWN {
            let start = String::from_utf8_lossy(&self.body[..100]);
            let digest = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.body));
            return json!(format!("{start}… {} bytes, SHA-256 {digest}", self.body.len()));
        }
        let read = serde_json::from_slice::<Value>(&self.body).ok();
        // If parsing loses something, such as repeated members, the text is shown.
        let body = read.filter(|read| read.to_string().as_bytes() == self.body);
        body.unwrap_or_else(|| json!(String::from_utf8_lossy(&self.body)))
    }

    /// The answer as an HTTP response.
    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(delivery) = self.delivery {
            response.extensions_mut().insert(delivery);
        }
        response
    }

    /// Turns the answer into a redirect.
    pub(crate) fn redirect(&mut self, status: StatusCode, location: &str) {
        let Ok(location) = HeaderValue::from_str(location) else { return };
        self.status = status;
        self.headers.insert(LOCATION, location);
        self.headers.remove(CONTENT_TYPE);
        self.body.clear();
    }

    /// Sets the media type; an empty text removes it.
    pub(crate) fn content_type(&mut self, content_type: &str) {
        match HeaderValue::from_str(content_type) {
            Ok(value) if !content_type.is_empty() => self.headers.insert(CONTENT_TYPE, value),
            _ => self.headers.remove(CONTENT_TYPE),
        };
    }

    /// Whether the answer is a JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.headers.get(CONTENT_TYPE).is_some_and(|value| value == "application/json")
    }
}

/// Userinfo in a signed JWT.
fn signed_userinfo(bytes: &[u8], issuer: &Issuer, request: &Request) -> Option<Token> {
    let text = std::str::from_utf8(bytes).ok()?;
    (request.endpoint == Endpoint::Userinfo).then(|| Token::read(text, issuer))?
}

fn view(status: StatusCode, headers: &HeaderMap, body: Value) -> Value {
    let mut shown = Map::new();
    for name in headers.keys() {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        let value = match (name, values.as_slice()) {
            // The cookie is a secret: it is the browser's session.
            (&SET_COOKIE, _) => json!("[redacted]"),
            (&LOCATION, _) => json!(values.join(", ")),
            (_, [only]) => json!(only),
            _ => json!(values),
        };
        shown.insert(name.to_string(), value);
    }
    json!({"status": status.as_u16(), "headers": shown, "body": body})
}
