//! The network below HTTP: listeners, connections and TLS.

pub(crate) mod listeners;
pub(crate) mod tls;
pub(crate) mod wire;
