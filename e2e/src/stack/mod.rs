//! The provider and the app, started for each other.

mod builder;
mod configuration;

pub use builder::{HalfStack, Stack, StackBuilder};
pub use configuration::{CLIENT_ID, CLIENT_SECRET, REQUIRED_GROUP, configuration};
