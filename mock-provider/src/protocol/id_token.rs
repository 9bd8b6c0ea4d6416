//! The ID token's claims
//! ([OpenID Connect Core 1.0, section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).

use aws_lc_rs::digest::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::jose::algorithm::Algorithm;

/// Claims of an ID token. Times are seconds since the epoch.
#[derive(Debug, Serialize)]
pub(crate) struct IdToken<'a, C> {
    pub(crate) iss: &'a str,
    pub(crate) sub: &'a str,
    pub(crate) aud: &'a str,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<&'a str>,
    /// The hash of the access token that comes with the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at_hash: Option<String>,
    /// The hash of the code that comes with the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) c_hash: Option<String>,
    /// The provider's session, which a logout with this token as a hint ends.
    pub(crate) sid: &'a str,
    /// The user's claims that the granted scope releases.
    #[serde(flatten)]
    pub(crate) claims: C,
}

/// The protocol claims above. They are supported, but cannot be claims of a user.
pub(crate) const PROTOCOL_CLAIMS: [&str; 11] =
    ["iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash", "c_hash", "sid"];

/// `at_hash` or `c_hash` in a token signed with this algorithm: the left half of the digest of an
/// access token or a code (sections 3.1.3.6 and 3.3.2.11).
pub(crate) fn half_hash(algorithm: Algorithm, value: &str) -> String {
    let digest = digest(algorithm.digest(), value.as_bytes());
    let (left, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    BASE64_URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_claims_are_those_of_the_token() {
        let token = IdToken {
            iss: "https://issuer.example",
            sub: "alice",
            aud: "shop",
            exp: 2,
            iat: 1,
            auth_time: 1,
            acr: Some("0"),
            nonce: Some("n"),
            at_hash: Some(half_hash(Algorithm::RS256, "token")),
            c_hash: Some(half_hash(Algorithm::RS256, "code")),
            sid: "session",
            claims: serde_json::Map::new(),
        };
        let token = serde_json::to_value(token).unwrap();
        let claims: Vec<_> = token.as_object().unwrap().keys().collect();
        assert_eq!(claims, PROTOCOL_CLAIMS);
    }

    #[test]
    fn a_half_hash_is_the_left_half_of_the_digest() {
        // The access token and hash that OpenID Connect Core 1.0 shows in appendix A.3.
        assert_eq!(
            half_hash(Algorithm::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(half_hash(Algorithm::ES384, "token").len(), 32);
        assert_eq!(half_hash(Algorithm::EdDsa, "token").len(), 43);
    }
}
