//! The answer to a browser whose session has ended: the redirect back to the application, and
//! frames that end the sessions at other applications
//! ([OpenID Connect Front-Channel Logout 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html)).

use url::Url;

use crate::exchange::reply::Reply;
use crate::issuer::issuer::Issuer;
use crate::issuer::logout::{ClientSession, ReturnTo};
use crate::issuer::reply_to::with_query;
use crate::issuer::session::Session;
use crate::protocol::parameters::Parameters;
use crate::ui::{Frame, SignedOutPage, policy};

/// The answer to a completed logout.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignedOut {
    /// Where the browser goes afterwards.
    pub(crate) return_to: Option<ReturnTo>,
    /// The frames that it loads first.
    pub(crate) frames: Vec<LogoutFrame>,
}

/// A front-channel logout URI, and its parameters (section 2).
#[derive(Clone, Debug)]
pub(crate) struct LogoutFrame {
    pub(crate) uri: String,
    pub(crate) parameters: Parameters,
}

impl Issuer {
    /// A frame for each client that ended sessions served and that registered a front-channel
    /// logout URI.
    pub(crate) fn logout_frames(&self, ended: &[Session]) -> Vec<LogoutFrame> {
        let frame = |ClientSession { session, client, .. }: ClientSession<'_>| {
            Some(LogoutFrame {
                uri: client.frontchannel_logout_uri.clone()?,
                parameters: Parameters::from_iter([("iss", &self.url), ("sid", &session.sid)]),
            })
        };
        self.client_sessions(ended).filter_map(frame).collect()
    }
}

impl SignedOut {
    /// The answer as a redirect, or as a page if there is no redirect or frames load first.
    pub(crate) fn encoded(self) -> Reply {
        let frame = |frame: &LogoutFrame| Frame { source: frame.location(), credentialless: false };
        let frames = self.frames.iter().map(frame).collect();
        let sources: Vec<_> = self.frames.iter().filter_map(LogoutFrame::origin).collect();
        redirect_or_page(self.return_to.as_ref(), frames, &sources)
    }
}

/// A redirect, or a page if there is no redirect or frames load first. `sources` are the source
/// expressions that allow the frames.
pub(crate) fn redirect_or_page(
    return_to: Option<&ReturnTo>,
    frames: Vec<Frame>,
    sources: &[String],
) -> Reply {
    let location = return_to.map(|to| located(&to.uri, &to.parameters));
    if let (Some(location), []) = (&location, frames.as_slice()) {
        return Reply::redirect(location);
    }
    let page = SignedOutPage { still_signed_in: None, return_to: location, frames };
    match sources {
        [] => Reply::page(&page, &policy::PAGE),
        sources => Reply::page(&page, &policy::framing(sources)),
    }
}

impl LogoutFrame {
    /// The address that the frame loads.
    pub(crate) fn location(&self) -> String {
        located(&self.uri, &self.parameters)
    }

    /// The source expression that allows the frame.
    pub(crate) fn origin(&self) -> Option<String> {
        Url::parse(&self.uri).ok().map(|uri| uri.origin().ascii_serialization())
    }
}

fn located(uri: &str, parameters: &Parameters) -> String {
    match parameters.iter().next() {
        Some(_) => with_query(uri, parameters),
        None => uri.to_owned(),
    }
}
