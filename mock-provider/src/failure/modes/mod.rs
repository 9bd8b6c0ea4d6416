//! The entries of the catalogue, one file per class.

pub(crate) mod authorization;
pub(crate) mod discovery;
pub(crate) mod id_token_claims;
pub(crate) mod id_token_header;
pub(crate) mod id_token_signature;
pub(crate) mod jwks;
pub(crate) mod logout;
pub(crate) mod network;
pub(crate) mod refresh;
pub(crate) mod sequence;
pub(crate) mod token_response;
pub(crate) mod user_claims;
pub(crate) mod userinfo;
