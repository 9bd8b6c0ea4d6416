//! What a browser is sent when its session has ended: the way back to the application, and frames
//! that end the sessions at other applications
//! ([OpenID Connect Front-Channel Logout 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html)).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::exchange::reply::Reply;
use crate::issuer::issuer::Issuer;
use crate::issuer::logout::Served;
use crate::issuer::reply_to::with_query;
use crate::issuer::session::Session;
use crate::protocol::parameters::Parameters;
use crate::ui::{Frame, SignedOutPage, policy};

/// The answer to a logout that is done.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignedOut {
    /// Where the browser goes then.
    pub(crate) return_to: Option<ReturnTo>,
    /// What it loads before.
    pub(crate) frames: Vec<LogoutFrame>,
}

/// A post-logout redirect URI, and what is told there.
#[derive(Clone, Debug)]
pub(crate) struct ReturnTo {
    pub(crate) uri: String,
    pub(crate) parameters: Parameters,
}

/// A front-channel logout URI, and what is told there (section 2).
#[derive(Clone, Debug)]
pub(crate) struct LogoutFrame {
    pub(crate) uri: String,
    pub(crate) parameters: Parameters,
    /// Whose page has the frame.
    pub(crate) embedder: Embedder,
    /// Whether the browser loads it without the cookies that it has. Only a failure asks for that.
    pub(crate) credentialless: bool,
}

/// Whose page loads a front-channel logout URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Embedder {
    /// The provider's.
    Provider,
    /// One of an origin that is nobody's, in a frame of the provider's. Only a failure does so.
    Foreign,
}

impl Issuer {
    /// A frame for every client of sessions that have ended, if it has a page for that.
    pub(crate) fn logout_frames(&self, ended: &[Session]) -> Vec<LogoutFrame> {
        let frame = |Served { session, client, .. }: Served<'_>| {
            Some(LogoutFrame {
                uri: client.frontchannel_logout_uri.clone()?,
                parameters: Parameters::from_iter([("iss", &self.url), ("sid", &session.sid)]),
                embedder: Embedder::Provider,
                credentialless: false,
            })
        };
        self.served_by(ended).filter_map(frame).collect()
    }
}

impl SignedOut {
    /// A redirect, or a page where nobody is to be redirected or frames are to be loaded first.
    pub(crate) fn encoded(self) -> Reply {
        let location = self.return_to.as_ref().map(ReturnTo::location);
        if let (Some(location), []) = (&location, self.frames.as_slice()) {
            return Reply::redirect(location);
        }
        let sources = self.frames.iter().flat_map(LogoutFrame::sources).collect::<Vec<_>>();
        let page = SignedOutPage {
            still_signed_in: None,
            return_to: location,
            frames: self.frames.iter().map(LogoutFrame::frame).collect(),
        };
        match sources.as_slice() {
            [] => Reply::page(&page, &policy::PAGE),
            sources => Reply::page(&page, &policy::framing(sources)),
        }
    }
}

impl ReturnTo {
    fn location(&self) -> String {
        located(&self.uri, &self.parameters)
    }
}

impl LogoutFrame {
    fn frame(&self) -> Frame {
        let address = located(&self.uri, &self.parameters);
        let source = match self.embedder {
            Embedder::Provider => address,
            // The origin of a `data:` document is nobody's.
            Embedder::Foreign => {
                let address = address.replace('&', "&amp;").replace('"', "&quot;");
                let page = format!("<!doctype html><iframe src=\"{address}\"></iframe>");
                format!("data:text/html,{}", utf8_percent_encode(&page, NON_ALPHANUMERIC))
            }
        };
        Frame { source, credentialless: self.credentialless }
    }

    /// The source expressions that allow the frame, and the one within it, which inherits the
    /// policy.
    fn sources(&self) -> Vec<String> {
        let origin = Url::parse(&self.uri).ok().map(|uri| uri.origin().ascii_serialization());
        let data = (self.embedder == Embedder::Foreign).then(|| "data:".to_owned());
        origin.into_iter().chain(data).collect()
    }
}

fn located(uri: &str, parameters: &Parameters) -> String {
    match parameters.iter().next() {
        Some(_) => with_query(uri, parameters),
        None => uri.to_owned(),
    }
}
