//! TLS: certificates, and connections that use them.

pub(crate) mod acceptor;
pub(crate) mod authority;
pub(crate) mod fault;
