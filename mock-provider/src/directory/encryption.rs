//! Encryption of ID tokens for a client
//! ([OpenID Connect Core 1.0, section 10.2](https://openid.net/specs/openid-connect-core-1_0.html#Encryption)).

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::base::random::Random;
use crate::directory::client::Client;
use crate::jose::jwe::{ContentEncryption, JweError, Recipient, encrypt};

/// How the client gets the key that encrypts an ID token: the values of `alg`
/// ([RFC 7518, section 4.1](https://www.rfc-editor.org/rfc/rfc7518#section-4.1)), except `RSA1_5`,
/// which is vulnerable to padding oracle attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum KeyEncryption {
    /// RSAES-OAEP with SHA-1 and the first RSA key of the client's `jwks` that is not for signatures.
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    /// RSAES-OAEP with SHA-256 and the same key.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// No key is sent: both sides derive it from the client's secret.
    #[serde(rename = "dir")]
    Direct,
}

impl KeyEncryption {
    /// Every method, in the order of declaration.
    pub(crate) const ALL: [Self; 3] = [Self::RsaOaep, Self::RsaOaep256, Self::Direct];

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::Direct => "dir",
        }
    }

    /// The client as a recipient; `None` if it lacks the key for this method.
    fn recipient(self, client: &Client) -> Option<Recipient> {
        let jwk = || client.encryption_key().cloned();
        match self {
            Self::RsaOaep => jwk().map(Recipient::RsaOaep),
            Self::RsaOaep256 => jwk().map(Recipient::RsaOaep256),
            Self::Direct => client.secret.clone().map(Recipient::Direct),
        }
    }
}

/// How tokens are encrypted for one client.
#[derive(Clone, Debug)]
pub(crate) struct Encryption {
    pub(crate) recipient: Recipient,
    pub(crate) content: ContentEncryption,
}

impl Encryption {
    /// The encryption that the client is registered for; `None` if it is registered for none.
    pub(crate) fn of(client: &Client) -> Option<Self> {
        let recipient = client.id_token_encrypted_response_alg?.recipient(client)?;
        let content = client.id_token_encrypted_response_enc.unwrap_or_default();
        Some(Self { recipient, content })
    }

    /// Encrypts a signed token, with the `cty` that RFC 7519, section 5.2, requires for nesting.
    ///
    /// # Errors
    ///
    /// When the client's key is unusable.
    pub(crate) fn encrypt(&self, token: &str, random: &Random) -> Result<String, JweError> {
        let nested = Map::from_iter([("cty".to_owned(), "JWT".into())]);
        encrypt(&self.recipient, self.content, nested, token.as_bytes(), random)
    }
}
