//! `id_token_hint`: an ID token that comes back, at the authorization and the end-session endpoint
//! ([OpenID Connect Core 1.0, section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).

use jsonwebtoken::errors::ErrorKind;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::issuer::Issuer;

/// The claims that matter in a hint.
#[derive(Debug, Deserialize)]
pub(crate) struct IdTokenHint {
    iss: String,
    pub(crate) sub: String,
    /// The first of the audiences, where there is an array of them (section 2).
    #[serde(deserialize_with = "first_audience")]
    pub(crate) aud: String,
    #[serde(default)]
    pub(crate) sid: Option<String>,
}

/// Why a hint is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HintError {
    #[error("id_token_hint is no ID token of this issuer: {0}")]
    Unreadable(String),
    /// Its signature may still be right: issuers share the shipped key.
    #[error("id_token_hint is an ID token of another issuer: `{0}`")]
    OtherIssuer(String),
}

impl Issuer {
    /// Reads a hint, which must be an ID token of this issuer. It may have expired, and may have
    /// been issued to any client.
    pub(crate) fn read_hint(&self, token: &str) -> Result<IdTokenHint, HintError> {
        let hint: IdTokenHint =
            self.key.verify(token).map_err(|error| HintError::Unreadable(in_words(&error)))?;
        if hint.iss != self.url {
            return Err(HintError::OtherIssuer(hint.iss));
        }
        Ok(hint)
    }
}

fn first_audience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "`aud` is neither a string nor an array of strings")]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    match Audience::deserialize(deserializer)? {
        Audience::One(audience) => Ok(audience),
        Audience::Many(audiences) => {
            audiences.into_iter().next().ok_or_else(|| D::Error::custom("`aud` is empty"))
        }
    }
}

/// What a library means, for a reader who does not know it.
fn in_words(error: &jsonwebtoken::errors::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidSignature => "its signature does not fit".into(),
        ErrorKind::InvalidAlgorithm => "it is not signed with RS256".into(),
        ErrorKind::InvalidToken | ErrorKind::Base64(_) | ErrorKind::Utf8(_) => {
            "it is no JWT".into()
        }
        ErrorKind::Json(error) => format!("its header or claims cannot be read ({error})"),
        _ => error.to_string(),
    }
}
