//! The connection below HTTP: what an honest server leaves to its library, and what failures of
//! the network need in their own hands.

pub(crate) mod connection;
pub(crate) mod delivery;
mod playback;
pub(crate) mod refused;
mod render;
pub(crate) mod stream;
