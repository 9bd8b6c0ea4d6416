//! HTTPS: certificates that callers can be told to trust, and connections that they must not.

pub(super) mod acceptor;
pub(super) mod authority;
pub(crate) mod fault;

pub(crate) use acceptor::{Tls, serve};
pub use authority::CertificateError;
pub use fault::Handshake;
