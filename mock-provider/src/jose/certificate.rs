//! Certificates for keys, for the member `x5c`
//! ([RFC 7517, section 4.7](https://www.rfc-editor.org/rfc/rfc7517#section-4.7)).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, DistinguishedName, DnType, PublicKeyData, SignatureAlgorithm};
use serde_json::Value;

use crate::jose::algorithm::{Algorithm, KeyKind};
use crate::jose::ecdsa;
use crate::jose::public_key::PublicKey;
use crate::jose::signing_key::SigningKey;

/// A self-signed certificate in DER. Its dates are fixed and its serial number follows from the key,
/// so a key with deterministic signatures gives the same certificate in every run.
pub(crate) fn self_signed(key: &SigningKey, common_name: &str) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let certificate = params.self_signed(&Signer::new(key)).expect("the key signs any certificate");
    certificate.der().to_vec()
}

/// The value of `x5c`: the certificate of the key first, each signed by the next.
pub(crate) fn x5c<'a>(chain: impl IntoIterator<Item = &'a [u8]>) -> Value {
    // Unlike other members of a JWK, this one uses padded base64, not base64url.
    chain.into_iter().map(|der| BASE64_STANDARD.encode(der)).collect()
}

/// Adapts a key to rcgen's interface.
struct Signer<'a> {
    key: &'a SigningKey,
    public: Vec<u8>,
}

impl<'a> Signer<'a> {
    fn new(key: &'a SigningKey) -> Self {
        let public = match key.public() {
            rsa @ PublicKey::Rsa { .. } => rsa.pkcs1_der().unwrap_or_default(),
            PublicKey::Ec { point, .. } => point.clone(),
            PublicKey::Ed25519(bytes) => bytes.clone(),
        };
        Self { key, public }
    }
}

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.key.public().kind() {
            KeyKind::Rsa => &rcgen::PKCS_RSA_SHA256,
            KeyKind::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyKind::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyKind::P521 => &rcgen::PKCS_ECDSA_P521_SHA512,
            KeyKind::Ed25519 => &rcgen::PKCS_ED25519,
        }
    }
}

impl rcgen::SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let (algorithm, is_ecdsa) = match self.key.public().kind() {
            KeyKind::Rsa => (Algorithm::RS256, false),
            KeyKind::P256 => (Algorithm::ES256, true),
            KeyKind::P384 => (Algorithm::ES384, true),
            KeyKind::P521 => (Algorithm::ES512, true),
            KeyKind::Ed25519 => (Algorithm::EdDsa, false),
        };
        let signature = self.key.signature(algorithm, message);
        let signature = signature.map_err(|_| rcgen::Error::RemoteKeyError)?;
        Ok(if is_ecdsa { ecdsa::der(&signature) } else { signature })
    }
}

#[cfg(test)]
mod tests {
    use rsa::pkcs8::der::asn1::{AnyRef, BitStringRef};
    use rsa::pkcs8::der::{Decode, Encode, Reader, SliceReader};

    use super::*;
    use crate::jose::weak_rsa::Weakness;

    /// The signed part and the signature: the first and the last part of a certificate.
    fn parts(certificate: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let outer = AnyRef::from_der(certificate).unwrap();
        let mut reader = SliceReader::new(outer.value()).unwrap();
        let signed = AnyRef::decode(&mut reader).unwrap().to_der().unwrap();
        let _algorithm = AnyRef::decode(&mut reader).unwrap();
        let signature = BitStringRef::decode(&mut reader).unwrap().raw_bytes().to_owned();
        assert!(reader.is_finished());
        (signed, signature)
    }

    #[test]
    fn every_kind_of_key_has_a_certificate_with_its_public_half() {
        let derived = [KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Ed25519];
        let derived = derived.map(|kind| SigningKey::generate(kind, &[1; 32]));
        let weak = Weakness::ALL.map(SigningKey::weak);
        for key in derived.iter().chain(&weak).chain([&*SigningKey::unpublished()]) {
            let certificate = self_signed(key, "issuer");
            let info = key.public().spki_der();
            assert!(certificate.windows(info.len()).any(|window| window == info), "{key:?}");
        }
    }

    #[test]
    fn a_certificate_is_signed_by_its_key_and_repeats() {
        let key = SigningKey::unpublished();
        let certificate = self_signed(&key, "issuer");
        assert_eq!(certificate, self_signed(&key, "issuer"));
        let (signed, signature) = parts(&certificate);
        assert!(key.public().verifies(Algorithm::RS256, &signed, &signature));
    }

    #[test]
    fn a_certificate_has_ecdsa_signatures_in_asn_1() {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

        let key = SigningKey::generate(KeyKind::P256, &[1; 32]);
        let PublicKey::Ec { point, .. } = key.public() else { panic!("not EC") };
        let (signed, signature) = parts(&self_signed(&key, "issuer"));
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
        assert!(verifier.verify(&signed, &signature).is_ok());
    }

    #[test]
    fn a_chain_is_written_in_plain_base64() {
        let certificate = self_signed(&SigningKey::unpublished(), "issuer");
        let chain = x5c([&*certificate, &*certificate]);
        assert_eq!(chain[0], chain[1]);
        let text = chain[0].as_str().unwrap();
        assert_eq!(BASE64_STANDARD.decode(text).unwrap(), certificate);
    }
}
