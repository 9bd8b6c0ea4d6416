//! `session_state`, with which a client checks whether a session still exists
//! ([OpenID Connect Session Management 1.0, section 2](https://openid.net/specs/openid-connect-session-1_0.html#CreatingUpdatingSessions)).

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

/// The state for a client at an origin. It changes with `browser_state`, and without that it cannot
/// be linked to the states of other clients. `templates/check_session.js` computes the same value.
pub(crate) fn session_state(
    client_id: &str,
    origin: &str,
    browser_state: &str,
    salt: &str,
) -> String {
    let known = format!("{client_id} {origin} {browser_state} {salt}");
    format!("{}.{salt}", hex(known.as_bytes()))
}

/// The state of a browser with a session. Without a session the state is empty.
pub(crate) fn browser_state(sid: &str) -> String {
    hex(sid.as_bytes())
}

/// The SHA-256 digest in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_the_digest_of_client_origin_and_browser() {
        // Known from `printf 'shop https://shop.example s t' | sha256sum`.
        let known = "7fcea94ca92cb9ee98ebcb97e675c25291d4d3edef48ccf279df9ddcaea9b6d6";
        let state = session_state("shop", "https://shop.example", "s", "t");
        assert_eq!(state, format!("{known}.t"));
    }
}
