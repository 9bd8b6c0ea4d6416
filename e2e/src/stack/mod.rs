//! The provider and the app, configured for each other.
//!
//! A stack is the demo on free ports, with a frozen clock. Its users, groups and clients
//! are those of `fixtures/provider.toml`, unless a test replaces them. The issuer is on `localhost`
//! and the app on `127.0.0.1`, which are two sites to a browser. On one host they would share cookies,
//! and mistakes with `SameSite` would stay hidden.

mod builder;
mod configuration;
mod running;

pub use builder::StackBuilder;
pub use configuration::{CLIENT_ID, CLIENT_SECRET, REQUIRED_GROUP, configuration};
pub use running::{HalfStack, Stack};
