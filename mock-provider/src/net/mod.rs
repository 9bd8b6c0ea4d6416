//! The network below HTTP: listeners, connections and TLS.

pub(crate) mod listeners;
pub(crate) mod tls;
pub(crate) mod tls_faults;
#[cfg(test)]
mod tls_tests;
pub(crate) mod wire;
#[cfg(test)]
mod wire_tests;
