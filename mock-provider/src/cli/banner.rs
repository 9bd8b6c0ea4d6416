//! The text that is printed when the provider has started: addresses, users, clients, what to try.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::base::secret::Secret;
use crate::directory::client::Client;
use crate::directory::user::User;
use crate::settings::settings::Config;

/// Users and clients beyond this number are counted, not listed.
const LISTED: usize = 12;

/// The text for a provider that listens on `address`.
pub(crate) fn banner(config: &Config, issuer: &str, address: SocketAddr) -> String {
    let mut text = format!("mock-provider {}\n\n", env!("CARGO_PKG_VERSION"));
    row(&mut text, 2, 9, "issuer", issuer);
    row(&mut text, 2, 9, "listening", &address.to_string());
    if config.settings.control_token.is_some() || address.ip().is_loopback() {
        let control = format!("{}/control/openapi.json", issuer.trim_end_matches('/'));
        row(&mut text, 2, 9, "control", &control);
    }
    if let Some(path) = &config.settings.https_ca {
        row(&mut text, 2, 9, "trust", &format!("the certificate in {}", path.display()));
    } else if config.settings.https {
        let hint = "clients need the certificate: `--https-ca FILE` writes it";
        row(&mut text, 2, 9, "trust", hint);
    }
    if config.settings.signing_key.is_none() {
        row(
            &mut text,
            2,
            9,
            "key",
            "public, because every copy of this program has it: for tests only",
        );
    }
    if let Some(subject) = &config.settings.auto_login {
        row(&mut text, 2, 9, "signed in", &format!("{subject}, without a sign-in page"));
    }
    let failures = config.settings.fail.iter();
    let failures: Vec<_> =
        failures.map(|failure| (failure.to_string(), failure.mode().effect)).collect();
    if !failures.is_empty() {
        let rows = failures.iter().map(|(failure, effect)| (&**failure, (*effect).to_owned()));
        list(&mut text, "armed failures", rows.collect());
    }
    let users = config.users.iter().map(|user| (&*user.subject, describe_user(user)));
    list(&mut text, "users", users.collect());
    let clients = config.clients.iter().map(|client| (&*client.id, describe_client(client)));
    list(&mut text, "clients", clients.collect());
    let base = issuer.trim_end_matches('/');
    text.push_str("\ntry\n");
    let trust = config.settings.https_ca.as_ref().filter(|_| config.settings.https);
    let trust = trust.map_or_else(String::new, |path| format!("--cacert {} ", path.display()));
    let _ = writeln!(text, "  curl {trust}{base}/.well-known/openid-configuration");
    let _ = writeln!(text, "  open {base}/ in a browser; stop with Ctrl-C");
    text
}

/// The name and the groups of a user.
fn describe_user(user: &User) -> String {
    let groups = match user.groups.as_slice() {
        [] => "no groups".to_owned(),
        groups => groups.join(", "),
    };
    let name = user.name.as_ref().or(user.email.as_ref());
    let name = name.map_or_else(String::new, |name| format!("{name}: "));
    let disabled = if user.disabled { "; disabled" } else { "" };
    format!("{name}{groups}{disabled}")
}

/// How to use a client.
fn describe_client(client: &Client) -> String {
    let authentication = match &client.secret {
        None => "public, with PKCE".to_owned(),
        // A secret that is shipped with the program need not be hidden.
        Some(secret) if is_built_in(client) => {
            format!("secret `{}`, for tests only", secret.expose())
        }
        Some(_) => "secret as configured, for tests only".to_owned(),
    };
    match client.redirect_uris.as_slice() {
        [] => format!("{authentication}; no redirect URI, so users cannot sign in"),
        uris => {
            let uris: Vec<_> = uris.iter().map(|uri| uri.as_str()).collect();
            format!("{authentication}; {}", uris.join(" "))
        }
    }
}

fn is_built_in(client: &Client) -> bool {
    let same_secret =
        |own: &Secret| client.secret.as_ref().is_some_and(|s| s.matches(own.expose()));
    let same = |own: &Client| own.id == client.id && own.secret.as_ref().is_some_and(same_secret);
    Config::default().clients.iter().any(same)
}

fn list(text: &mut String, title: &str, rows: Vec<(&str, String)>) {
    let _ = write!(text, "\n{title}\n");
    let width = rows.iter().take(LISTED).map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, description) in rows.iter().take(LISTED) {
        row(text, 2, width, name, description);
    }
    match rows.len() {
        0 => text.push_str("  none\n"),
        number if number > LISTED => {
            let _ = writeln!(text, "  and {} more", number - LISTED);
        }
        _ => {}
    }
}

/// A line of two columns. Names come from files, so control characters are replaced.
fn row(text: &mut String, indent: usize, width: usize, name: &str, value: &str) {
    let clean = |text: &str| -> String {
        text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
    };
    let _ = writeln!(text, "{:indent$}{:width$}  {}", "", clean(name), clean(value));
}
