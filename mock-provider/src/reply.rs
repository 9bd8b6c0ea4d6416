//! The one exit: every answer of the provider is a [`Reply`] and leaves here.

use askama::Template;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, PRAGMA,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::journal::Refusal;

/// An honest answer, and what the journal should know of it.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    note: Note,
}

/// What a handler tells the journal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    pub(crate) client: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) flow: Option<String>,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) summary: String,
}

impl Note {
    /// A note of what happened.
    pub(crate) fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), ..Self::default() }
    }

    /// A note of a refusal: the code that the caller is told, and the reason in words.
    pub(crate) fn refused(error: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            summary: format!("refused, {error}: {reason}"),
            refusal: Some(Refusal { error: error.to_owned(), reason }),
            ..Self::default()
        }
    }

    pub(crate) fn client(self, client: impl Into<String>) -> Self {
        Self { client: Some(client.into()), ..self }
    }

    pub(crate) fn user(self, subject: impl Into<String>) -> Self {
        Self { user: Some(subject.into()), ..self }
    }

    pub(crate) fn flow(self, flow: impl Into<String>) -> Self {
        Self { flow: Some(flow.into()), ..self }
    }
}

impl Reply {
    /// A JSON document.
    pub(crate) fn json(document: &impl Serialize) -> Self {
        let mut body = Vec::with_capacity(2048);
        serde_json::to_writer(&mut body, document).expect("every document is plain JSON");
        Self::new("application/json", body)
    }

    /// A page for a person. Never kept by caches: it shows who is signed in.
    pub(crate) fn page(page: &impl Template, policy: &str) -> Self {
        let html = page.render().expect("templates write to memory, which does not fail");
        Self::new("text/html; charset=utf-8", html.into_bytes())
            .header(CONTENT_SECURITY_POLICY, policy)
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
            // The address of a page holds the request's parameters. The origin alone may be told:
            // relying parties look at it when an answer comes by `form_post`.
            .header(REFERRER_POLICY, "strict-origin")
            .no_store()
    }

    /// A redirect that the browser follows by GET, whatever brought it here
    /// ([RFC 9700, section 4.12](https://www.rfc-editor.org/rfc/rfc9700#section-4.12)).
    pub(crate) fn redirect(location: &str) -> Self {
        Self::new("text/plain", Vec::new())
            .status(StatusCode::SEE_OTHER)
            .header(LOCATION, location)
            .header(REFERRER_POLICY, "no-referrer")
            .no_store()
    }

    /// Plain text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::new("text/plain; charset=utf-8", text.into().into_bytes())
    }

    fn new(content_type: &'static str, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status: StatusCode::OK, headers, body, note: Note::default() }
    }

    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Adds a header. What no header can hold is left out.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    pub(crate) fn cookie(self, cookie: &str) -> Self {
        self.header(SET_COOKIE, cookie)
    }

    /// Keeps tokens and personal data out of caches (RFC 6749, section 5.1).
    pub(crate) fn no_store(self) -> Self {
        self.header(CACHE_CONTROL, "no-store").header(PRAGMA, "no-cache")
    }

    pub(crate) fn note(self, note: Note) -> Self {
        Self { note, ..self }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.extensions_mut().insert(self.note);
        response
    }
}
