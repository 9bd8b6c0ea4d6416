//! Configuration: environment variables in, validated types out.

mod base_path;
mod client;
mod errors;
mod provider;
mod providers;
mod secret;
mod settings;
mod transport;
mod variables;

pub(crate) use base_path::BasePath;
pub(crate) use client::{
    AuthenticationMethod, Client, ClientAuthentication, Identity, Registration,
};
pub use errors::{ConfigError, ConfigErrors};
pub(crate) use provider::{Endpoints, ProviderSettings};
pub(crate) use providers::ProviderConfig;
pub(crate) use secret::Secret;
pub use settings::Config;
pub(crate) use settings::SessionLimits;
pub use variables::help;
