//! What a test holds: the provider, its builder, and the handles of its issuers.

pub mod blocking;
pub(crate) mod builder;
pub(crate) mod end_user;
pub(crate) mod issuer_handle;
pub(crate) mod provider;
