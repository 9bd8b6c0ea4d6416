//! The two pages of a logout: the question and the result.

use askama::Template;

use super::{ClientName, UserCard};

/// Asks before signing out, when nothing proves that the end user wants to
/// ([OpenID Connect RP-Initiated Logout 1.0, section 2]).
///
/// Its form posts `decision` (`sign-out` or `stay`) and every field of
/// [`LogoutPage::hidden`] to [`LogoutPage::action`].
///
/// [OpenID Connect RP-Initiated Logout 1.0, section 2]: https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout
#[derive(Debug, Clone, Template)]
#[template(path = "logout.html")]
pub(crate) struct LogoutPage {
    /// The client that asks for the logout, where it is known.
    pub(crate) client: Option<ClientName>,
    /// Who is signed in, where somebody is.
    pub(crate) user: Option<UserCard>,
    /// Where the form is posted: a URL, or a path of this origin.
    pub(crate) action: String,
    /// Names and values that the form carries.
    pub(crate) hidden: Vec<(String, String)>,
}

/// Says that nobody is signed in any more, or that the end user chose to stay.
#[derive(Debug, Clone, Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage {
    /// Who stays signed in, having answered the question with `stay`; `None`
    /// after a logout.
    pub(crate) still_signed_in: Option<UserCard>,
    /// Where the browser goes when the frames have loaded, or by a link at
    /// once: an address that was checked against the client's registered ones,
    /// or none.
    pub(crate) return_to: Option<String>,
    /// What is loaded to sign out of applications. Send the page with
    /// [`policy::framing`](super::policy::framing), or nothing is.
    pub(crate) frames: Vec<Frame>,
}

/// A frame in which an application ends its session.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// What it loads.
    pub(crate) source: String,
    /// Whether the browser is asked to load it without its cookies.
    pub(crate) credentialless: bool,
}
