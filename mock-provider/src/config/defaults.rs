//! The built-in configuration.

use crate::directory::client::Client;
use crate::directory::user::User;
use crate::settings::settings::{Config, Group, Settings};

impl Default for Config {
    fn default() -> Self {
        Self { settings: Settings::default(), groups: groups(), users: users(), clients: clients() }
    }
}

/// The groups of the built-in users.
pub(crate) fn groups() -> Vec<Group> {
    [
        ("staff", "all employees"),
        ("admins", "may change everything"),
        ("auditors", "may read everything"),
    ]
    .map(|(name, description)| Group::new(name).description(description))
    .into()
}

/// Four users with different groups.
pub(crate) fn users() -> Vec<User> {
    let user = |subject: &str, given: &str, family: &str| {
        User::new(subject)
            .name(format!("{given} {family}"))
            .given_name(given)
            .family_name(family)
            .preferred_username(subject)
            .email(format!("{subject}@example.org"))
    };
    vec![
        user("alice", "Alice", "Archer").groups(["staff", "admins"]),
        user("bob", "Bob", "Baker").groups(["staff"]),
        user("carol", "Carol", "Carter").groups(["auditors"]),
        user("dave", "Dave", "Dyer"),
    ]
}

/// Long enough for libraries that require 256 bits for a symmetric key.
const SECRET: &str = "demo-secret-that-everybody-may-know";

/// A confidential and a public client, for any application on this machine.
pub(crate) fn clients() -> Vec<Client> {
    let anywhere_on_loopback = |client: Client| {
        let hosts = ["localhost", "127.0.0.1", "[::1]"];
        let uris =
            ["http", "https"].map(|scheme| hosts.map(|host| format!("{scheme}://{host}:*/*")));
        uris.into_iter().flatten().fold(client, |client, uri| {
            client.redirect_uri(uri.as_str()).post_logout_redirect_uri(uri)
        })
    };
    vec![
        anywhere_on_loopback(Client::new("demo-app").name("Demo app").secret(SECRET)),
        anywhere_on_loopback(Client::new("demo-spa").name("Demo single-page app")),
    ]
}
