//! JSON Web Signatures ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)): building and parsing
//! them, including deliberately invalid ones.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::jose::algorithm::Algorithm;

/// The members of a JOSE header.
pub(crate) type Header = Map<String, Value>;

/// The decoded parts of a JWS. The signature is not verified.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Jws {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// Why a token is rejected. The messages have the token as their subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotVerified {
    /// The token does not have three parts in base64url.
    #[error("it is not a JWT")]
    NotAJwt,
    /// A part is not valid JSON, or lacks required members.
    #[error("its header or claims are invalid: {0}")]
    Unreadable(String),
    /// The `alg` is missing, or the issuer does not sign such tokens with it.
    #[error("the issuer does not sign with its `alg`")]
    Algorithm,
    /// The signature is by another key or for another text.
    #[error("its signature is invalid")]
    Signature,
}

impl Jws {
    /// Parses the compact serialization.
    ///
    /// # Errors
    ///
    /// When the token has another form, or its header is not a JSON object.
    pub(crate) fn parse(token: &str) -> Result<Self, NotVerified> {
        let mut parts = token.split('.').map(|part| BASE64_URL_SAFE_NO_PAD.decode(part));
        let (Some(Ok(header)), Some(Ok(payload)), Some(Ok(signature)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotVerified::NotAJwt);
        };
        let header = serde_json::from_slice(&header).map_err(unreadable)?;
        Ok(Self { header, payload, signature })
    }

    /// The payload as JSON, unverified.
    ///
    /// # Errors
    ///
    /// When the payload does not deserialize into `T`.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Result<T, NotVerified> {
        serde_json::from_slice(&self.payload).map_err(unreadable)
    }

    /// The value of `alg`; `None` if it is missing or unknown.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.header.get("alg")?.as_str().and_then(Algorithm::parse)
    }

    /// The value of `kid`.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// The flattened JSON serialization
    /// ([RFC 7515, section 7.2.2](https://www.rfc-editor.org/rfc/rfc7515#section-7.2.2)), which
    /// OpenID Connect does not use.
    pub(crate) fn flattened(&self) -> Value {
        json!({
            "payload": BASE64_URL_SAFE_NO_PAD.encode(&self.payload),
            "protected": part(&self.header),
            "signature": BASE64_URL_SAFE_NO_PAD.encode(&self.signature),
        })
    }
}

/// A token in compact serialization
/// ([RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)). The signature need
/// not match the header.
pub(crate) fn compact(
    header: &Header,
    payload: &[u8],
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> String {
    let input = signing_input(header, payload);
    let signature = sign(input.as_bytes());
    with_signature(input, &signature)
}

/// The signing input: the first two parts of the compact serialization.
pub(crate) fn signing_input(header: &Header, payload: &[u8]) -> String {
    let mut input = part(header);
    input.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(payload, &mut input);
    input
}

/// The compact serialization of a signing input and a signature. If the signature is empty, the token
/// ends in a dot, as unsigned tokens do.
pub(crate) fn with_signature(signing_input: String, signature: &[u8]) -> String {
    let mut token = signing_input;
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

/// One part of a token: base64url-encoded JSON.
pub(crate) fn part(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).expect("headers and claims are plain JSON");
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` passes the error by value")]
fn unreadable(error: serde_json::Error) -> NotVerified {
    NotVerified::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::algorithm::hmac;
    use crate::jose::signing_key::SigningKey;

    fn header(algorithm: &str) -> Header {
        Header::from_iter([("alg".to_owned(), algorithm.into())])
    }

    #[test]
    fn a_parsed_token_has_the_parts_that_it_was_built_from() {
        let key = SigningKey::shipped(0).unwrap();
        let sign = |input: &[u8]| key.signature(Algorithm::PS256, input).unwrap();
        let token = compact(&header("PS256"), b"{\"a\":1}", sign);
        let jws = Jws::parse(&token).unwrap();
        assert_eq!((&jws.header, &*jws.payload), (&header("PS256"), b"{\"a\":1}".as_slice()));
        assert_eq!(jws.algorithm(), Some(Algorithm::PS256));
        assert_eq!(jws.claims::<Value>(), Ok(json!({"a": 1})));
        let (input, _) = token.rsplit_once('.').unwrap();
        assert!(key.public().verifies(Algorithm::PS256, input.as_bytes(), &jws.signature));
    }

    #[test]
    fn the_hmac_of_the_specifications_token_is_the_same() {
        // RFC 7515, appendix A.1: the line breaks in its JSON are signed, too.
        let key = BASE64_URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                     eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let code = hmac(Algorithm::HS256, &key, input.as_bytes());
        assert_eq!(
            with_signature(input.into(), &code).rsplit_once('.').unwrap().1,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
    }

    #[test]
    fn an_unsigned_token_ends_in_a_dot() {
        let token = compact(&header("none"), b"{}", |_| Vec::new());
        assert_eq!(token, "eyJhbGciOiJub25lIn0.e30.");
        assert_eq!(Jws::parse(&token).unwrap().algorithm(), None);
    }

    #[test]
    fn an_hmac_accepts_any_key() {
        for key in [b"".as_slice(), b"\0", b"secret"] {
            assert_eq!(hmac(Algorithm::HS384, key, b"message").len(), 48);
        }
    }

    #[test]
    fn the_flattened_serialization_has_the_parts_of_the_compact_one() {
        let token = compact(&header("x"), b"{}", |_| vec![1, 2]);
        let flattened = Jws::parse(&token).unwrap().flattened();
        let parts = ["protected", "payload", "signature"];
        assert_eq!(parts.map(|member| flattened[member].as_str().unwrap()).join("."), token);
    }

    #[test]
    fn text_that_is_not_a_token_is_refused() {
        for text in ["", "a", "a.b", "e30.e30.e30.e30", "=.e30.", "e30.e30.e"] {
            assert_eq!(Jws::parse(text), Err(NotVerified::NotAJwt), "{text}");
        }
        assert!(matches!(Jws::parse("W10.e30."), Err(NotVerified::Unreadable(_))));
        let empty = Jws::parse("e30.e30.e30").unwrap();
        assert_eq!((empty.algorithm(), empty.kid()), (None, None));
    }
}
