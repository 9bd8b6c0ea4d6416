//! Shared by the tests: a provider, a browser and a client.

mod answer;
mod browser;
mod id_token;
mod parameters;
mod provider;
mod relying_party;

pub(crate) use answer::Answer;
pub(crate) use browser::Browser;
pub(crate) use id_token::{decoded, verified};
pub(crate) use parameters::{CHALLENGE, Parameters, VERIFIER};
pub(crate) use provider::{
    CALLBACK, LOGGED_OUT, NOW, builder, code_for, last_refusal, start, tokens_for, url,
};
pub(crate) use relying_party::{Received, RelyingParty};
