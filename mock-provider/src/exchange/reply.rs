//! The one exit: every answer of the provider is a [`Reply`] and leaves here, and here armed
//! failures act on it.

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
use crate::exchange::request::Request;
use crate::exchange::signed_out::SignedOut;
use crate::failure::engine::exit;
use crate::failure::engine::exit::Before;
use crate::host::backchannel::LogoutNotice;
use crate::issuer::issuer::Issuer;
use crate::protocol::authorization::ResponseMode;
use crate::protocol::parameters::Parameters;
use crate::ui::{FormPostPage, policy};

/// An honest answer, and what the journal should know of it.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
    /// The signed ID token inside an encrypted one, for failures to act on.
    pub(crate) signed: Option<String>,
    pub(crate) note: Note,
    /// Whom else to tell.
    pub(crate) notices: Vec<LogoutNotice>,
}

/// What an answer says.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A document or page.
    Bytes(Vec<u8>),
    /// Parameters for the client, which the browser brings there.
    Authorization(AuthorizationResponse),
    /// The answer to a logout that is done.
    SignedOut(SignedOut),
}

/// An authorization response
/// ([OpenID Connect Core 1.0, section 3.1.2.5](https://openid.net/specs/openid-connect-core-1_0.html#AuthResponse)).
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationResponse {
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) parameters: Parameters,
    /// What stands in the fragment beside parameters in the query: honestly nothing.
    pub(crate) fragment: Parameters,
}

/// An answer on its way out, and what to tell the journal.
pub(crate) struct Left {
    pub(crate) response: Response,
    pub(crate) note: Note,
    pub(crate) alterations: Vec<Alteration>,
    /// Logout tokens to deliver.
    pub(crate) notices: Vec<LogoutNotice>,
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
        let mut body = Vec::with_capacity(1024);
        serde_json::to_writer(&mut body, document).expect("every document is plain JSON");
        Self::new("application/json", body)
    }

    /// A signed document.
    pub(crate) fn jwt(token: String) -> Self {
        Self::new("application/jwt", token.into_bytes())
    }

    /// A page for a person. Never kept by caches: it shows who is signed in.
    pub(crate) fn page(page: &impl Template, policy: &str) -> Self {
        // Room for a sign-in page: to grow there step by step would take longer than to write it.
        let mut html = String::with_capacity(32 * 1024);
        page.render_into(&mut html).expect("templates write to memory, which does not fail");
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

    /// An answer that the browser brings to the client.
    pub(crate) fn authorization(response: AuthorizationResponse) -> Self {
        let content = Content::Authorization(response);
        Self::of(content, HeaderMap::new())
    }

    /// The answer to a logout that is done.
    pub(crate) fn signed_out(signed_out: SignedOut) -> Self {
        Self::of(Content::SignedOut(signed_out), HeaderMap::new())
    }

    /// Plain text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::new("text/plain; charset=utf-8", text.into().into_bytes())
    }

    fn new(content_type: &'static str, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self::of(Content::Bytes(body), headers)
    }

    fn of(content: Content, headers: HeaderMap) -> Self {
        let (signed, note, notices) = (None, Note::default(), Vec::new());
        Self { status: StatusCode::OK, headers, content, signed, note, notices }
    }

    /// The refusal of parameters that could not be read.
    pub(crate) fn unreadable(reason: &str) -> Self {
        Self::text(format!("{reason}\n"))
            .status(StatusCode::BAD_REQUEST)
            .note(Note::refused("invalid_request", reason))
    }

    /// Says what the body is.
    pub(crate) fn content_type(mut self, content_type: &'static str) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
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

    /// Adds a header whose value is known beforehand.
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

    /// Has clients told of a logout, once the answer is made.
    pub(crate) fn notices(self, notices: Vec<LogoutNotice>) -> Self {
        Self { notices, ..self }
    }

    pub(crate) fn signed(self, signed: Option<String>) -> Self {
        Self { signed, ..self }
    }

    /// The exit: armed failures act on the honest answer, or it leaves as it is. `before` is what
    /// they did before.
    pub(crate) fn leave(self, issuer: &Issuer, request: &Request, before: Before) -> Left {
        match issuer.failures.any_armed() {
            true => exit::leave(self, issuer, request, before),
            false => Left { alterations: before.alterations, ..self.leave_as_it_is() },
        }
    }

    /// The answer without any failure.
    pub(crate) fn leave_as_it_is(self) -> Left {
        let Self { status, headers, content, note, notices, .. } = self.encoded();
        let mut response = Response::new(Body::from(content.bytes()));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Left { response, note, alterations: Vec::new(), notices }
    }

    /// The answer as a redirect or page, where it is not one already.
    pub(crate) fn encoded(self) -> Self {
        let encoded = match self.content {
            Content::Bytes(_) => return self,
            Content::Authorization(response) => response.encoded(),
            Content::SignedOut(signed_out) => signed_out.encoded(),
        };
        let mut encoded = encoded.note(self.note).notices(self.notices);
        // Either may set a cookie, or take it away.
        encoded.headers.extend(self.headers);
        encoded
    }
}

impl Content {
    /// The body of an answer that is [encoded](Reply::encoded).
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Authorization(_) | Self::SignedOut(_) => Vec::new(),
        }
    }
}

impl AuthorizationResponse {
    /// Encodes the parameters in the way that the request asked for.
    fn encoded(self) -> Reply {
        let Self { redirect_uri: uri, mode, parameters, fragment } = self;
        let room = uri.len() + 256;
        let behind = |separator: char| {
            let mut address = String::with_capacity(room);
            address.push_str(&uri);
            address.push(separator);
            parameters.encode_behind(address)
        };
        match mode {
            ResponseMode::Query => {
                let mut address = behind(if uri.contains('?') { '&' } else { '?' });
                if fragment.iter().next().is_some() {
                    address.push('#');
                    address = fragment.encode_behind(address);
                }
                Reply::redirect(&address)
            }
            ResponseMode::Fragment => Reply::redirect(&behind('#')),
            ResponseMode::FormPost => {
                let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                let fields = parameters.iter().map(owned).collect();
                Reply::page(&FormPostPage { action: uri, fields }, &policy::FORM_POST)
            }
        }
    }
}
