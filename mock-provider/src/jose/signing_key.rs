//! Private keys, and the signatures that they make.
//!
//! This uses aws-lc directly, because `jsonwebtoken` would parse the key for every signature, which
//! halves the logins per second, and supports fewer algorithms.

use std::fmt;

use aws_lc_rs::agreement;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self as aws_rsa, KeySize};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaSignatureEncoding,
};
use rsa::pkcs1::{DecodeRsaPrivateKey, RsaPublicKeyRef};
use rsa::pkcs8::der::Decode;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};

use crate::jose::algorithm::{Algorithm, KeyKind, hmac};
use crate::jose::public_key::{Curve, PublicKey};
use crate::jose::weak_rsa::WeakRsa;

/// A private key, parsed once, with its public half.
pub(crate) struct SigningKey {
    private: Private,
    public: PublicKey,
    thumbprint: String,
}

enum Private {
    Rsa(aws_rsa::KeyPair),
    WeakRsa(WeakRsa),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not an RSA private key in PEM.
    #[error("must be an RSA private key in PEM (PKCS#8 or PKCS#1): {0}")]
    NotAnRsaKey(String),
    /// The key is too short or too long, or its numbers are inconsistent.
    #[error("must be a valid RSA key of 2048 to 8192 bits: {0}")]
    Unusable(String),
    /// No key of the issuer has this `kid`.
    #[error("`kid` must be one of {}, got `{kid}`", quoted(known))]
    UnknownKid {
        /// The unknown `kid`.
        kid: String,
        /// The known ones.
        known: Vec<String>,
    },
}

fn quoted(names: &[String]) -> String {
    match names {
        [] => "none".into(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// An algorithm that does not belong to the kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {kind:?} key cannot sign with {algorithm}")]
pub(crate) struct WrongKind {
    kind: KeyKind,
    algorithm: Algorithm,
}

impl SigningKey {
    /// Reads an RSA key that the user configured.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = rsa::PrivateKey::from_pkcs8_pem(pem)
            .or_else(|not_pkcs8| rsa::PrivateKey::from_pkcs1_pem(pem).map_err(|_| not_pkcs8))
            .map_err(|error| KeyError::NotAnRsaKey(error.to_string()))?;
        let der = key.to_pkcs8_der().map_err(|error| KeyError::Unusable(error.to_string()))?;
        Self::from_pkcs8(der.as_bytes())
    }

    /// Reads an RSA key in PKCS#8.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = aws_rsa::KeyPair::from_pkcs8(der)
            .map_err(|error| KeyError::Unusable(error.to_string()))?;
        Ok(Self::rsa(pair))
    }

    /// Generates a key. The same seed gives the same key, except for RSA, whose keys are always
    /// random and take a tenth of a second or more.
    pub(crate) fn generate(kind: KeyKind, seed: &[u8; 32]) -> Self {
        match kind {
            KeyKind::Rsa => Self::rsa(
                aws_rsa::KeyPair::generate(KeySize::Rsa2048)
                    .expect("the system provides random numbers"),
            ),
            KeyKind::P256 => Self::ec(Curve::P256, seed),
            KeyKind::P384 => Self::ec(Curve::P384, seed),
            KeyKind::P521 => Self::ec(Curve::P521, seed),
            KeyKind::Ed25519 => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed)
                    .expect("any 32 bytes are a valid seed");
                let public = PublicKey::Ed25519(pair.public_key().as_ref().to_owned());
                Self::new(Private::Ed25519(pair), public)
            }
        }
    }

    fn rsa(pair: aws_rsa::KeyPair) -> Self {
        let numbers = RsaPublicKeyRef::from_der(pair.public_key().as_ref());
        let numbers = numbers.expect("the library encodes the key as PKCS#1");
        let public = PublicKey::Rsa {
            modulus: numbers.modulus.as_bytes().to_owned(),
            exponent: numbers.public_exponent.as_bytes().to_owned(),
        };
        Self::new(Private::Rsa(pair), public)
    }

    /// A key that no relying party should accept.
    pub(crate) fn weak_rsa(key: WeakRsa) -> Self {
        let public = key.public().clone();
        Self::new(Private::WeakRsa(key), public)
    }

    fn ec(curve: Curve, seed: &[u8; 32]) -> Self {
        let (agreement, signing): (_, &'static EcdsaSigningAlgorithm) = match curve {
            Curve::P256 => (&agreement::ECDH_P256, &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            Curve::P384 => (&agreement::ECDH_P384, &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            Curve::P521 => (&agreement::ECDH_P521, &signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        };
        // A private key is a number below the order of the curve. Once in four billion the bytes are
        // not, and the next attempt derives others. Only the key agreement API computes the public
        // half of a number.
        let (number, point) = (0..=u8::MAX)
            .find_map(|attempt| {
                let number = expand_seed(seed, curve, attempt);
                let key = agreement::PrivateKey::from_private_key(agreement, &number).ok()?;
                Some((number, key.compute_public_key().ok()?.as_ref().to_owned()))
            })
            .expect("one of 256 numbers is below the order of the curve");
        let pair = EcdsaKeyPair::from_private_key_and_public_key(signing, &number, &point)
            .expect("the public half belongs to the private one");
        Self::new(Private::Ec(pair), PublicKey::Ec { curve, point })
    }

    fn new(private: Private, public: PublicKey) -> Self {
        let thumbprint = public.thumbprint();
        Self { private, public, thumbprint }
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The thumbprint (RFC 7638), which is the default `kid`: different keys get different names.
    pub(crate) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Signs a message. The signature has the form that a JWS requires: for ECDSA the two numbers,
    /// concatenated ([RFC 7518, section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)).
    ///
    /// # Errors
    ///
    /// When the algorithm does not belong to this kind of key.
    pub(crate) fn signature(
        &self,
        algorithm: Algorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, WrongKind> {
        let kind = self.public.kind();
        let wrong_kind = WrongKind { kind, algorithm };
        if algorithm.key_kind() != Some(kind) {
            return Err(wrong_kind);
        }
        let signed = "a valid key signs any message";
        Ok(match &self.private {
            Private::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let encoding = rsa_encoding(algorithm);
                pair.sign(encoding, &SystemRandom::new(), message, &mut signature).expect(signed);
                signature
            }
            Private::WeakRsa(key) if algorithm == Algorithm::RS256 => key.sign(message),
            Private::WeakRsa(_) => return Err(wrong_kind),
            Private::Ec(pair) => {
                pair.sign(&SystemRandom::new(), message).expect(signed).as_ref().to_owned()
            }
            Private::Ed25519(pair) => pair.try_sign(message).expect(signed).as_ref().to_owned(),
        })
    }
}

fn rsa_encoding(algorithm: Algorithm) -> &'static RsaSignatureEncoding {
    match algorithm {
        Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_SHA512,
        _ => &signature::RSA_PKCS1_SHA256,
    }
}

/// Derives as many bytes as a private key of the curve has. Each attempt gives different bytes.
fn expand_seed(seed: &[u8; 32], curve: Curve, attempt: u8) -> Vec<u8> {
    let block = |number: u8| {
        let label = format!("private key {} {attempt} {number}", curve.name());
        hmac(Algorithm::HS512, seed, label.as_bytes())
    };
    let mut bytes: Vec<u8> = block(0).into_iter().chain(block(1)).take(curve.size()).collect();
    if curve == Curve::P521 {
        // 521 bits are 65 bytes and 1 bit.
        bytes[0] &= 1;
    }
    bytes
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.thumbprint)
    }
}

#[cfg(test)]
mod tests;
