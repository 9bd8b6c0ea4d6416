//! Values that nobody can guess: the only place of the app that uses randomness.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// 256 random bits in base64url, 43 characters: states, nonces, code verifiers, identifiers of
/// sessions.
///
/// It is as long as the shortest code verifier that
/// [RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1) allows and uses
/// only characters that need no encoding in a URL, a form or a cookie.
pub(crate) fn unguessable() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// A short name for one request, which ties an error page to the log: 8 hexadecimal digits.
pub(crate) fn request_id() -> String {
    format!("{:08x}", rand::random::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unguessable_values_differ_and_fit_a_code_verifier() {
        let (one, two) = (unguessable(), unguessable());
        assert_ne!(one, two);
        assert_eq!(one.len(), 43);
    }
}
