//! The logout token's claims
//! ([OpenID Connect Back-Channel Logout 1.0, section 2.4](https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken)).

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The `typ` in the header of a logout token.
pub(crate) const TYPE: &str = "logout+jwt";

/// The one member of `events`.
pub(crate) const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The lifetime of a logout token in seconds. Section 4 recommends at most two minutes.
pub(crate) const LIFETIME: i64 = 120;

/// Claims of a logout token. Times are seconds since the epoch.
#[derive(Debug, Serialize)]
pub(crate) struct LogoutToken<'a> {
    pub(crate) iss: &'a str,
    pub(crate) sub: &'a str,
    pub(crate) aud: &'a str,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) jti: String,
    pub(crate) events: Map<String, Value>,
    /// The session that has ended, as in the client's ID token.
    pub(crate) sid: &'a str,
}

/// The event that makes a token a logout token.
pub(crate) fn events() -> Map<String, Value> {
    Map::from_iter([(EVENT.to_owned(), json!({}))])
}
