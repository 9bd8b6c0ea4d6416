//! `id_token_hint`: an ID token that a client sends back, to authorize or to end a session
//! ([OpenID Connect Core 1.0, section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::issuer::issuer::Issuer;
use crate::jose::jws::{Jws, NotVerified};

/// The claims of a hint that the provider reads.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct IdTokenHint {
    iss: String,
    pub(crate) sub: String,
    /// The first audience, if `aud` is an array (section 2).
    #[serde(deserialize_with = "first_audience")]
    pub(crate) aud: String,
    #[serde(default)]
    pub(crate) sid: Option<String>,
}

/// Why a hint is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HintError {
    #[error("id_token_hint must be an ID token of this issuer: {0}")]
    Unreadable(#[from] NotVerified),
    /// Its signature may be valid: issuers share the shipped keys.
    #[error("id_token_hint is an ID token of another issuer: `{0}`")]
    OtherIssuer(String),
}

impl Issuer {
    /// Reads a hint, which must be an ID token of this issuer. It may have expired, and may have
    /// been issued to any client.
    pub(crate) fn read_hint(&self, token: &str) -> Result<IdTokenHint, HintError> {
        let hint: Result<IdTokenHint, _> = Jws::parse(token)?.claims();
        // Only the claims name the client whose secret verifies an HMAC.
        let client = hint.as_ref().ok().and_then(|hint| self.client(&hint.aud));
        let client = client.as_deref().and_then(|client| {
            Some((client.id_token_signed_response_alg, client.secret.as_ref()?))
        });
        // A test counts these events: verifying once per request is enough.
        tracing::trace!(target: "mock_provider::id_token_hint", "id_token_hint is being verified");
        self.keys.verify(token, client)?;
        let hint = hint?;
        if hint.iss != self.url {
            return Err(HintError::OtherIssuer(hint.iss));
        }
        Ok(hint)
    }
}

fn first_audience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "`aud` must be a string or an array of strings")]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    match Audience::deserialize(deserializer)? {
        Audience::One(audience) => Ok(audience),
        Audience::Many(audiences) => {
            audiences.into_iter().next().ok_or_else(|| D::Error::custom("`aud` must not be empty"))
        }
    }
}
