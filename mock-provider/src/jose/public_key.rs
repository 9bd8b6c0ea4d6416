//! The public half of a key, in every form that the provider needs.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{self, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rsa::pkcs1::{RsaPublicKey, UintRef};
use rsa::pkcs8::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use rsa::pkcs8::der::pem::{self, LineEnding};
use rsa::pkcs8::der::{self, Encode};
use rsa::pkcs8::spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use serde_json::{Map, Value};

use crate::jose::algorithm::{Algorithm, KeyKind};

/// A JSON Web Key ([RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)): a
/// plain object, because failures write members into it that a type would not allow.
pub(crate) type Jwk = Map<String, Value>;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// Both numbers in big-endian order, without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// A point in uncompressed form: the byte 4, then both coordinates.
    Ec { curve: Curve, point: Vec<u8> },
    /// The 32 bytes of the key.
    Ed25519(Vec<u8>),
}

/// A curve of ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// The value of `crv` ([RFC 7518, section 6.2.1.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1.1)).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// The length of a coordinate and of each half of a signature, in bytes.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn identifier(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
        })
    }
}

impl PublicKey {
    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa { .. } => KeyKind::Rsa,
            Self::Ec { curve: Curve::P256, .. } => KeyKind::P256,
            Self::Ec { curve: Curve::P384, .. } => KeyKind::P384,
            Self::Ec { curve: Curve::P521, .. } => KeyKind::P521,
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The members that make up the key, starting with `kty`, without those that describe its use.
    pub(crate) fn jwk(&self) -> Jwk {
        let number = |bytes: &[u8]| Value::from(BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let members = match self {
            Self::Rsa { modulus, exponent } => {
                vec![("kty", "RSA".into()), ("n", number(modulus)), ("e", number(exponent))]
            }
            Self::Ec { curve, point } => {
                let (x, y) = point[1..].split_at(curve.size());
                vec![
                    ("kty", "EC".into()),
                    ("crv", curve.name().into()),
                    ("x", number(x)),
                    ("y", number(y)),
                ]
            }
            Self::Ed25519(bytes) => {
                vec![("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", number(bytes))]
            }
        };
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The JWK in a key set: `use`, `alg`, `kid` and the key.
    pub(crate) fn published(&self, algorithm: Algorithm, kid: &str) -> Jwk {
        let described = [("use", "sig"), ("alg", algorithm.name()), ("kid", kid)];
        let described = described.map(|(name, value)| (name.to_owned(), Value::from(value)));
        described.into_iter().chain(self.jwk()).collect()
    }

    /// The thumbprint of the key
    /// ([RFC 7638, section 3](https://www.rfc-editor.org/rfc/rfc7638#section-3)).
    pub(crate) fn thumbprint(&self) -> String {
        // The required members in alphabetical order.
        let mut members: Vec<_> = self.jwk().into_iter().collect();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        let members: Jwk = members.into_iter().collect();
        BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, Value::from(members).to_string().as_bytes()))
    }

    /// `SubjectPublicKeyInfo` ([RFC 5280, section 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
    pub(crate) fn spki_der(&self) -> Vec<u8> {
        let (identifier, parameters, key);
        let curve;
        match self {
            Self::Rsa { .. } => {
                identifier = "1.2.840.113549.1.1.1";
                parameters = Some(AnyRef::NULL);
                key = self.pkcs1_der().unwrap_or_default();
            }
            Self::Ec { curve: named, point } => {
                identifier = "1.2.840.10045.2.1";
                curve = named.identifier();
                parameters = Some(AnyRef::from(&curve));
                key = point.clone();
            }
            Self::Ed25519(bytes) => {
                identifier = "1.3.101.112";
                parameters = None;
                key = bytes.clone();
            }
        }
        let oid = ObjectIdentifier::new_unwrap(identifier);
        let encoded = BitStringRef::from_bytes(&key).and_then(|subject_public_key| {
            let algorithm = AlgorithmIdentifier { oid, parameters };
            SubjectPublicKeyInfo { algorithm, subject_public_key }.to_der()
        });
        encoded.expect("the key is short enough for DER")
    }

    /// [`spki_der`](Self::spki_der) in PEM: `BEGIN PUBLIC KEY`.
    pub(crate) fn spki_pem(&self) -> String {
        to_pem("PUBLIC KEY", &self.spki_der())
    }

    /// `RSAPublicKey` ([RFC 8017, appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1));
    /// `None` for a key that is not RSA.
    pub(crate) fn pkcs1_der(&self) -> Option<Vec<u8>> {
        let Self::Rsa { modulus, exponent } = self else { return None };
        let encode = || -> der::Result<Vec<u8>> {
            let (modulus, exponent) = (UintRef::new(modulus)?, UintRef::new(exponent)?);
            RsaPublicKey { modulus, public_exponent: exponent }.to_der()
        };
        Some(encode().expect("the key is short enough for DER"))
    }

    /// [`pkcs1_der`](Self::pkcs1_der) in PEM: `BEGIN RSA PUBLIC KEY`.
    pub(crate) fn pkcs1_pem(&self) -> Option<String> {
        self.pkcs1_der().map(|der| to_pem("RSA PUBLIC KEY", &der))
    }

    /// Whether this key made `signature` over `message`. Always false for RSA keys below 2048 bits.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if algorithm.key_kind() != Some(self.kind()) {
            return false;
        }
        let verified = match self {
            Self::Rsa { modulus, exponent } => {
                let parameters = match algorithm {
                    Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
                    Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
                    Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
                    Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
                    Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
                    _ => &signature::RSA_PKCS1_2048_8192_SHA256,
                };
                let key = PublicKeyComponents { n: modulus, e: exponent };
                key.verify(parameters, message, signature)
            }
            Self::Ec { curve, point } => {
                let parameters = match curve {
                    Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
                    Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
                    Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
                };
                UnparsedPublicKey::new(parameters, point).verify(message, signature)
            }
            Self::Ed25519(bytes) => {
                UnparsedPublicKey::new(&signature::ED25519, bytes).verify(message, signature)
            }
        };
        verified.is_ok()
    }

    /// The key as text or bytes that a confused verifier may use as the secret of an HMAC; `None` if
    /// a key of this kind does not have the form.
    pub(crate) fn in_form(&self, form: PublicKeyForm) -> Option<Vec<u8>> {
        let member = |name| {
            let text = self.jwk().get(name)?.as_str()?.to_owned();
            Some(text)
        };
        let text = match form {
            PublicKeyForm::PemSpki => self.spki_pem(),
            PublicKeyForm::PemPkcs1 => self.pkcs1_pem()?,
            PublicKeyForm::PemNoLf => self.spki_pem().replace('\n', ""),
            PublicKeyForm::PemNoHeaders => {
                let pem = self.spki_pem();
                let lines = pem.lines().filter(|line| !line.starts_with("-----"));
                lines.map(|line| format!("{line}\n")).collect()
            }
            PublicKeyForm::DerBase64 => BASE64_STANDARD.encode(self.spki_der()),
            PublicKeyForm::JwkJson => Value::from(self.jwk()).to_string(),
            PublicKeyForm::N => member("n")?,
            PublicKeyForm::E => member("e")?,
            PublicKeyForm::Kty => member("kty")?,
            PublicKeyForm::Alg => match self.kind() {
                KeyKind::Rsa => Algorithm::RS256,
                KeyKind::P256 => Algorithm::ES256,
                KeyKind::P384 => Algorithm::ES384,
                KeyKind::P521 => Algorithm::ES512,
                KeyKind::Ed25519 => Algorithm::EdDsa,
            }
            .name()
            .to_owned(),
        };
        Some(text.into_bytes())
    }
}

/// A form of a public key that verifiers have mistaken for the secret of an HMAC
/// ([RFC 8725, section 2.1](https://www.rfc-editor.org/rfc/rfc8725#section-2.1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PublicKeyForm {
    /// `SubjectPublicKeyInfo` in PEM, with the final line feed.
    PemSpki,
    /// `RSAPublicKey` in PEM.
    PemPkcs1,
    /// `PemSpki` on a single line.
    PemNoLf,
    /// The lines of `PemSpki` without the first and the last.
    PemNoHeaders,
    /// `SubjectPublicKeyInfo` in base64.
    DerBase64,
    /// The JWK without whitespace: `kty` and the members of the key.
    JwkJson,
    /// The JWK's `n`, as written.
    N,
    /// The JWK's `e`, as written.
    E,
    /// The JWK's `kty`.
    Kty,
    /// The JWK's `alg`.
    Alg,
}

impl PublicKeyForm {
    /// Every form, most likely first.
    pub(crate) const ALL: [Self; 10] = [
        Self::PemSpki,
        Self::PemPkcs1,
        Self::PemNoLf,
        Self::PemNoHeaders,
        Self::DerBase64,
        Self::JwkJson,
        Self::N,
        Self::E,
        Self::Kty,
        Self::Alg,
    ];

    /// The name in a failure's parameter.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PemSpki => "pem-spki",
            Self::PemPkcs1 => "pem-pkcs1",
            Self::PemNoLf => "pem-no-lf",
            Self::PemNoHeaders => "pem-no-headers",
            Self::DerBase64 => "der-base64",
            Self::JwkJson => "jwk-json",
            Self::N => "n",
            Self::E => "e",
            Self::Kty => "kty",
            Self::Alg => "alg",
        }
    }
}

/// Encodes DER as PEM.
pub(crate) fn to_pem(label: &str, der: &[u8]) -> String {
    pem::encode_string(label, LineEnding::LF, der).expect("the DER is short enough for PEM")
}

#[cfg(test)]
mod tests;
