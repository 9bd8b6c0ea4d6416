//! Signature algorithms of JSON Web Tokens
//! ([RFC 7518, section 3](https://www.rfc-editor.org/rfc/rfc7518#section-3)).

use std::fmt;

use aws_lc_rs::{digest, hmac};
use serde::{Deserialize, Serialize};

/// How a token is signed: the values of `alg`
/// ([RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)). `none` is not
/// among them.
///
/// `PS*` and `ES*` are randomized: signing the same text twice gives different signatures. All others
/// are deterministic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: the default, which every relying party supports.
    #[default]
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// Ed25519 ([RFC 8037](https://www.rfc-editor.org/rfc/rfc8037)).
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// HMAC with SHA-256, keyed with the client's secret.
    HS256,
    /// HMAC with SHA-384, keyed with the client's secret.
    HS384,
    /// HMAC with SHA-512, keyed with the client's secret.
    HS512,
}

impl Algorithm {
    /// Every algorithm, in the order of declaration.
    pub const ALL: [Self; 13] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDsa,
        Self::HS256,
        Self::HS384,
        Self::HS512,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    /// The algorithm with this name, which is case-sensitive.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The kind of key that signs; `None` for algorithms that use the client's secret.
    pub(crate) fn key_kind(self) -> Option<KeyKind> {
        match self {
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => {
                Some(KeyKind::Rsa)
            }
            Self::ES256 => Some(KeyKind::P256),
            Self::ES384 => Some(KeyKind::P384),
            Self::ES512 => Some(KeyKind::P521),
            Self::EdDsa => Some(KeyKind::Ed25519),
            Self::HS256 | Self::HS384 | Self::HS512 => None,
        }
    }

    /// The hash function, which `at_hash` and `c_hash` use as well
    /// ([OpenID Connect Core 1.0, section 3.1.3.6](https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken)).
    pub(crate) fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::RS256 | Self::PS256 | Self::ES256 | Self::HS256 => &digest::SHA256,
            Self::RS384 | Self::PS384 | Self::ES384 | Self::HS384 => &digest::SHA384,
            // Ed25519 uses SHA-512 internally.
            Self::RS512 | Self::PS512 | Self::ES512 | Self::HS512 | Self::EdDsa => &digest::SHA512,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind of signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    P256,
    P384,
    P521,
    Ed25519,
}

/// The message authentication code of an HMAC algorithm. For other algorithms it is the code with
/// their hash function, which a verifier computes if it confuses the two.
pub(crate) fn hmac(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    let function = match algorithm.digest() {
        digest if *digest == digest::SHA256 => hmac::HMAC_SHA256,
        digest if *digest == digest::SHA384 => hmac::HMAC_SHA384,
        _ => hmac::HMAC_SHA512,
    };
    hmac::sign(&hmac::Key::new(function, key), message).as_ref().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_is_found_by_its_name_and_by_no_other_spelling() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.name()), Some(algorithm));
            let read: Algorithm = serde_json::from_value(algorithm.name().into()).unwrap();
            assert_eq!(read, algorithm);
        }
        assert_eq!(Algorithm::parse("rs256"), None);
        assert_eq!(Algorithm::parse("none"), None);
    }

    #[test]
    fn hmac_gives_the_code_that_the_specification_shows() {
        // RFC 4231, section 4.3.
        let code = |algorithm| {
            let code = hmac(algorithm, b"Jefe", b"what do ya want for nothing?");
            code.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(
            code(Algorithm::HS256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(code(Algorithm::HS384).starts_with("af45d2e376484031617f78d2b58a6b1b"));
        assert!(code(Algorithm::HS512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
    }
}
