//! The configuration of the demo: its users, groups and clients.

use std::sync::LazyLock;

use mock_provider::Config;

/// The configuration of the demo's provider.
const CONFIGURATION: &str = include_str!("../../../fixtures/provider.toml");

/// The client ID of the app in that configuration.
pub const CLIENT_ID: &str = "auth-app";

/// The client secret of the app.
pub const CLIENT_SECRET: &str = "auth-app-secret-that-everybody-may-know";

/// The group whose members the app lets in.
pub const REQUIRED_GROUP: &str = "staff";

/// The content of `fixtures/provider.toml`.
///
/// # Panics
///
/// When the file is invalid; the message lists its errors.
pub fn configuration() -> Config {
    // Parsed once, because tests use it hundreds of times.
    static READ: LazyLock<Config> = LazyLock::new(|| match Config::from_toml(CONFIGURATION) {
        Ok(config) => config,
        Err(error) => panic!("fixtures/provider.toml: {error}"),
    });
    READ.clone()
}
