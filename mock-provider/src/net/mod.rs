//! The network below HTTP: connections, TLS and listeners.

pub(crate) mod https;
pub(crate) mod listeners;
pub(crate) mod tls;
pub(crate) mod tls_faults;
#[cfg(test)]
mod tls_tests;
pub(crate) mod wire;
#[cfg(test)]
mod wire_tests;
