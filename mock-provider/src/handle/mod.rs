//! The public handles: the provider, its builder, and its issuers.

pub mod blocking;
pub(crate) mod builder;
pub(crate) mod end_user;
pub(crate) mod issuer_handle;
pub(crate) mod provider;
