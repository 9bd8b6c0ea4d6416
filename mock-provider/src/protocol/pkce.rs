//! Proof Key for Code Exchange ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// How the challenge is derived from the verifier (section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// The challenge is the verifier itself.
    Plain,
    /// The challenge is the SHA-256 digest of the verifier, base64url without padding.
    S256,
}

impl Method {
    /// Every method, in the order of preference that the metadata shows.
    pub(crate) const ALL: [Self; 2] = [Self::S256, Self::Plain];

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::S256 => "S256",
        }
    }
}

/// The challenge of an authorization request, which the token request has to meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeChallenge {
    method: Method,
    value: String,
}

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method` (section 4.3).
    ///
    /// # Errors
    ///
    /// When one of them is malformed, or the method comes without a challenge.
    pub(crate) fn parse(
        challenge: Option<&str>,
        method: Option<&str>,
    ) -> Result<Option<Self>, PkceError> {
        let Some(value) = challenge else {
            return match method {
                None => Ok(None),
                Some(_) => Err(PkceError::MethodWithoutChallenge),
            };
        };
        // The method defaults to "plain" (section 4.3).
        let name = method.unwrap_or("plain");
        let Some(method) = Method::ALL.into_iter().find(|method| method.name() == name) else {
            return Err(PkceError::UnknownMethod(name.to_owned()));
        };
        if method == Method::S256 && value.len() != 43 {
            return Err(PkceError::DigestLength(value.len()));
        }
        check_characters("code_challenge", value)?;
        Ok(Some(Self { method, value: value.to_owned() }))
    }

    /// Compares the verifier with the challenge (section 4.6).
    ///
    /// # Errors
    ///
    /// When the verifier is malformed or does not match.
    pub(crate) fn verify(&self, verifier: &str) -> Result<(), PkceError> {
        check_characters("code_verifier", verifier)?;
        let derived = match self.method {
            Method::Plain => verifier.to_owned(),
            Method::S256 => BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())),
        };
        if derived.as_bytes().ct_eq(self.value.as_bytes()).into() {
            return Ok(());
        }
        let (method, expected) = (self.method.name(), self.value.clone());
        Err(PkceError::Mismatch { method, derived, expected })
    }
}

/// Why a challenge or a verifier is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PkceError {
    #[error("code_challenge_method requires a code_challenge")]
    MethodWithoutChallenge,
    #[error("code_challenge_method must be S256 or plain, not `{0}`")]
    UnknownMethod(String),
    #[error("code_challenge must be 43 characters for S256, not {0}")]
    DigestLength(usize),
    #[error("{parameter} must have 43 to 128 characters, not {length}")]
    Length { parameter: &'static str, length: usize },
    #[error("{parameter} must not contain `{character}`")]
    Character { parameter: &'static str, character: char },
    #[error(
        "code_verifier does not match: {method} gives `{derived}`, the authorization request had \
         `{expected}`"
    )]
    Mismatch { method: &'static str, derived: String, expected: String },
}

/// The length and alphabet that sections 4.1 and 4.2 prescribe for both values.
fn check_characters(parameter: &'static str, value: &str) -> Result<(), PkceError> {
    if !(43..=128).contains(&value.len()) {
        return Err(PkceError::Length { parameter, length: value.len() });
    }
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    match value.chars().find(|c| !unreserved(*c)) {
        Some(character) => Err(PkceError::Character { parameter, character }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pair of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_pair_of_the_specification_matches() {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap().unwrap();
        assert_eq!(challenge.verify(VERIFIER), Ok(()));
        assert!(challenge.verify(&VERIFIER.replace('d', "e")).is_err());
    }

    #[test]
    fn plain_is_the_default_and_compares_the_values_themselves() {
        let challenge = CodeChallenge::parse(Some(VERIFIER), None).unwrap().unwrap();
        assert_eq!(challenge.verify(VERIFIER), Ok(()));
        assert!(challenge.verify(CHALLENGE).is_err());
    }

    #[test]
    fn malformed_challenges_are_refused_with_the_reason() {
        let refused =
            |challenge, method| CodeChallenge::parse(challenge, method).unwrap_err().to_string();
        assert_eq!(refused(None, Some("S256")), "code_challenge_method requires a code_challenge");
        assert_eq!(
            refused(Some(CHALLENGE), Some("S512")),
            "code_challenge_method must be S256 or plain, not `S512`"
        );
        assert_eq!(
            refused(Some("short"), Some("S256")),
            "code_challenge must be 43 characters for S256, not 5"
        );
    }
}
