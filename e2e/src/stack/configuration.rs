//! Whom the demo has: its users, groups and clients.

use std::sync::LazyLock;

use mock_provider::Config;

/// The configuration of the demo's provider.
const CONFIGURATION: &str = include_str!("../../../fixtures/provider.toml");

/// The client of the demo's configuration which is the app.
pub const CLIENT_ID: &str = "auth-app";

/// Its secret.
pub const CLIENT_SECRET: &str = "auth-app-secret-that-everybody-may-know";

/// The group whose members the app lets in.
pub const REQUIRED_GROUP: &str = "staff";

/// Users, groups and clients of the demo: `fixtures/provider.toml`.
///
/// # Panics
///
/// When the file is wrong; its errors are the message.
pub fn configuration() -> Config {
    // Read once: tests ask for it hundreds of times.
    static READ: LazyLock<Config> = LazyLock::new(|| match Config::from_toml(CONFIGURATION) {
        Ok(config) => config,
        Err(error) => panic!("fixtures/provider.toml: {error}"),
    });
    READ.clone()
}
