//! Foundations without knowledge of OpenID Connect: time, randomness, HTTP calls, safe text.

pub(crate) mod clock;
pub(crate) mod fetch;
pub(crate) mod random;
pub(crate) mod visible_text;
