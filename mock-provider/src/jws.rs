//! JSON Web Signatures ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)): put together, taken
//! apart, and put together wrongly on purpose.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::algorithm::{Algorithm, hmac};
use crate::signing::{SigningKey, WrongKind};

/// The members of a JOSE header.
pub(crate) type Header = Map<String, Value>;

/// The parts of a JWS, decoded. Nothing says that they fit together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Jws {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// Why a token is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotVerified {
    /// Not three parts in base64url.
    #[error("it is no JWT")]
    NotAJwt,
    /// Three parts, but not of JSON, or not of the JSON that is wanted.
    #[error("its header or claims cannot be read ({0})")]
    Unreadable(String),
    /// Another `alg`, or none.
    #[error("its `alg` is none that it could have been issued with")]
    Algorithm,
    /// By another key, or of another text.
    #[error("its signature does not fit")]
    Signature,
}

impl Jws {
    /// Signs as the header says that it is signed, if the caller says the same.
    ///
    /// # Errors
    ///
    /// When the key is not one for the algorithm.
    pub(crate) fn signed(
        header: Header,
        payload: Vec<u8>,
        algorithm: Algorithm,
        key: &SigningKey,
    ) -> Result<Self, WrongKind> {
        let signature = key.signature(algorithm, signing_input(&header, &payload).as_bytes())?;
        Ok(Self { header, payload, signature })
    }

    /// Authenticates with an HMAC, keyed with any bytes.
    pub(crate) fn authenticated(
        header: Header,
        payload: Vec<u8>,
        algorithm: Algorithm,
        key: &[u8],
    ) -> Self {
        let signature = hmac(algorithm, key, signing_input(&header, &payload).as_bytes());
        Self { header, payload, signature }
    }

    /// Has no signature.
    pub(crate) fn unsigned(header: Header, payload: Vec<u8>) -> Self {
        Self { header, payload, signature: Vec::new() }
    }

    /// Takes the compact serialisation apart.
    ///
    /// # Errors
    ///
    /// When it has another form, or its header is no JSON object.
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

    /// The payload as JSON. Nothing is verified.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Result<T, NotVerified> {
        serde_json::from_slice(&self.payload).map_err(unreadable)
    }

    /// The value of `alg`, where it is one that can be verified.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.header.get("alg")?.as_str().and_then(Algorithm::parse)
    }

    /// The value of `kid`.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// The compact serialisation
    /// ([RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
    pub(crate) fn compact(&self) -> String {
        with_signature(signing_input(&self.header, &self.payload), &self.signature)
    }

    /// The flattened JSON serialisation
    /// ([RFC 7515, section 7.2.2](https://www.rfc-editor.org/rfc/rfc7515#section-7.2.2)), which no
    /// token of OpenID Connect has.
    pub(crate) fn flattened(&self) -> Value {
        json!({
            "payload": BASE64_URL_SAFE_NO_PAD.encode(&self.payload),
            "protected": part(&self.header),
            "signature": BASE64_URL_SAFE_NO_PAD.encode(&self.signature),
        })
    }

    /// The general JSON serialisation
    /// ([RFC 7515, section 7.2.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.2.1)) with one
    /// signature.
    pub(crate) fn general(&self) -> Value {
        json!({
            "payload": BASE64_URL_SAFE_NO_PAD.encode(&self.payload),
            "signatures": [{
                "protected": part(&self.header),
                "signature": BASE64_URL_SAFE_NO_PAD.encode(&self.signature),
            }],
        })
    }
}

/// The text that is signed: the first two parts of the compact serialisation.
pub(crate) fn signing_input(header: &Header, payload: &[u8]) -> String {
    let mut input = part(header);
    input.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(payload, &mut input);
    input
}

/// The compact serialisation, from the text that is signed and any bytes for a signature. None
/// leave the dot at the end, as an unsigned token has it.
pub(crate) fn with_signature(signing_input: String, signature: &[u8]) -> String {
    let mut token = signing_input;
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

/// One part of a token: JSON in base64url.
pub(crate) fn part(value: &impl Serialize) -> String {
    let mut json = Vec::with_capacity(1024);
    serde_json::to_writer(&mut json, value).expect("headers and claims are plain JSON");
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where `map_err` wants a function")]
fn unreadable(error: serde_json::Error) -> NotVerified {
    NotVerified::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(algorithm: &str) -> Header {
        Header::from_iter([("alg".to_owned(), algorithm.into())])
    }

    #[test]
    fn a_token_that_is_taken_apart_is_put_together_again() {
        let key = SigningKey::shipped(0).unwrap();
        let jws =
            Jws::signed(header("PS256"), b"{\"a\":1}".to_vec(), Algorithm::PS256, &key).unwrap();
        let token = jws.compact();
        assert_eq!(Jws::parse(&token), Ok(jws.clone()));
        assert_eq!(jws.algorithm(), Some(Algorithm::PS256));
        assert_eq!(jws.claims::<Value>(), Ok(json!({"a": 1})));
        let (input, _) = token.rsplit_once('.').unwrap();
        assert!(key.public().verifies(Algorithm::PS256, input.as_bytes(), &jws.signature));
    }

    #[test]
    fn the_token_of_the_specification_is_authenticated_alike() {
        // RFC 7515, appendix A.1: its JSON has line breaks, which are part of what is signed.
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
    fn an_unsigned_token_keeps_its_last_dot() {
        let token = Jws::unsigned(header("none"), b"{}".to_vec()).compact();
        assert_eq!(token, "eyJhbGciOiJub25lIn0.e30.");
        assert_eq!(Jws::parse(&token).unwrap().algorithm(), None);
    }

    #[test]
    fn an_hmac_may_have_any_key() {
        for key in [b"".as_slice(), b"\0", b"secret"] {
            let jws = Jws::authenticated(header("HS384"), b"{}".to_vec(), Algorithm::HS384, key);
            assert_eq!(jws.signature.len(), 48);
        }
    }

    #[test]
    fn the_json_serialisations_have_the_parts_of_the_compact_one() {
        let jws = Jws { header: header("x"), payload: b"{}".to_vec(), signature: vec![1, 2] };
        let flattened = jws.flattened();
        let joined = ["protected", "payload", "signature"]
            .map(|member| flattened[member].as_str().unwrap())
            .join(".");
        assert_eq!(joined, jws.compact());
        let general = jws.general();
        assert_eq!(general["payload"], flattened["payload"]);
        assert_eq!(general["signatures"][0]["protected"], flattened["protected"]);
        assert_eq!(general["signatures"][0]["signature"], flattened["signature"]);
    }

    #[test]
    fn what_is_no_token_is_refused_in_words() {
        for text in ["", "a", "a.b", "e30.e30.e30.e30", "=.e30.", "e30.e30.e"] {
            assert_eq!(Jws::parse(text), Err(NotVerified::NotAJwt), "{text}");
        }
        assert!(matches!(Jws::parse("W10.e30."), Err(NotVerified::Unreadable(_))));
        let empty = Jws::parse("e30.e30.e30").unwrap();
        assert_eq!((empty.algorithm(), empty.kid()), (None, None));
    }
}
