//! An issuer: its state, and the rules of the specifications.

pub(crate) mod address;
pub(crate) mod authorization;
pub(crate) mod claim_source;
pub(crate) mod claims;
pub(crate) mod client_authentication;
pub(crate) mod grant;
pub(crate) mod hybrid;
pub(crate) mod id_token_hint;
pub(crate) mod issuer;
pub(crate) mod logout;
pub(crate) mod registration;
pub(crate) mod reply_to;
pub(crate) mod session;
pub(crate) mod tokens;
