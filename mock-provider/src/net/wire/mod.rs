//! Connections below HTTP. hyper serves regular responses; for failures of the network, the provider
//! writes to the connection itself.

pub(crate) mod connection;
pub(crate) mod delivery;
mod playback;
pub(crate) mod refused;
mod render;
pub(crate) mod stream;
