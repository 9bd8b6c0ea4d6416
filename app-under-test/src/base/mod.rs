//! What everything else is built on: time, randomness, calls to other services, and safe text.

pub(crate) mod clock;
pub(crate) mod fetch;
pub(crate) mod random;
pub(crate) mod visible_text;
