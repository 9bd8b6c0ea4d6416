//! Failures on command: what each mode changes, and that it changes nothing else.

mod arming;
mod authorization;
mod changes;
mod discovery;
mod id_token_claims;
mod id_token_header;
mod id_token_signature;
mod jwks;
mod logout;
mod memory;
mod network;
mod refresh;
mod sequence;
mod token_response;
mod transcript;
mod user_claims;
mod userinfo;
