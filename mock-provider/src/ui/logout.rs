//! The two pages of a logout: confirmation and result.

use askama::Template;

use super::{ClientName, UserCard};

/// Asks for confirmation before signing out, unless a hint proves that the
/// request is legitimate ([OpenID Connect RP-Initiated Logout 1.0, section 2]).
///
/// Its form posts `decision` (`sign-out` or `stay`) and every field of
/// [`LogoutPage::hidden`] to [`LogoutPage::action`].
///
/// [OpenID Connect RP-Initiated Logout 1.0, section 2]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout
#[derive(Debug, Clone, Template)]
#[template(path = "logout.html")]
pub(crate) struct LogoutPage {
    /// The client that asks for the logout, if it is known.
    pub(crate) client: Option<ClientName>,
    /// The user who is signed in, if there is one.
    pub(crate) user: Option<UserCard>,
    /// Where the form is posted: a URL or a path of this origin.
    pub(crate) action: String,
    /// The hidden fields of the form.
    pub(crate) hidden: Vec<(String, String)>,
}

/// Says that the end user is signed out, or chose to stay signed in.
#[derive(Debug, Clone, Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage {
    /// The user who stays signed in, after the decision `stay`; `None` after a logout.
    pub(crate) still_signed_in: Option<UserCard>,
    /// Where the browser goes when the frames have loaded, or at once with a
    /// link: a URL that was checked against the client's registered ones.
    pub(crate) return_to: Option<String>,
    /// The frames that sign the user out of applications. They only load if the
    /// page is sent with [`policy::framing`](super::policy::framing).
    pub(crate) frames: Vec<Frame>,
}

/// A frame in which an application ends its session.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The URL that it loads.
    pub(crate) source: String,
    /// Whether the browser loads it without cookies.
    pub(crate) credentialless: bool,
}
