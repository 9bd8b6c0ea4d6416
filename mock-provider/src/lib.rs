//! A mock OpenID Provider: a self-contained issuer for tests, demonstrations and reproduced
//! failures.
//!
//! It is a strict provider for the authorization code flow of
//! [OpenID Connect Core 1.0](https://openid.net/specs/openid-connect-core-1_0.html), with users,
//! groups and clients as you configure them, a clock that you can move, and a journal that tells
//! what was asked and why something was refused.
//!
//! In a test, start [`MockProvider`] and point your application at its issuer. For anything that
//! is not written in Rust, the same provider is the program `mock-provider`.

mod account;
mod answer;
mod authorization;
mod backchannel_logout;
pub mod blocking;
mod browser;
mod builder;
#[cfg(feature = "cli")]
pub mod cli;
mod client;
mod client_authentication;
mod clock;
mod config;
mod end_user;
mod endpoints;
mod expiring;
pub mod failure;
mod grant;
mod id_token_hint;
mod issuer;
mod issuer_handle;
mod journal;
mod logout;
mod protocol;
mod provider;
mod random;
mod redirect_uri;
mod registry;
mod reply;
mod reply_to;
mod request;
mod router;
mod secret;
mod server;
mod session;
mod signed_out;
mod signing;
mod tokens;
mod ui;
mod user;

pub use builder::MockProviderBuilder;
pub use client::{AuthMethod, Client};
pub use clock::Clock;
pub use config::{ClaimsIn, Config, ConfigError, Fault, Group, Settings};
pub use end_user::AuthorizeError;
pub use issuer_handle::IssuerHandle;
pub use jiff::Timestamp;

pub use journal::{Alteration, Endpoint, Exchange, Refusal};
pub use provider::{MockProvider, StartError};
pub use redirect_uri::RedirectUri;
pub use secret::Secret;
pub use signing::KeyError;
pub use user::User;
