//! Configuration: what a provider is told before it starts.

mod defaults;
mod settings;

pub use settings::{ClaimsIn, Config, Group, Settings};
