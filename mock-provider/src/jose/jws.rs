//! JSON Web Signatures ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)): put together, taken
//! apart, and put together wrongly on purpose.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::jose::algorithm::Algorithm;

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
}

/// A token in compact serialisation
/// ([RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)), whatever its header
/// says of how it is signed.
pub(crate) fn compact(
    header: &Header,
    payload: &[u8],
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> String {
    let input = signing_input(header, payload);
    let signature = sign(input.as_bytes());
    with_signature(input, &signature)
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
    use crate::jose::algorithm::hmac;
    use crate::jose::signing_key::SigningKey;

    fn header(algorithm: &str) -> Header {
        Header::from_iter([("alg".to_owned(), algorithm.into())])
    }

    #[test]
    fn a_token_is_taken_apart_into_what_it_was_made_of() {
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
        let token = compact(&header("none"), b"{}", |_| Vec::new());
        assert_eq!(token, "eyJhbGciOiJub25lIn0.e30.");
        assert_eq!(Jws::parse(&token).unwrap().algorithm(), None);
    }

    #[test]
    fn an_hmac_may_have_any_key() {
        for key in [b"".as_slice(), b"\0", b"secret"] {
            assert_eq!(hmac(Algorithm::HS384, key, b"message").len(), 48);
        }
    }

    #[test]
    fn the_flattened_serialisation_has_the_parts_of_the_compact_one() {
        let token = compact(&header("x"), b"{}", |_| vec![1, 2]);
        let flattened = Jws::parse(&token).unwrap().flattened();
        let parts = ["protected", "payload", "signature"];
        assert_eq!(parts.map(|member| flattened[member].as_str().unwrap()).join("."), token);
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
