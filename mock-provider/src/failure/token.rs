//! A signed token while failures act on it.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::mode::Object;
use crate::algorithm::{Algorithm, hmac};
use crate::issuer::Issuer;
use crate::signer::Signer;

/// A token, taken apart. It is signed anew in the end, unless all was left alone.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// The access token that came with it, where one did.
    pub(crate) access_token: Option<String>,
    pub(crate) header: Object,
    pub(crate) claims: Object,
    /// What stands in place of the claims: bytes that no JSON object makes, such as repeated
    /// members.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) signature: Signature,
    /// What stands in place of the whole token.
    pub(crate) instead: Option<Value>,
    /// The view and the text of what was honestly made: some signatures are never made twice.
    honest: Option<(Value, String)>,
}

/// How a token is signed.
#[derive(Clone, Debug)]
pub(crate) enum Signature {
    /// By a key, with the algorithm that the key is for.
    By(Arc<Signer>),
    /// By an HMAC, keyed with these bytes, and in these words for the journal.
    Hmac(Algorithm, Vec<u8>, &'static str),
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
    pub(crate) fn read(token: &str, issuer: &Issuer) -> Option<Self> {
        let mut parts = token.split('.');
        let mut object = || {
            let part = BASE64_URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
            serde_json::from_slice(&part).ok()
        };
        let (header, claims): (Object, Object) = (object()?, object()?);
        let algorithm = Algorithm::parse(header.get("alg")?.as_str()?)?;
        let signature = match issuer.keys.signer(algorithm) {
            Some(signer) => Signature::By(signer),
            None => {
                let client = issuer.client(claims.get("aud")?.as_str()?)?;
                let secret = client.secret.as_ref()?.expose().as_bytes().to_owned();
                Signature::Hmac(algorithm, secret, "by the client's secret")
            }
        };
        let mut read = Self {
            access_token: None,
            header,
            claims,
            payload: None,
            signature,
            instead: None,
            honest: None,
        };
        read.honest = Some((read.view(), token.to_owned()));
        Some(read)
    }

    /// The token as it is sent: mostly a string.
    pub(crate) fn encode(&self) -> Value {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        if let Some((view, token)) = &self.honest
            && *view == self.view()
        {
            return json!(token);
        }
        let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let json = |object: &Object| serde_json::to_vec(object).unwrap_or_default();
        let payload = self.payload.clone().unwrap_or_else(|| json(&self.claims));
        let mut token = format!("{}.{}", part(&json(&self.header)), part(&payload));
        let signature = match &self.signature {
            Signature::By(signer) => {
                let signature = signer.key.signature(signer.algorithm, token.as_bytes());
                signature.unwrap_or_default()
            }
            Signature::Hmac(algorithm, key, _) => hmac(*algorithm, key, token.as_bytes()),
            Signature::Bytes(bytes, _) => bytes.clone(),
            Signature::Made(Made(make), _) => make(token.as_bytes()),
        };
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        json!(token)
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
            Signature::By(signer) => format!("{} by key {}", signer.algorithm.name(), signer.kid),
            Signature::Hmac(_, _, words)
            | Signature::Bytes(_, words)
            | Signature::Made(_, words) => (*words).to_owned(),
        };
        json!({"header": self.header, "claims": claims, "signature": signature})
    }
}
