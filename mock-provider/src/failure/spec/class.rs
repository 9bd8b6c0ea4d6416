//! The classes of modes, each a file.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::mode::names;

/// What a mode concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Class {
    /// The metadata.
    Discovery,
    /// The key set.
    Jwks,
    /// What the browser brings back from the provider.
    Authorization,
    /// The answer of the token endpoint as a whole.
    Token,
    /// The header of the ID token, and what is signed how.
    IdTokenHeader,
    /// The signature of the ID token, and its form.
    IdTokenSignature,
    /// The claims of the ID token that the protocol defines.
    IdTokenClaims,
    /// The answer of the userinfo endpoint.
    Userinfo,
    /// What a refresh brings.
    Refresh,
    /// Logout, on every channel.
    Logout,
    /// Connections, at any endpoint.
    Network,
    /// What is claimed about the user, wherever it is sent.
    Claims,
    /// In which order and when things happen.
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
    /// What the class is called in a sentence.
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
