//! OpenID Connect as a relying party sees it: one file per noun.

pub(crate) mod authorization;
pub(crate) mod callback;
pub(crate) mod discovery;
pub(crate) mod error_code;
mod expires_in;
pub(crate) mod id_token;
pub(crate) mod jwks;
pub(crate) mod jwt;
pub(crate) mod logout;
pub(crate) mod logout_token;
pub(crate) mod pending_login;
pub(crate) mod pkce;
pub(crate) mod provider;
pub(crate) mod providers;
pub(crate) mod refetches;
pub(crate) mod registration;
mod shared_fetch;
pub(crate) mod token;
pub(crate) mod used_tokens;
pub(crate) mod userinfo;
