//! A signed token while failures act on it.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::act::Object;
use crate::base::random::Random;
use crate::directory::encryption::Encryption;
use crate::exchange::reply::Note;
use crate::issuer::issuer::Issuer;
use crate::jose::algorithm::{Algorithm, hmac};
use crate::jose::jws::{compact, signing_input};
use crate::jose::signer::Signer;
use crate::protocol::id_token::half_hash;

/// A token in its parts. It is signed again in the end, unless nothing changed.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// The access token that is issued with it, if there is one.
    pub(crate) access_token: Option<String>,
    pub(crate) header: Object,
    pub(crate) claims: Object,
    /// Bytes that replace the claims, and that a JSON object cannot produce, such as repeated
    /// members.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) signature: Signature,
    /// How it is encrypted, if it is.
    pub(crate) encryption: Option<Encryption>,
    /// A value that replaces the whole token.
    pub(crate) instead: Option<Value>,
    /// The view and the text of the honest token: signing again may give another signature.
    honest: Option<(Value, String)>,
    /// The view and the text of the honest encrypted token.
    sealed: Option<(Value, String)>,
}

/// How a token is signed.
#[derive(Clone, Debug)]
pub(crate) enum Signature {
    /// By a key, with the algorithm that the key is for.
    By(Arc<Signer>),
    /// By an HMAC, keyed with these bytes; the text describes it in the journal.
    Hmac(Algorithm, Vec<u8>, &'static str),
    /// By arbitrary bytes; the text describes them in the journal.
    Bytes(Vec<u8>, &'static str),
    /// Computed from the signing input; the text describes it in the journal.
    Made(Made, &'static str),
}

/// Computes a signature from the signing input.
#[derive(Clone)]
pub(crate) struct Made(pub(crate) Arc<Make>);

type Make = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made")
    }
}

impl Signature {
    /// The signature for this signing input.
    fn of(&self, input: &[u8]) -> Vec<u8> {
        match self {
            Self::By(signer) => signer.key.signature(signer.algorithm, input).unwrap_or_default(),
            Self::Hmac(algorithm, key, _) => hmac(*algorithm, key, input),
            Self::Bytes(bytes, _) => bytes.clone(),
            Self::Made(Made(make), _) => make(input),
        }
    }
}

impl Token {
    /// Reads a token of our own.
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
                Signature::Hmac(algorithm, secret, "HMAC keyed with the client's secret")
            }
        };
        let mut read = Self {
            access_token: None,
            header,
            claims,
            payload: None,
            signature,
            encryption: None,
            instead: None,
            honest: None,
            sealed: None,
        };
        read.honest = Some((read.view(), token.to_owned()));
        Some(read)
    }

    /// Reads an encrypted token of our own, by the signed token inside it.
    pub(crate) fn read_encrypted(
        token: &str,
        signed: &str,
        issuer: &Issuer,
        note: &Note,
    ) -> Option<Self> {
        let client = issuer.client(note.client.as_deref()?)?;
        let mut read = Self::read(signed, issuer)?;
        read.encryption = Encryption::of(&client);
        read.sealed = Some((read.view(), token.to_owned()));
        Some(read)
    }

    /// The token as it is sent: usually a string.
    pub(crate) fn encode(&self) -> Value {
        match (&self.instead, &self.encryption, &self.sealed) {
            (Some(instead), ..) => instead.clone(),
            (None, _, Some((view, sealed))) if *view == self.view() => json!(sealed),
            (None, Some(encryption), _) => {
                let signed = self.compact();
                // Derived from the token, because a draw would change the issuer's later random values.
                let seed = digest(&SHA256, signed.as_bytes());
                let seed = seed
                    .as_ref()
                    .iter()
                    .fold(0, |seed: u64, byte| seed.rotate_left(8) ^ u64::from(*byte));
                let encrypted = encryption.encrypt(&signed, &Random::new(Some(seed)));
                json!(encrypted.unwrap_or(signed))
            }
            (None, None, _) => json!(self.compact()),
        }
    }

    /// The compact serialization, even if another value is sent in its place.
    pub(crate) fn compact(&self) -> String {
        match &self.honest {
            Some((view, token)) if *view == self.parts() => token.clone(),
            _ => compact(&self.header, &self.payload(), |input| self.signature.of(input)),
        }
    }

    /// The signing input.
    pub(crate) fn signing_input(&self) -> String {
        signing_input(&self.header, &self.payload())
    }

    /// The compact serialization with its parts encoded by `write`, and signed in that form.
    pub(crate) fn written(&self, write: impl Fn(&[u8]) -> String) -> String {
        let header = serde_json::to_vec(&self.header).unwrap_or_default();
        let input = format!("{}.{}", write(&header), write(&self.payload()));
        let signature = self.signature.of(input.as_bytes());
        format!("{input}.{}", write(&signature))
    }

    fn payload(&self) -> Vec<u8> {
        let claims = || serde_json::to_vec(&self.claims).unwrap_or_default();
        self.payload.clone().unwrap_or_else(claims)
    }

    /// Signs with another key, as the issuer itself would: `at_hash` depends on the algorithm.
    pub(crate) fn sign_by(&mut self, signer: &Arc<Signer>) {
        self.header.insert("alg".to_owned(), json!(signer.algorithm.name()));
        self.header.insert("kid".to_owned(), json!(signer.kid));
        if let (Some(own), Some(access)) = (self.claims.get_mut("at_hash"), &self.access_token) {
            *own = json!(half_hash(signer.algorithm, access));
        }
        self.signature = Signature::By(Arc::clone(signer));
    }

    /// Authenticates with an HMAC, keyed with any bytes, and removes `kid`.
    pub(crate) fn authenticate(
        &mut self,
        algorithm: Algorithm,
        key: Vec<u8>,
        description: &'static str,
    ) {
        self.header.insert("alg".to_owned(), json!(algorithm.name()));
        self.header.shift_remove("kid");
        self.signature = Signature::Hmac(algorithm, key, description);
    }

    /// Keeps the current signature, whatever changes in the token.
    pub(crate) fn keep_signature(&mut self, description: &'static str) {
        let signature = self.signature.of(self.signing_input().as_bytes());
        self.signature = Signature::Bytes(signature, description);
    }

    /// Alters the signature after it is made.
    pub(crate) fn alter_signature(
        &mut self,
        description: &'static str,
        alter: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static,
    ) {
        let honest = self.signature.clone();
        let make = Made(Arc::new(move |input| alter(honest.of(input))));
        self.signature = Signature::Made(make, description);
    }

    /// Changes one bit of the signature.
    pub(crate) fn corrupt_signature(&mut self) {
        self.alter_signature("one bit changed", |mut signature| {
            if let Some(last) = signature.last_mut() {
                *last ^= 1;
            }
            signature
        });
    }

    /// Makes the token an unsecured one (RFC 7519, section 6).
    pub(crate) fn unsign(&mut self) {
        self.header.insert("alg".to_owned(), json!("none"));
        self.signature = Signature::Bytes(Vec::new(), "none");
        self.drop_hashes();
    }

    /// Removes the hashes of the code and access token. They depend on the algorithm of the signature
    /// (OpenID Connect Core 1.0, section 3.1.3.6): without one they cannot be right, and a verifier
    /// that accepts the missing signature would still refuse the token because of them.
    pub(crate) fn drop_hashes(&mut self) {
        for hash in ["at_hash", "c_hash"] {
            self.claims.shift_remove(hash);
        }
    }

    /// The token as the journal shows it: the signature is described, because its bytes change with
    /// every part.
    pub(crate) fn view(&self) -> Value {
        let mut view = self.instead.clone().unwrap_or_else(|| self.parts());
        if let (Some(encryption), Value::Object(members)) = (&self.encryption, &mut view) {
            let description =
                format!("{}, {}", encryption.recipient.name(), encryption.content.name());
            members.insert("encryption".to_owned(), json!(description));
        }
        view
    }

    fn parts(&self) -> Value {
        let claims = match &self.payload {
            Some(payload) => json!(String::from_utf8_lossy(payload)),
            None => json!(self.claims),
        };
        let signature = match &self.signature {
            Signature::By(signer) => {
                // Not its `kid`, which another key may share.
                format!("{} by key {}", signer.algorithm, signer.key.thumbprint())
            }
            Signature::Hmac(_, _, description)
            | Signature::Bytes(_, description)
            | Signature::Made(_, description) => (*description).to_owned(),
        };
        json!({"header": self.header, "claims": claims, "signature": signature})
    }
}
