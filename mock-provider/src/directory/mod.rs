//! Users, clients and the directory that holds them.

pub(crate) mod client;
pub(crate) mod directory;
pub(crate) mod encryption;
pub(crate) mod redirect_uri;
pub(crate) mod user;
