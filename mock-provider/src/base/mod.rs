//! The foundation of all other rooms: time, randomness, secrets and the table of endpoints.

pub(crate) mod clock;
pub(crate) mod duration;
pub(crate) mod endpoint;
pub(crate) mod expiring;
pub(crate) mod issuer_path;
pub(crate) mod random;
pub(crate) mod secret;
pub(crate) mod suggestion;
