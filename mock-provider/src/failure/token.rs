//! A signed token while failures act on it.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::mode::Object;
use crate::signing::SigningKey;

/// A token, taken apart: what a failure leaves alone stays as it was, signature included.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// As the honest provider made it.
    honest: String,
    pub(crate) header: Object,
    pub(crate) claims: Object,
    /// What stands in place of the claims: bytes that no JSON object makes, such as repeated
    /// members.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) signature: Signature,
    /// What stands in place of the whole token.
    pub(crate) instead: Option<Value>,
}

/// How a token is signed.
#[derive(Clone, Debug)]
pub(crate) enum Signature {
    /// By a key, with the algorithm that the key is for.
    By(Arc<SigningKey>),
    /// By these bytes, whatever they are, and in these words for the journal.
    Bytes(Vec<u8>, &'static str),
    /// Made of what is signed.
    Made(Made, &'static str),
}

/// Makes a signature of the signing input.
#[derive(Clone)]
pub(crate) struct Made(pub(crate) Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>);

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made")
    }
}

impl Token {
    /// Takes a token of our own apart.
    pub(crate) fn read(token: &str, key: &Arc<SigningKey>) -> Option<Self> {
        let mut parts = token.split('.');
        let mut object = || {
            let part = BASE64_URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
            serde_json::from_slice(&part).ok()
        };
        Some(Self {
            header: object()?,
            claims: object()?,
            payload: None,
            signature: Signature::By(Arc::clone(key)),
            instead: None,
            honest: token.to_owned(),
        })
    }

    /// The token as it is sent: mostly a string.
    pub(crate) fn encode(&self) -> Value {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let json = |object: &Object| serde_json::to_vec(object).unwrap_or_default();
        let payload = self.payload.clone().unwrap_or_else(|| json(&self.claims));
        let mut token = format!("{}.{}", part(&json(&self.header)), part(&payload));
        let by_the_same_key = matches!(&self.signature, Signature::By(_));
        if by_the_same_key
            && self.honest.rsplit_once('.').is_some_and(|(signed, _)| signed == token)
        {
            return json!(self.honest);
        }
        let signature = match &self.signature {
            Signature::By(key) => key.signature(token.as_bytes()),
            Signature::Bytes(bytes, _) => bytes.clone(),
            Signature::Made(Made(make), _) => make(token.as_bytes()),
        };
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        json!(token)
    }

    /// Changes one bit of the signature.
    pub(crate) fn corrupt_signature(&mut self) {
        let Signature::By(key) = &self.signature else { return };
        let key = Arc::clone(key);
        let corrupt = move |signed: &[u8]| {
            let mut signature = key.signature(signed);
            if let Some(last) = signature.last_mut() {
                *last ^= 1;
            }
            signature
        };
        self.signature = Signature::Made(Made(Arc::new(corrupt)), "with one bit changed");
    }

    /// Makes the token one that is not signed (RFC 7519, section 6).
    pub(crate) fn unsign(&mut self) {
        self.header.insert("alg".to_owned(), json!("none"));
        self.signature = Signature::Bytes(Vec::new(), "none");
    }

    /// What the journal shows: the signature in words, for its bytes change with everything else.
    pub(crate) fn view(&self) -> Value {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        let claims = match &self.payload {
            Some(payload) => json!(String::from_utf8_lossy(payload)),
            None => json!(self.claims),
        };
        let signature = match &self.signature {
            Signature::By(key) => format!("by {key:?}"),
            Signature::Bytes(_, words) | Signature::Made(_, words) => (*words).to_owned(),
        };
        json!({"header": self.header, "claims": claims, "signature": signature})
    }
}
