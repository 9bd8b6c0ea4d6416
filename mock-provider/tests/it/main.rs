//! The provider as its callers see it: over HTTP, and by the handle that a test holds.

mod authorization;
mod client_authentication;
mod cors;
mod determinism;
mod discovery;
mod end_session;
mod handle;
mod health;
mod hints;
mod hostile;
mod journal;
mod jwks;
mod leniency;
mod refresh;
mod released_claims;
mod response_mode;
mod routes;
mod sign_in;
mod single_sign_on;
mod support;
mod token;
mod userinfo;
