//! HTTPS: certificates that callers can be told to trust, and connections that they must not.

mod acceptor;
mod authority;
pub(crate) mod fault;
pub(crate) mod faults;
#[cfg(test)]
mod tests;

pub(crate) use acceptor::{Tls, serve};
pub use authority::CertificateError;
pub use fault::Handshake;
