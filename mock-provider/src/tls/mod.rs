//! HTTPS: certificates that callers can be told to trust, and connections that they must not.

#![cfg_attr(not(test), expect(dead_code, reason = "the failures of TLS come next"))]

mod acceptor;
mod authority;
pub(crate) mod fault;
pub(crate) mod faults;
mod old_version;
#[cfg(test)]
mod tests;
#[cfg(feature = "cli")]
pub(crate) mod unverified;

pub(crate) use acceptor::{Tls, serve};
pub use authority::CertificateError;
