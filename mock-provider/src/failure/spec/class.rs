//! The classes of modes; each has a file in `modes/`.

use std::fmt;

use serde::Serialize;

use super::mode::names;

/// The part of the protocol that a mode is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Class {
    /// The metadata.
    Discovery,
    /// The key set.
    Jwks,
    /// The response that the browser brings from the provider.
    Authorization,
    /// The response of the token endpoint as a whole.
    Token,
    /// The header of the ID token, and the choice of key and algorithm.
    IdTokenHeader,
    /// The signature of the ID token, and its serialization.
    IdTokenSignature,
    /// The claims of the ID token that the protocol defines.
    IdTokenClaims,
    /// The response of the userinfo endpoint.
    Userinfo,
    /// The response to a refresh.
    Refresh,
    /// Logout, on every channel.
    Logout,
    /// Connections, at any endpoint.
    Network,
    /// Claims about the user, in the ID token and in userinfo.
    Claims,
    /// The order and time of events.
    Sequence,
}

names!(Class {
    Discovery => "discovery",
    Jwks => "jwks",
    Authorization => "authorization",
    Token => "token",
    IdTokenHeader => "id-token-header",
    IdTokenSignature => "id-token-signature",
    IdTokenClaims => "id-token-claims",
    Userinfo => "userinfo",
    Refresh => "refresh",
    Logout => "logout",
    Network => "network",
    Claims => "claims",
    Sequence => "sequence",
});

impl Class {
    /// The title of the class.
    pub fn title(self) -> &'static str {
        match self {
            Self::Discovery => "Discovery",
            Self::Jwks => "Key set",
            Self::Authorization => "Authorization response",
            Self::Token => "Token response",
            Self::IdTokenHeader => "ID token: header",
            Self::IdTokenSignature => "ID token: signature",
            Self::IdTokenClaims => "ID token: claims",
            Self::Userinfo => "Userinfo",
            Self::Refresh => "Refresh",
            Self::Logout => "Logout",
            Self::Network => "Network",
            Self::Claims => "Claims about the user",
            Self::Sequence => "Sequence and time",
        }
    }
}
