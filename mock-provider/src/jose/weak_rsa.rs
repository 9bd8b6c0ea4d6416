//! RSA keys that no relying party should accept, and the signatures that they make.
//!
//! aws-lc rightly refuses keys below 2048 bits. The padding is implemented here; the arithmetic is the
//! raw operation of the `rsa` crate, which has no minimum size. It need not take constant time,
//! because these keys are public.

use aws_lc_rs::digest::{SHA256, digest};
use rsa::BoxedUint;
use rsa::hazmat::rsa_encrypt;
use rsa::pkcs1::RsaPrivateKeyRef;
use rsa::pkcs8::der::Decode;

use crate::jose::public_key::PublicKey;

/// A weakness of an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weakness {
    /// A modulus of 512 bits, which can be factored in hours.
    Bits512,
    /// A modulus of 1024 bits, below the 2048 that RFC 7518, section 3.3, requires.
    Bits1024,
    /// The public exponent 1: the signature of a message is the padded message.
    ExponentOne,
}

impl Weakness {
    pub(crate) const ALL: [Self; 3] = [Self::Bits512, Self::Bits1024, Self::ExponentOne];

    /// The name in a failure's parameter.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bits512 => "rsa-512",
            Self::Bits1024 => "rsa-1024",
            Self::ExponentOne => "e-1",
        }
    }
}

/// A weak key. It signs with RS256 only: a longer digest does not fit into 512 bits.
#[derive(Debug)]
pub(crate) struct WeakRsa {
    public: PublicKey,
    /// The modulus, with the private exponent in place of the public one: signing and verifying are
    /// the same operation, raising a number to a power.
    signing: rsa::PublicKey,
    /// The length of the modulus in bytes.
    size: usize,
}

impl WeakRsa {
    /// Reads a key in PKCS#1.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        let key = RsaPrivateKeyRef::from_der(der).ok()?;
        let modulus = key.modulus.as_bytes();
        Some(Self::new(modulus, key.public_exponent.as_bytes(), key.private_exponent.as_bytes()))
    }

    /// A key whose public and private exponents are 1. Works with any odd modulus.
    pub(crate) fn with_exponent_one(modulus: &[u8]) -> Self {
        Self::new(modulus, &[1], &[1])
    }

    fn new(modulus: &[u8], exponent: &[u8], private_exponent: &[u8]) -> Self {
        let number = BoxedUint::from_be_slice_vartime;
        Self {
            public: PublicKey::Rsa { modulus: modulus.to_owned(), exponent: exponent.to_owned() },
            signing: rsa::PublicKey::new_unchecked(number(modulus), number(private_exponent)),
            size: modulus.len(),
        }
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256
    /// ([RFC 8017, section 8.2.1](https://www.rfc-editor.org/rfc/rfc8017#section-8.2.1)).
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let padded = BoxedUint::from_be_slice_vartime(&padded(message, self.size));
        let power = rsa_encrypt(&self.signing, &padded).expect("raw RSA accepts any number");
        let bytes = power.to_be_bytes();
        // The result is a whole number of machine words, at least as long as the modulus.
        bytes[bytes.len() - self.size..].to_owned()
    }
}

/// The prefix of the digest: `DigestInfo` of SHA-256 without the digest itself
/// ([RFC 8017, section 9.2, note 1](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// EMSA-PKCS1-v1_5: 0, 1, as many 255 as needed, 0, `DigestInfo` and the digest.
fn padded(message: &[u8], size: usize) -> Vec<u8> {
    let digest = digest(&SHA256, message);
    let mut padded = vec![0xff; size];
    padded[0] = 0;
    padded[1] = 1;
    let end = size - digest.as_ref().len();
    padded[end..].copy_from_slice(digest.as_ref());
    padded[end - DIGEST_INFO.len()..end].copy_from_slice(&DIGEST_INFO);
    padded[end - DIGEST_INFO.len() - 1] = 0;
    padded
}
