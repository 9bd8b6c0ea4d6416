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
mod algorithm;
mod answer;
mod authorization;
mod backchannel_logout;
pub mod blocking;
mod browser;
mod builder;
mod certificate;
mod claim_source;
#[cfg(feature = "cli")]
pub mod cli;
mod client;
mod client_authentication;
mod clock;
mod compression;
mod config;
mod control;
mod directory;
mod ecdsa;
mod encryption;
mod end_user;
mod endpoint;
mod endpoints;
mod expiring;
pub mod failure;
mod grant;
mod hybrid;
mod id_token_hint;
mod initial;
mod issuer;
mod issuer_handle;
mod journal;
mod jwe;
mod jws;
mod key_set;
mod keys;
mod logout;
mod protocol;
mod provider;
mod public_key;
mod random;
mod redirect_uri;
mod registration;
mod registry;
mod reply;
mod reply_to;
mod request;
mod router;
mod secret;
mod server;
mod session;
mod shipped;
mod signed_out;
mod signer;
mod signing;
mod tls;
mod tokens;
mod ui;
mod user;
mod weak_rsa;
mod wire;

pub use algorithm::Algorithm;
pub use builder::MockProviderBuilder;
pub use client::{AuthMethod, Client, JwkSet};
pub use clock::Clock;
pub use config::{ClaimsIn, Config, ConfigError, Fault, Group, Settings};
pub use encryption::KeyEncryption;
pub use end_user::AuthorizeError;
pub use endpoint::Endpoint;
pub use issuer_handle::IssuerHandle;
pub use jiff::Timestamp;
pub use journal::{Alteration, Exchange, Refusal};
pub use jwe::ContentEncryption;
pub use keys::{Keys, Rotation};
pub use protocol::response_type::ResponseType;
pub use provider::{MockProvider, StartError};
pub use redirect_uri::RedirectUri;
pub use secret::Secret;
pub use signing::KeyError;
pub use tls::{CertificateError, Handshake};
pub use user::User;
