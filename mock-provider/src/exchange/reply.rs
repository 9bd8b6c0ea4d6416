//! Replies: the answers of handlers, and what the journal records about them.

use std::fmt::Display;

use askama::Template;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, PRAGMA,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use crate::exchange::journal::{Alteration, Refusal};
use crate::exchange::notice::LogoutNotice;
use crate::exchange::signed_out::SignedOut;
use crate::issuer::logout::Logout;
use crate::issuer::session::Session;
use crate::protocol::authorization::ResponseMode;
use crate::protocol::parameters::Parameters;
use crate::ui::{FormPostPage, policy};

/// An honest answer, and a note on it for the journal.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
    /// The signed ID token inside an encrypted one, for failures to act on.
    pub(crate) signed: Option<String>,
    pub(crate) note: Note,
    /// Logout tokens to deliver.
    pub(crate) notices: Vec<LogoutNotice>,
    /// The failure that the end user chose for this login on the sign-in page, in its written form.
    pub(crate) chosen_failure: Option<String>,
}

/// The content of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A document or page.
    Bytes(Vec<u8>),
    /// Parameters that the browser takes to the client.
    Authorization(AuthorizationResponse),
    /// The answer to a completed logout.
    SignedOut(SignedOut),
}

/// An authorization response
/// ([OpenID Connect Core 1.0, section 3.1.2.5](https://openid.net/specs/openid-connect-core-1_0.html#AuthResponse)).
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationResponse {
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) parameters: Parameters,
}

/// An answer on its way out, and what the journal records about it.
pub(crate) struct Outgoing {
    pub(crate) response: Response,
    pub(crate) note: Note,
    pub(crate) alterations: Vec<Alteration>,
    /// Logout tokens to deliver.
    pub(crate) notices: Vec<LogoutNotice>,
}

/// A handler's report to the journal.
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

    /// A note of a rejected request: the error code in the answer, and the reason.
    pub(crate) fn refused(error: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            summary: format!("refused, {error}: {reason}"),
            refusal: Some(Refusal { error: error.to_owned(), reason }),
            ..Self::default()
        }
    }

    /// A note about a logout: its client, and the user and flow of the session that it ends.
    pub(crate) fn of_logout(logout: &Logout, session: Option<&Session>, summary: &str) -> Self {
        let client = logout.client.as_ref().map(|client| client.id.clone());
        let flow = session.zip(client.as_ref()).and_then(|(session, id)| session.flows.of(id));
        let flow = flow.map(str::to_owned);
        let user = session.map(|session| session.user.subject.clone());
        Self { client, user, flow, ..Self::new(summary) }
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
        let body = serde_json::to_vec(document).expect("every document is plain JSON");
        Self::new("application/json", body)
    }

    /// A signed document.
    pub(crate) fn jwt(token: String) -> Self {
        Self::new("application/jwt", token.into_bytes())
    }

    /// A page for the end user. Caches must not store it: it shows who is signed in.
    pub(crate) fn page(page: &impl Template, policy: &str) -> Self {
        let html = page.render().expect("templates write to memory, which does not fail");
        Self::new("text/html; charset=utf-8", html.into_bytes())
            .header(CONTENT_SECURITY_POLICY, policy)
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
            // The address of a page holds the request's parameters. Only the origin may be sent:
            // relying parties check it when an answer arrives by `form_post`.
            .header(REFERRER_POLICY, "strict-origin")
            .no_store()
    }

    /// A redirect that the browser follows by GET, whatever the method of the request
    /// ([RFC 9700, section 4.12](https://www.rfc-editor.org/rfc/rfc9700#section-4.12)).
    pub(crate) fn redirect(location: &str) -> Self {
        Self::new("text/plain", Vec::new())
            .status(StatusCode::SEE_OTHER)
            .header(LOCATION, location)
            .header(REFERRER_POLICY, "no-referrer")
            .no_store()
    }

    /// An answer that the browser takes to the client.
    pub(crate) fn authorization(response: AuthorizationResponse) -> Self {
        let content = Content::Authorization(response);
        Self::of(content, HeaderMap::new())
    }

    /// The answer to a completed logout.
    pub(crate) fn signed_out(signed_out: SignedOut) -> Self {
        Self::of(Content::SignedOut(signed_out), HeaderMap::new())
    }

    /// Plain text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::new("text/plain; charset=utf-8", text.into().into_bytes())
    }

    fn new(content_type: &'static str, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self::of(Content::Bytes(body), headers)
    }

    fn of(content: Content, headers: HeaderMap) -> Self {
        Self {
            status: StatusCode::OK,
            headers,
            content,
            signed: None,
            note: Note::default(),
            notices: Vec::new(),
            chosen_failure: None,
        }
    }

    /// Rejects a request whose parameters could not be read.
    pub(crate) fn unreadable(reason: impl Display) -> Self {
        let reason = reason.to_string();
        Self::text(format!("{reason}\n"))
            .status(StatusCode::BAD_REQUEST)
            .note(Note::refused("invalid_request", reason))
    }

    /// Sets the media type of the body.
    pub(crate) fn content_type(mut self, content_type: &'static str) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
    }

    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Adds a header. An invalid value is a bug in the caller: debug builds panic, release builds
    /// omit the header.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        let parsed = HeaderValue::from_str(value);
        debug_assert!(parsed.is_ok(), "`{name}` must be a valid header value, got {value:?}");
        if let Ok(value) = parsed {
            self.headers.append(name, value);
        }
        self
    }

    /// Adds a header with a constant value.
    fn fixed(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.append(name, HeaderValue::from_static(value));
        self
    }

    pub(crate) fn cookies(self, cookies: Vec<String>) -> Self {
        cookies.iter().fold(self, |reply, cookie| reply.header(SET_COOKIE, cookie))
    }

    /// Keeps tokens and personal data out of caches (RFC 6749, section 5.1).
    pub(crate) fn no_store(self) -> Self {
        self.fixed(CACHE_CONTROL, "no-store").fixed(PRAGMA, "no-cache")
    }

    pub(crate) fn note(self, note: Note) -> Self {
        Self { note, ..self }
    }

    /// Adds logout tokens to deliver after the answer is made.
    pub(crate) fn notices(self, notices: Vec<LogoutNotice>) -> Self {
        Self { notices, ..self }
    }

    /// Requests that a failure be armed for the rest of this login, beginning with this answer.
    pub(crate) fn chosen_failure(self, written: &str) -> Self {
        Self { chosen_failure: Some(written.to_owned()), ..self }
    }

    pub(crate) fn signed(self, signed: Option<String>) -> Self {
        Self { signed, ..self }
    }

    /// The answer without any failure.
    pub(crate) fn into_honest_response(self) -> Outgoing {
        let Self { status, headers, content, note, notices, .. } = self.encoded();
        let mut response = Response::new(Body::from(content.into_bytes()));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Outgoing { response, note, alterations: Vec::new(), notices }
    }

    /// The answer as a redirect or page, unless it is one already.
    fn encoded(self) -> Self {
        let encoded = match self.content {
            Content::Bytes(_) => return self,
            Content::Authorization(response) => response.encoded(),
            Content::SignedOut(signed_out) => signed_out.encoded(),
        };
        let mut encoded = encoded.note(self.note).notices(self.notices);
        // Both may set or remove cookies.
        encoded.headers.extend(self.headers);
        encoded
    }
}

impl Content {
    /// The body of an answer that is [encoded](Reply::encoded).
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Authorization(_) | Self::SignedOut(_) => Vec::new(),
        }
    }
}

impl AuthorizationResponse {
    /// Encodes the parameters in the requested response mode.
    pub(crate) fn encoded(self) -> Reply {
        let Self { redirect_uri: uri, mode, parameters } = self;
        let with = |separator: char| parameters.append_to(format!("{uri}{separator}"));
        match mode {
            ResponseMode::Query => {
                Reply::redirect(&with(if uri.contains('?') { '&' } else { '?' }))
            }
            ResponseMode::Fragment => Reply::redirect(&with('#')),
            ResponseMode::FormPost => {
                let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                let fields = parameters.iter().map(owned).collect();
                Reply::page(&FormPostPage { action: uri, fields }, &policy::FORM_POST)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "`location` must be a valid header value, got \"/\\n\"")]
    fn a_header_value_that_cannot_be_sent_is_a_bug() {
        Reply::redirect("/\n");
    }
}
