//! The page that an application loads in a frame to check whether the session still exists.

use askama::Template;

/// Answers each message `CLIENT_ID SESSION_STATE` with `unchanged`, `changed`
/// or `error` ([OpenID Connect Session Management 1.0, section 3.2]). The page is
/// empty. It needs `crypto.subtle`, which browsers offer on HTTPS and on
/// loopback hosts; elsewhere it answers `error`.
///
/// Send it with [`policy::CHECK_SESSION_PAGE`](super::policy::CHECK_SESSION_PAGE),
/// or its script will not run.
///
/// [OpenID Connect Session Management 1.0, section 3.2]: https://openid.net/specs/openid-connect-session-1_0.html#OPiframe
#[derive(Debug, Clone, Template)]
#[template(path = "check_session.html")]
pub(crate) struct CheckSessionPage {
    /// The name of the cookie that holds the state of the session.
    pub(crate) cookie: String,
}
