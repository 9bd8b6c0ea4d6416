//! JSON Web Encryption ([RFC 7516](https://www.rfc-editor.org/rfc/rfc7516)) in compact
//! serialization. The provider encrypts; it never decrypts.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPublicEncryptingKey,
    Pkcs1PublicEncryptingKey, PublicEncryptingKey,
};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::random::Random;
use crate::base::secret::Secret;
use crate::jose::algorithm::{Algorithm, hmac};
use crate::jose::jws::{Header, part};
use crate::jose::public_key::{Jwk, PublicKey};

/// How the recipient gets the content encryption key: the values of `alg`
/// ([RFC 7518, section 4](https://www.rfc-editor.org/rfc/rfc7518#section-4)).
#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    /// `RSA-OAEP`, with SHA-1.
    RsaOaep(Jwk),
    /// `RSA-OAEP-256`, with SHA-256.
    RsaOaep256(Jwk),
    /// `RSA1_5`, which is vulnerable to padding oracle attacks.
    Rsa1_5(Jwk),
    /// `dir`: both sides derive the key from the client's secret
    /// ([OpenID Connect Core 1.0, section 10.2](https://openid.net/specs/openid-connect-core-1_0.html#Encryption)).
    Direct(Secret),
}

impl Recipient {
    /// The value of `alg`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::RsaOaep(_) => "RSA-OAEP",
            Self::RsaOaep256(_) => "RSA-OAEP-256",
            Self::Rsa1_5(_) => "RSA1_5",
            Self::Direct(_) => "dir",
        }
    }

    /// The content encryption key, in plain and encrypted for the recipient.
    fn content_key(&self, random: &Random) -> Result<([u8; 32], Vec<u8>), JweError> {
        let (jwk, oaep): (_, Option<&'static OaepAlgorithm>) = match self {
            Self::RsaOaep(jwk) => (jwk, Some(&OAEP_SHA1_MGF1SHA1)),
            Self::RsaOaep256(jwk) => (jwk, Some(&OAEP_SHA256_MGF1SHA256)),
            Self::Rsa1_5(jwk) => (jwk, None),
            Self::Direct(secret) => {
                let mut key = [0; 32];
                key.copy_from_slice(digest(&SHA256, secret.expose().as_bytes()).as_ref());
                return Ok((key, Vec::new()));
            }
        };
        let (recipient, key) = (encrypting_key(jwk)?, random.bytes());
        let mut encrypted = vec![0; recipient.key_size_bytes()];
        match oaep {
            Some(oaep) => OaepPublicEncryptingKey::new(recipient).and_then(|recipient| {
                recipient.encrypt(oaep, &key, &mut encrypted, None).map(drop)
            }),
            None => Pkcs1PublicEncryptingKey::new(recipient)
                .and_then(|recipient| recipient.encrypt(&key, &mut encrypted).map(drop)),
        }
        .map_err(|Unspecified| JweError::Unusable)?;
        Ok((key, encrypted))
    }
}

/// How the content is encrypted: the values of `enc`
/// ([RFC 7518, section 5](https://www.rfc-editor.org/rfc/rfc7518#section-5)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum ContentEncryption {
    /// `A128CBC-HS256`, the default of OpenID Connect.
    #[default]
    #[serde(rename = "A128CBC-HS256")]
    Aes128CbcHmacSha256,
    /// `A256GCM`.
    #[serde(rename = "A256GCM")]
    Aes256Gcm,
}

impl ContentEncryption {
    /// Every method, in the order of declaration.
    pub(crate) const ALL: [Self; 2] = [Self::Aes128CbcHmacSha256, Self::Aes256Gcm];

    /// The value of `enc`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "A256GCM",
            Self::Aes128CbcHmacSha256 => "A128CBC-HS256",
        }
    }

    fn encrypt(self, key: &[u8; 32], aad: &[u8], text: &[u8], random: &Random) -> Encrypted {
        let valid = "keys and vectors have the lengths that the ciphers require";
        match self {
            Self::Aes256Gcm => {
                let iv: [u8; 12] = random.bytes();
                let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect(valid));
                let mut ciphertext = text.to_owned();
                let nonce = Nonce::assume_unique_for_key(iv);
                let tag = key
                    .seal_in_place_separate_tag(nonce, Aad::from(aad), &mut ciphertext)
                    .expect(valid);
                Encrypted { iv: iv.into(), ciphertext, tag: tag.as_ref().into() }
            }
            Self::Aes128CbcHmacSha256 => {
                let iv: [u8; 16] = random.bytes();
                // RFC 7518, section 5.2.2.1: the first half authenticates, the second encrypts.
                let (authenticating, encrypting) = key.split_at(16);
                let mut ciphertext = text.to_owned();
                UnboundCipherKey::new(&AES_128, encrypting)
                    .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
                    .and_then(|key| {
                        let iv = EncryptionContext::Iv128(FixedLength::from(iv));
                        key.less_safe_encrypt(&mut ciphertext, iv)
                    })
                    .expect(valid);
                let bits = (aad.len() as u64 * 8).to_be_bytes();
                let authenticated = [aad, &iv, &ciphertext, &bits].concat();
                let mut tag = hmac(Algorithm::HS256, authenticating, &authenticated);
                tag.truncate(16);
                Encrypted { iv: iv.into(), ciphertext, tag }
            }
        }
    }
}

struct Encrypted {
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

/// Why encryption for a recipient fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JweError {
    /// The key is not RSA, or lacks one of its numbers.
    #[error("the recipient's key must be an RSA key with `n` and `e`")]
    NotRsa,
    /// The library refuses the length of the key.
    #[error("the recipient's RSA key must have 2048 to 8192 bits")]
    Unusable,
}

/// Encrypts a text, such as a signed token: a JWE in compact serialization
/// ([RFC 7516, section 7.1](https://www.rfc-editor.org/rfc/rfc7516#section-7.1)). Its header has
/// `alg`, `enc`, the `kid` of the recipient's key if it has one, and the `further` members, such as
/// `cty`.
///
/// With a seed the result is reproducible for `dir` only, because the library pads RSA with random
/// bytes of its own.
///
/// # Errors
///
/// When the recipient's key is unusable.
pub(crate) fn encrypt(
    recipient: &Recipient,
    encryption: ContentEncryption,
    further: Header,
    text: &[u8],
    random: &Random,
) -> Result<String, JweError> {
    let (key, encrypted_key) = recipient.content_key(random)?;
    let mut header = Header::new();
    header.insert("alg".into(), recipient.name().into());
    header.insert("enc".into(), encryption.name().into());
    if let Recipient::RsaOaep(jwk) | Recipient::RsaOaep256(jwk) | Recipient::Rsa1_5(jwk) = recipient
        && let Some(kid) = jwk.get("kid")
    {
        header.insert("kid".into(), kid.clone());
    }
    header.extend(further);
    let header = part(&header);
    let Encrypted { iv, ciphertext, tag } =
        encryption.encrypt(&key, header.as_bytes(), text, random);
    let parts = [encrypted_key, iv, ciphertext, tag];
    Ok(parts.iter().fold(header, |mut token, part| {
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(part, &mut token);
        token
    }))
}

/// The RSA key of a JWK.
fn encrypting_key(jwk: &Jwk) -> Result<PublicEncryptingKey, JweError> {
    let number = |name: &str| {
        let text = jwk.get(name).and_then(Value::as_str)?;
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()
    };
    let (Some("RSA"), Some(modulus), Some(exponent)) =
        (jwk.get("kty").and_then(Value::as_str), number("n"), number("e"))
    else {
        return Err(JweError::NotRsa);
    };
    let key = PublicKey::Rsa { modulus, exponent };
    PublicEncryptingKey::from_der(&key.spki_der()).map_err(|_| JweError::Unusable)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::cipher::{DecryptionContext, PaddedBlockDecryptingKey};
    use aws_lc_rs::rsa::{
        OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey,
    };

    use super::*;
    use crate::jose::signing_key::SigningKey;

    const KEY: &[u8] = include_bytes!("../../keys/shipped-rsa-2048-1.der");
    const SECRET: &str = "the secret of a client, with more than enough bytes";

    fn jwk() -> Jwk {
        let mut jwk = SigningKey::shipped(1).unwrap().public().jwk();
        jwk.insert("kid".into(), "mine".into());
        jwk
    }

    /// Decrypts as the recipient does.
    fn decrypt(token: &str) -> Option<Vec<u8>> {
        let parts: Vec<_> =
            token.split('.').map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        let [header, encrypted_key, iv, ciphertext, tag] = &*parts else { panic!("{token}") };
        let (aad, _) = token.split_once('.').unwrap();
        let header: Header = serde_json::from_slice(header).unwrap();
        let key = || PrivateDecryptingKey::from_pkcs8(KEY).unwrap();
        let mut buffer = vec![0; 512];
        let oaep = |algorithm: &'static OaepAlgorithm, buffer: &mut [u8]| {
            let key = OaepPrivateDecryptingKey::new(key()).unwrap();
            key.decrypt(algorithm, encrypted_key, buffer, None).unwrap().to_owned()
        };
        let content_key = match header["alg"].as_str().unwrap() {
            "RSA-OAEP" => oaep(&OAEP_SHA1_MGF1SHA1, &mut buffer),
            "RSA-OAEP-256" => oaep(&OAEP_SHA256_MGF1SHA256, &mut buffer),
            "RSA1_5" => {
                let key = Pkcs1PrivateDecryptingKey::new(key()).unwrap();
                key.decrypt(encrypted_key, &mut buffer).unwrap().to_owned()
            }
            "dir" => digest(&SHA256, SECRET.as_bytes()).as_ref().to_owned(),
            other => panic!("{other}"),
        };
        let mut text = ciphertext.clone();
        if header["enc"] == "A256GCM" {
            text.extend_from_slice(tag);
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &content_key).unwrap());
            let nonce = Nonce::try_assume_unique_for_key(iv).unwrap();
            let text = key.open_in_place(nonce, Aad::from(aad.as_bytes()), &mut text).ok()?;
            return Some(text.to_owned());
        }
        let bits = (aad.len() as u64 * 8).to_be_bytes();
        let authenticated = [aad.as_bytes(), iv, ciphertext, &bits].concat();
        if hmac(Algorithm::HS256, &content_key[..16], &authenticated)[..16] != **tag {
            return None;
        }
        let key = UnboundCipherKey::new(&AES_128, &content_key[16..]).unwrap();
        let iv = DecryptionContext::Iv128(FixedLength::try_from(&**iv).unwrap());
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).unwrap();
        Some(key.decrypt(&mut text, iv).unwrap().to_owned())
    }

    #[test]
    fn the_recipient_can_decrypt_a_token_unless_it_was_altered() {
        let (jwk, random) = (jwk(), Random::new(Some(1)));
        for recipient in [
            Recipient::RsaOaep(jwk.clone()),
            Recipient::RsaOaep256(jwk.clone()),
            Recipient::Rsa1_5(jwk.clone()),
            Recipient::Direct(SECRET.into()),
        ] {
            for encryption in [ContentEncryption::Aes256Gcm, ContentEncryption::Aes128CbcHmacSha256]
            {
                let further = Header::from_iter([("cty".to_owned(), "JWT".into())]);
                let token = encrypt(&recipient, encryption, further, b"a.b.c", &random).unwrap();
                assert_eq!(decrypt(&token).as_deref(), Some(b"a.b.c".as_slice()), "{recipient:?}");
                let (rest, tag) = token.rsplit_once('.').unwrap();
                let first = if tag.starts_with('A') { 'B' } else { 'A' };
                let altered = format!("{rest}.{first}{}", &tag[1..]);
                assert_eq!(decrypt(&altered), None, "{recipient:?}");
            }
        }
    }

    #[test]
    fn the_header_names_the_key_of_the_recipient() {
        let jwk = jwk();
        let token = encrypt(
            &Recipient::RsaOaep(jwk.clone()),
            ContentEncryption::Aes256Gcm,
            Header::new(),
            b"",
            &Random::new(None),
        );
        let token = token.unwrap();
        let (header, _) = token.split_once('.').unwrap();
        let expected = "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\",\"kid\":\"mine\"}";
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(header).unwrap(), expected.as_bytes());
    }

    #[test]
    fn with_a_seed_direct_encryption_is_reproducible() {
        let token = || {
            let recipient = Recipient::Direct(SECRET.into());
            let random = Random::new(Some(1));
            encrypt(&recipient, ContentEncryption::Aes256Gcm, Header::new(), b"text", &random)
        };
        assert_eq!(token(), token());
    }

    #[test]
    fn an_unusable_recipients_key_is_refused() {
        let random = Random::new(None);
        let refused = |jwk: &Jwk| {
            let encryption = ContentEncryption::Aes256Gcm;
            encrypt(&Recipient::RsaOaep(jwk.clone()), encryption, Header::new(), b"", &random)
                .unwrap_err()
        };
        let mut jwk = jwk();
        jwk.insert("n".into(), "AQAB".into());
        assert_eq!(refused(&jwk), JweError::Unusable);
        jwk.remove("n");
        assert_eq!(refused(&jwk), JweError::NotRsa);
        assert_eq!(refused(&Jwk::new()), JweError::NotRsa);
    }
}
