//! ID tokens that are not encrypted in the way that the client registered for.

use super::brought_key::attacker;
use crate::directory::encryption::Encryption;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::jose::jwe::Recipient;

/// Encrypts the token, or does not, contrary to the registration.
pub(crate) fn mismatch(token: &mut Token, fault: &Fault<'_>) {
    let client = fault.note.client.as_deref().and_then(|id| fault.issuer.client(id));
    let jwk = client.as_ref().and_then(|client| client.encryption_key().cloned());
    let secret = client.and_then(|client| client.secret.clone());
    let recipient = match (fault.value("variant").as_str(), &token.encryption) {
        ("rsa1_5", _) => Recipient::Rsa1_5(jwk.unwrap_or_else(|| attacker().jwk())),
        ("missing-jwe", _) => return token.encryption = None,
        (_, Some(_)) => return,
        (_, None) => match (jwk, secret) {
            (Some(jwk), _) => Recipient::RsaOaep(jwk),
            (None, Some(secret)) => Recipient::Direct(secret),
            (None, None) => Recipient::RsaOaep(attacker().jwk()),
        },
    };
    let content = token.encryption.as_ref().map(|encryption| encryption.content);
    let content = content.unwrap_or_default();
    token.encryption = Some(Encryption { recipient, content });
}
