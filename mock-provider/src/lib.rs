//! A mock OpenID Provider for tests, demonstrations and reproduced failures.

#[cfg(feature = "cli")]
pub mod cli;
mod client;
mod clock;
mod config;
#[allow(dead_code)]
mod protocol;
mod random;
mod redirect_uri;
mod secret;
mod user;

pub use client::{AuthMethod, Client};
pub use clock::Clock;
pub use config::{ClaimsIn, Config, ConfigError, Fault, Group, Settings};
pub use redirect_uri::RedirectUri;
pub use secret::Secret;
pub use user::User;
