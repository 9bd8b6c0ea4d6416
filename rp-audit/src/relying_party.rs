//! What the audit knows of a relying party.

use std::future::Future;
use std::time::Duration;

use anyhow::Result;
use mock_provider::IssuerHandle;
use url::Url;

use crate::person::Cast;

/// A relying party as it is met from outside: its addresses, and how to tell who is signed in.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    /// Opening it begins a login at the issuer under test.
    pub login: Url,
    /// Opening it begins a login at the second issuer. `None` where there is one issuer alone.
    pub second_login: Option<Url>,
    /// A page that shows who is signed in: subject, name or email address. It must not begin a login
    /// by itself.
    pub identity: Url,
    /// A text that stands on that page when nobody is signed in, and only then.
    pub signed_out: Option<String>,
    /// A text that stands on that page when somebody is signed in who may not come in, and only then.
    pub denied: Option<String>,
    /// Opening it, and sending the form that it may show, signs out here and at the issuer. `None`
    /// where users cannot sign out.
    pub logout: Option<Url>,
    /// Where the provider posts logout tokens ([OpenID Connect Back-Channel Logout
    /// 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html)); `None` where it cannot.
    pub backchannel_logout: Option<Url>,
    /// What the provider embeds in its signed-out page ([OpenID Connect Front-Channel Logout
    /// 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html)); `None` where it cannot.
    pub frontchannel_logout: Option<Url>,
    /// How much time must pass after a login until the next page makes the relying party refresh its
    /// tokens. `None` where it never does.
    pub refreshes_after: Option<Duration>,
    /// Whether it watches the provider's session ([OpenID Connect Session Management
    /// 1.0](https://openid.net/specs/openid-connect-session-1_0.html)).
    pub watches_session: bool,
    /// Where it can be told to begin a login ([OpenID Connect Core 1.0, section
    /// 4](https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin)); `None`
    /// where it cannot.
    pub initiate_login: Option<Url>,
}

/// The surroundings of one case: an issuer, its users, and the relying party that trusts it.
pub trait Bench {
    /// The issuer under test, where the failure is armed.
    fn issuer(&self) -> &IssuerHandle;

    /// Another issuer that the relying party trusts, and that never fails.
    fn second_issuer(&self) -> Option<&IssuerHandle>;

    /// Who can sign in at the issuers.
    fn cast(&self) -> &Cast;

    /// Starts the relying party, or starts it again: it knows nothing of its issuers yet. Called
    /// once a case, before or after the failure is armed.
    ///
    /// # Errors
    ///
    /// When it does not start.
    fn start(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// The relying party. Its addresses are asked for after [`start`](Self::start) alone.
    fn relying_party(&self) -> &RelyingParty;

    /// Lets time pass for issuers and relying party alike. `false` where nobody can.
    fn advance(&self, by: Duration) -> bool;

    /// The latest lines of the relying party's log, where they can be had.
    fn log(&self) -> Vec<String> {
        vec![]
    }
}
