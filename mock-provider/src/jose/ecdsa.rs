//! ECDSA signatures in forms that are invalid in a JWS
//! ([RFC 7518, section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)), each derived from a
//! valid one: the numbers r and s, concatenated, both as long as a coordinate.

use rsa::pkcs8::der::Encode;
use rsa::pkcs8::der::asn1::UintRef;

use crate::jose::public_key::Curve;

/// Both numbers are zero: a verifier that does not check for that accepts the signature for every
/// message (CVE-2022-21449).
pub(crate) fn all_zero(curve: Curve) -> Vec<u8> {
    vec![0; 2 * curve.size()]
}

/// The numbers in ASN.1, as X.509 and TLS write them.
pub(crate) fn der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    // An array encodes as a sequence.
    let encoded = UintRef::new(r).and_then(|r| [r, UintRef::new(s)?].to_der());
    encoded.expect("the two numbers are short enough for DER")
}

/// The correct numbers, each with eight leading zero bytes.
pub(crate) fn oversize(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    [&[0; 8], r, &[0; 8], s].concat()
}

/// The other valid signature of the same message: if s is low, it is replaced by the order of the
/// curve minus s. A verifier accepts it unless it requires the lower of the two.
pub(crate) fn high_s(curve: Curve, signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(curve.size());
    let other = subtract_be(order(curve), s);
    // Big-endian numbers of the same length compare like their bytes.
    let high = if other.as_slice() > s { &other } else { s };
    [r, high].concat()
}

/// The order of the curve's base point (SEC 2, sections 2.4.2, 2.5.1 and 2.6.1).
fn order(curve: Curve) -> Vec<u8> {
    let (ones, tail): (usize, &[u8]) = match curve {
        Curve::P256 => {
            let tail = b"\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
            (4, tail)
        }
        Curve::P384 => {
            let tail = b"\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73";
            (24, tail)
        }
        Curve::P521 => {
            let tail = b"\xfa\x51\x86\x87\x83\xbf\x2f\x96\x6b\x7f\xcc\x01\x48\xf7\x09\xa5\xd0\x3b\xb5\xc9\xb8\x89\x9c\x47\xae\xbb\x6f\xb7\x1e\x91\x38\x64\x09";
            (31, tail)
        }
    };
    let top: &[u8] = if curve == Curve::P521 { &[1, 0xff] } else { &[] };
    [top, &vec![0xff; ones], tail].concat()
}

/// `larger - smaller`, both big-endian and of the same length.
fn subtract_be(mut larger: Vec<u8>, smaller: &[u8]) -> Vec<u8> {
    let mut borrow = false;
    for (digit, other) in larger.iter_mut().zip(smaller).rev() {
        let (value, first) = digit.overflowing_sub(*other);
        let (value, second) = value.overflowing_sub(borrow.into());
        (*digit, borrow) = (value, first || second);
    }
    larger
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    use super::*;
    use crate::jose::algorithm::{Algorithm, KeyKind};
    use crate::jose::public_key::PublicKey;
    use crate::jose::signing_key::SigningKey;

    const KINDS: [(KeyKind, Curve, Algorithm); 3] = [
        (KeyKind::P256, Curve::P256, Algorithm::ES256),
        (KeyKind::P384, Curve::P384, Algorithm::ES384),
        (KeyKind::P521, Curve::P521, Algorithm::ES512),
    ];

    #[test]
    fn a_high_s_verifies_and_is_the_higher_of_the_two() {
        for (kind, curve, algorithm) in KINDS {
            let key = SigningKey::generate(kind, &[3; 32]);
            let signature = key.signature(algorithm, b"message").unwrap();
            let high = high_s(curve, &signature);
            assert_eq!(high.len(), 2 * curve.size());
            assert!(key.public().verifies(algorithm, b"message", &high));
            assert!(high[curve.size()..] >= signature[curve.size()..]);
            assert_eq!(high_s(curve, &high), high);
        }
    }

    #[test]
    fn the_other_forms_do_not_verify() {
        for (kind, curve, algorithm) in KINDS {
            let key = SigningKey::generate(kind, &[3; 32]);
            let signature = key.signature(algorithm, b"message").unwrap();
            assert!(key.public().verifies(algorithm, b"message", &signature));
            for form in [all_zero(curve), der(&signature), oversize(&signature)] {
                assert!(!key.public().verifies(algorithm, b"message", &form));
            }
            assert_eq!(oversize(&signature).len(), signature.len() + 16);
        }
    }

    #[test]
    fn the_asn_1_form_verifies_as_asn_1() {
        let key = SigningKey::generate(KeyKind::P256, &[3; 32]);
        let PublicKey::Ec { point, .. } = key.public() else { panic!("not EC") };
        let signature = der(&key.signature(Algorithm::ES256, b"message").unwrap());
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
        assert!(verifier.verify(b"message", &signature).is_ok());
    }
}
