//! What everything else stands on: time, randomness, secrets, and the table of endpoints.

pub(crate) mod clock;
pub(crate) mod endpoint;
pub(crate) mod expiring;
pub(crate) mod random;
pub(crate) mod secret;
