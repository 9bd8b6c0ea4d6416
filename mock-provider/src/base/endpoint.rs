//! What a request is for.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Endpoint {
    /// The home page.
    Home,
    /// The metadata document.
    Discovery,
    /// The key set.
    Jwks,
    /// The authorization endpoint.
    Authorization,
    /// The form of the sign-in page.
    SignIn,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// The client registration endpoint.
    Registration,
    /// The claim source: where distributed claims are fetched.
    ClaimSource,
    /// The end-session endpoint.
    EndSession,
    /// The page that tells whether the session goes on.
    CheckSession,
    /// The endpoint of a relying party that takes logout tokens; the provider asks.
    BackChannelLogout,
    /// The health endpoint.
    Health,
    /// The WebFinger endpoint, which tells the issuer of a user.
    Webfinger,
    /// The canary, which nobody has a reason to visit.
    Canary,
    /// No endpoint of the provider.
    Unknown,
}

impl Endpoint {
    /// Every endpoint.
    pub(crate) const ALL: [Self; 16] = [
        Self::Home,
        Self::Discovery,
        Self::Jwks,
        Self::Authorization,
        Self::SignIn,
        Self::Token,
        Self::Userinfo,
        Self::Registration,
        Self::ClaimSource,
        Self::EndSession,
        Self::CheckSession,
        Self::BackChannelLogout,
        Self::Health,
        Self::Webfinger,
        Self::Canary,
        Self::Unknown,
    ];

    /// The name, as the journal writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Authorization => "authorization",
            Self::SignIn => "sign-in",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::Registration => "registration",
            Self::ClaimSource => "claim-source",
            Self::EndSession => "end-session",
            Self::CheckSession => "check-session",
            Self::BackChannelLogout => "back-channel-logout",
            Self::Health => "health",
            Self::Webfinger => "webfinger",
            Self::Canary => "canary",
            Self::Unknown => "unknown",
        }
    }

    /// The endpoint of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.name() == name)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
