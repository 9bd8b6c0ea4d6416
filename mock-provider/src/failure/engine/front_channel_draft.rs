//! The two answers that the browser carries to clients, with the parts that only failures use.

use std::ops::{Deref, DerefMut};

use axum::http::HeaderValue;
use axum::http::header::LOCATION;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::exchange::reply::{AuthorizationResponse, Reply};
use crate::exchange::signed_out::{LogoutFrame, SignedOut, redirect_or_page};
use crate::issuer::logout::ReturnTo;
use crate::protocol::authorization::ResponseMode;
use crate::protocol::parameters::Parameters;
use crate::ui::Frame;

/// An authorization response while failures act on it.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationDraft {
    response: AuthorizationResponse,
    /// Parameters in the fragment, in addition to those in the query.
    pub(crate) fragment: Parameters,
}

impl From<AuthorizationResponse> for AuthorizationDraft {
    fn from(response: AuthorizationResponse) -> Self {
        Self { response, fragment: Parameters::default() }
    }
}

impl Deref for AuthorizationDraft {
    type Target = AuthorizationResponse;

    fn deref(&self) -> &AuthorizationResponse {
        &self.response
    }
}

impl DerefMut for AuthorizationDraft {
    fn deref_mut(&mut self) -> &mut AuthorizationResponse {
        &mut self.response
    }
}

impl AuthorizationDraft {
    /// The response as a redirect or page.
    pub(crate) fn encoded(self) -> Reply {
        let has_fragment =
            self.response.mode == ResponseMode::Query && self.fragment.iter().next().is_some();
        let mut reply = self.response.encoded();
        if has_fragment && let Some(location) = reply.headers.get(LOCATION) {
            let location = String::from_utf8_lossy(location.as_bytes());
            let location = self.fragment.append_to(format!("{location}#"));
            if let Ok(location) = HeaderValue::try_from(location) {
                reply.headers.insert(LOCATION, location);
            }
        }
        reply
    }

    /// The response as JSON, for comparison.
    pub(crate) fn view(&self) -> Value {
        json!({
            "redirect_uri": self.redirect_uri,
            "response_mode": format!("{:?}", self.mode),
            "parameters": pairs(&self.parameters),
            "fragment": pairs(&self.fragment),
        })
    }
}

/// The answer to a completed logout while failures act on it.
#[derive(Clone, Debug)]
pub(crate) struct SignedOutDraft {
    pub(crate) return_to: Option<ReturnTo>,
    pub(crate) frames: Vec<FrameDraft>,
}

/// A front-channel logout frame while failures act on it.
#[derive(Clone, Debug)]
pub(crate) struct FrameDraft {
    pub(crate) frame: LogoutFrame,
    /// The page that contains the frame.
    pub(crate) embedder: Embedder,
    /// Whether the browser loads it without its cookies.
    pub(crate) credentialless: bool,
}

/// The page that loads a front-channel logout URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Embedder {
    /// The provider's page.
    Provider,
    /// A page with an opaque origin, in a frame of the provider's page.
    Foreign,
}

impl From<SignedOut> for SignedOutDraft {
    fn from(signed_out: SignedOut) -> Self {
        let frame =
            |frame| FrameDraft { frame, embedder: Embedder::Provider, credentialless: false };
        let SignedOut { return_to, frames } = signed_out;
        Self { return_to, frames: frames.into_iter().map(frame).collect() }
    }
}

impl SignedOutDraft {
    /// The answer as a redirect or page.
    pub(crate) fn encoded(self) -> Reply {
        let frames = self.frames.iter().map(FrameDraft::encoded).collect();
        let sources: Vec<_> = self.frames.iter().flat_map(FrameDraft::sources).collect();
        redirect_or_page(self.return_to.as_ref(), frames, &sources)
    }

    /// The answer as JSON, for comparison.
    pub(crate) fn view(&self) -> Value {
        let frame = |frame: &FrameDraft| {
            json!({
                "uri": frame.frame.uri,
                "parameters": pairs(&frame.frame.parameters),
                "embedder": format!("{:?}", frame.embedder),
                "credentialless": frame.credentialless,
            })
        };
        json!({
            "post_logout_redirect_uri": self.return_to.as_ref().map(|to| &to.uri),
            "parameters": self.return_to.as_ref().map(|to| pairs(&to.parameters)),
            "frames": self.frames.iter().map(frame).collect::<Vec<_>>(),
        })
    }
}

impl FrameDraft {
    fn encoded(&self) -> Frame {
        let address = self.frame.location();
        let source = match self.embedder {
            Embedder::Provider => address,
            // A `data:` document has an opaque origin.
            Embedder::Foreign => {
                let address = address.replace('&', "&amp;").replace('"', "&quot;");
                let page = format!("<!doctype html><iframe src=\"{address}\"></iframe>");
                format!("data:text/html,{}", utf8_percent_encode(&page, NON_ALPHANUMERIC))
            }
        };
        Frame { source, credentialless: self.credentialless }
    }

    /// The source expressions that allow the frame and the frame inside it, which inherits the
    /// policy.
    fn sources(&self) -> Vec<String> {
        let data = (self.embedder == Embedder::Foreign).then(|| "data:".to_owned());
        self.frame.origin().into_iter().chain(data).collect()
    }
}

fn pairs(parameters: &Parameters) -> Vec<String> {
    parameters.iter().map(|(name, value)| format!("{name}={value}")).collect()
}
