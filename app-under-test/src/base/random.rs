//! Values that cannot be guessed: the only place in the app that uses randomness.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 random bits in base64url, 43 characters: states, nonces, code verifiers, session
/// identifiers.
///
/// It has the length of the shortest code verifier that
/// [RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1) allows and uses
/// only characters that need no encoding in a URL, a form or a cookie.
pub(crate) fn unguessable() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Whether `text` has the form of a value from [`unguessable`]. Other values that a browser sends
/// are not remembered, because they can have any length.
pub(crate) fn is_unguessable(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A short identifier of one request, which links an error page to the log: 8 hexadecimal digits.
pub(crate) fn request_id() -> String {
    format!("{:08x}", rand::random::<u32>())
}

/// A random UUID, version 4
/// ([RFC 9562, section 5.4](https://www.rfc-editor.org/rfc/rfc9562#section-5.4)).
pub(crate) fn uuid() -> String {
    let random = rand::random::<u128>();
    let version = random & !(0xf << 76) | (0x4 << 76);
    let variant = version & !(0x3 << 62) | (0x2 << 62);
    let digits = format!("{variant:032x}");
    let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    format!("{a}-{b}-{c}-{d}-{e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unguessable_values_differ_and_fit_a_code_verifier() {
        let (one, two) = (unguessable(), unguessable());
        assert_ne!(one, two);
        assert!(is_unguessable(&one));
        for text in ["", &one[1..], &format!("{one}x"), &one.replace(|_| true, " ")] {
            assert!(!is_unguessable(text), "{text}");
        }
    }

    #[test]
    fn uuid_contains_its_version_and_variant() {
        for _ in 0..100 {
            let uuid = uuid();
            let parts: Vec<&str> = uuid.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
            assert!(parts[2].starts_with('4'), "{uuid}");
            assert!(parts[3].starts_with(['8', '9', 'a', 'b']), "{uuid}");
        }
    }
}
