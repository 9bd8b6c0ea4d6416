//! A mock OpenID Provider: a self-contained issuer for tests, demonstrations and reproduced
//! failures.
//!
//! It is a strict provider for the authorization code flow of
//! [OpenID Connect Core 1.0](https://openid.net/specs/openid-connect-core-1_0.html), with users,
//! groups and clients as you configure them, a clock that you can move, and a journal that records
//! every request, with the reason if it was refused.
//!
//! In a test, start [`MockProvider`] and point your application at its issuer. For
//! applications in other languages, the same provider is the program `mock-provider`.
//!
//! Cargo features, all on by default: `cli` (the program), `control` (the control API below
//! `/control`) and `brotli` (one value of the failure `network-compression`).

// First, because the route table is a macro that other modules use.
#[macro_use]
mod router;

mod base;
#[cfg(feature = "cli")]
pub mod cli;
mod config;
#[cfg(feature = "control")]
mod control;
mod directory;
mod endpoints;
mod exchange;
pub mod failure;
mod handle;
mod host;
mod issuer;
mod jose;
mod net;
mod protocol;
mod settings;
mod ui;

pub use base::clock::Clock;
pub use base::endpoint::Endpoint;
pub use base::secret::Secret;
pub use directory::client::{AuthMethod, Client, JwkSet};
pub use directory::encryption::KeyEncryption;
pub use directory::redirect_uri::RedirectUri;
pub use directory::user::User;
pub use exchange::journal::{Alteration, Exchange, Refusal};
pub use handle::blocking;
pub use handle::builder::MockProviderBuilder;
pub use handle::end_user::AuthorizeError;
pub use handle::issuer_handle::IssuerHandle;
pub use handle::provider::{MockProvider, StartError};
pub use jiff::Timestamp;
pub use jose::algorithm::Algorithm;
pub use jose::jwe::ContentEncryption;
pub use jose::keys::{Keys, Rotation};
pub use jose::signing_key::KeyError;
pub use net::tls::authority::CertificateError;
pub use net::tls::fault::Handshake;
pub use protocol::response_type::ResponseType;
pub use settings::error::{ConfigError, Fault};
pub use settings::settings::{ClaimsIn, Config, Group, Settings};
