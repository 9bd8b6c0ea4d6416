//! One file per endpoint. A handler reads the request, calls the issuer, and replies.

pub(crate) mod authorization;
pub(crate) mod check_session;
pub(crate) mod claim_source;
pub(crate) mod discovery;
pub(crate) mod end_session;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod jwks;
pub(crate) mod registration;
pub(crate) mod sign_in;
pub(crate) mod token;
pub(crate) mod userinfo;
pub(crate) mod webfinger;
