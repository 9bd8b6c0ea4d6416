//! The provider as its users see it: over HTTP, by the handle that a test holds, by its
//! configuration and its command line.

mod authorization;
mod backchannel_logout;
mod claim_source;
mod cli;
mod client_authentication;
mod configuration;
mod cors;
mod determinism;
mod discovery;
mod end_session;
mod failure;
mod frontchannel_logout;
mod handle;
mod health;
mod hints;
mod hostile;
mod https;
mod hybrid;
mod journal;
mod jwks;
mod leniency;
mod readme;
mod refresh;
mod released_claims;
mod response_mode;
mod routes;
mod session_management;
mod sign_in;
mod signing;
mod single_sign_on;
mod support;
mod token;
mod userinfo;
mod webfinger;
