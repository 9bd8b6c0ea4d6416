//! What the audit knows about a relying party.

use std::future::Future;
use std::time::Duration;

use anyhow::Result;
use mock_provider::IssuerHandle;
use url::Url;

use crate::person::Cast;

/// A relying party from outside: its addresses, and how to see who is signed in.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    /// Opening it begins a login at the issuer under test.
    pub login: Url,
    /// Opening it begins a login at the second issuer. `None` if there is only one issuer.
    pub second_login: Option<Url>,
    /// A page that shows the subject, name or email address of the signed-in user. Opening it must not
    /// begin a login.
    pub identity: Url,
    /// A text that this page contains if, and only if, no user is signed in.
    pub signed_out: Option<String>,
    /// A text that this page contains if, and only if, the user is denied access.
    pub denied: Option<String>,
    /// Opening it, and submitting the form that it may show, signs out here and at the issuer. `None` if
    /// users cannot sign out.
    pub logout: Option<Url>,
    /// The address for logout tokens ([OpenID Connect Back-Channel Logout
    /// 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html)); `None` without support.
    pub backchannel_logout: Option<Url>,
    /// The address that the provider embeds in its page after a logout ([OpenID Connect Front-Channel Logout
    /// 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html)); `None` without support.
    pub frontchannel_logout: Option<Url>,
    /// How long after a login the next page makes the relying party refresh its tokens. `None` if it
    /// never does.
    pub refreshes_after: Option<Duration>,
    /// Whether it monitors the session at the provider ([OpenID Connect Session Management
    /// 1.0](https://openid.net/specs/openid-connect-session-1_0.html)).
    pub watches_session: bool,
    /// The address where another party can begin a login ([OpenID Connect Core 1.0, section
    /// 4](https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin)); `None`
    /// without support.
    pub initiate_login: Option<Url>,
}

/// The environment of one case: an issuer, its users, and the relying party that trusts it.
pub trait Bench {
    /// The issuer that the failure is armed at.
    fn issuer(&self) -> &IssuerHandle;

    /// Another issuer that the relying party trusts, without failures.
    fn second_issuer(&self) -> Option<&IssuerHandle>;

    /// The users of the issuers.
    fn cast(&self) -> &Cast;

    /// Starts the relying party, or restarts it, with empty caches. Called once in each case, before or
    /// after the failure is armed.
    ///
    /// # Errors
    ///
    /// When it does not start.
    fn start(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// The relying party. Called only after [`start`](Self::start).
    fn relying_party(&self) -> &RelyingParty;

    /// Advances the clocks of the issuers and the relying party. `false` if that is not possible.
    fn advance(&self, by: Duration) -> bool;

    /// The latest lines of the relying party's log, if they are available.
    fn log(&self) -> Vec<String> {
        vec![]
    }
}
