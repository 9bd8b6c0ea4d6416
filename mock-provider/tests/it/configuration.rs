//! Configuration files: which are accepted, and why others are refused.

use std::path::{Path, PathBuf};

use mock_provider::{Client, Config, ConfigError, User};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// The names of the files that must be refused, in order.
fn invalid() -> Vec<String> {
    let directory = std::fs::read_dir(fixtures().join("invalid")).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = directory.map(name).map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// The error message for a text or file that must be refused.
#[track_caller]
fn refusal(outcome: Result<Config, ConfigError>) -> String {
    match outcome {
        Ok(config) => panic!("accepted: {config:#?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_configuration_of_the_demo_is_valid() {
    let config = Config::load(fixtures().join("provider.toml")).unwrap();
    assert!(config.users.len() >= 9);
    assert!(config.clients.iter().any(|client| client.id == "auth-app"));
}

#[test]
fn every_invalid_file_is_refused_in_reviewed_words() {
    let directory = fixtures().join("invalid");
    let messages: Vec<_> = invalid()
        .into_iter()
        .map(|name| refusal(Config::load(directory.join(name))))
        .map(|message| message.replace(&format!("{}/", directory.display()), ""))
        .collect();
    insta::assert_snapshot!(messages.join("\n\n"));
}

#[test]
fn each_invalid_file_has_exactly_one_fault() {
    for name in invalid().into_iter().filter(|name| !name.starts_with("several-")) {
        match Config::load(fixtures().join("invalid").join(&name)) {
            Err(ConfigError::Invalid(faults)) => assert_eq!(faults.len(), 1, "{name}: {faults:#?}"),
            other => panic!("{name}: {other:#?}"),
        }
    }
}

#[test]
fn without_the_fault_the_file_is_valid() {
    // The faults of these files end with their last line.
    for name in ["unknown-key-of-user.toml", "password-empty.toml", "group-unknown.toml"] {
        let text = std::fs::read_to_string(fixtures().join("invalid").join(name)).unwrap();
        let (rest, _) = text.trim_end().rsplit_once('\n').unwrap();
        Config::from_toml(rest).unwrap();
    }
}

#[test]
fn an_empty_file_is_the_built_in_configuration() {
    let (empty, built_in) = (Config::from_toml("").unwrap(), Config::default());
    assert_eq!(format!("{empty:?}"), format!("{built_in:?}"));
}

#[test]
fn added_groups_complement_those_of_the_built_in_users() {
    let config = Config::from_toml("[[groups]]\nname = 'staff'\n[[groups]]\nname = 'new'").unwrap();
    let names: Vec<_> = config.groups.iter().map(|group| &*group.name).collect();
    assert_eq!(names, ["staff", "new", "admins", "auditors"]);
}

#[test]
fn toml_dates_are_accepted() {
    let config = Config::from_toml(
        "frozen_at = 2026-01-01T00:00:00Z\n\
         [[users]]\n\
         subject = 'alice'\n\
         claims.birthdate = 1990-05-17",
    )
    .unwrap();
    assert_eq!(config.settings.frozen_at, Some("2026-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(config.users[0].claims["birthdate"], "1990-05-17");
}

#[test]
fn a_key_file_is_resolved_relative_to_the_configuration_file() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("key_beside_configuration");
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("provider.toml");
    std::fs::write(&file, "signing_key = 'key.pem'").unwrap();
    std::fs::write(directory.join("key.pem"), "no key").unwrap();
    let message = refusal(Config::load(&file));
    assert!(message.contains("must be an RSA private key in PEM"), "{message}");
}

#[test]
fn a_missing_or_binary_file_is_refused_by_name() {
    let message = refusal(Config::load("absent.toml"));
    assert!(message.starts_with("cannot read the configuration file absent.toml:"), "{message}");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("latin-1.toml");
    std::fs::write(&file, b"auto_login = \"andr\xe9\"").unwrap();
    let message = refusal(Config::load(&file));
    assert!(message.contains("UTF-8"), "{message}");
}

#[test]
fn a_configuration_from_code_is_checked_without_line_numbers() {
    let mut config = Config::default();
    config.users = vec![User::new("alice").groups(["staf"])];
    config.clients = vec![Client::new("shop").redirect_uri("/callback")];
    insta::assert_snapshot!(config.check().unwrap_err(), @"
    unknown group `staf` in `users[0].groups`: did you mean `staff`?
    `/callback` in `clients[0].redirect_uris` must be an absolute URI
    ");
}

#[test]
fn no_input_makes_the_parser_panic() {
    // Every prefix of a file, and the file with each byte replaced by each of a few characters, most of
    // which have a meaning in TOML.
    let text = std::fs::read_to_string(fixtures().join("invalid/several-faults-of-meaning.toml"));
    let text = text.unwrap();
    for end in 0..text.len() {
        let _ = Config::from_toml(&text[..end]).map_err(|error| error.to_string());
        for sign in ["[", "]", "\"", "=", "\n", ".", "é", "{", ","] {
            let changed = format!("{}{sign}{}", &text[..end], &text[end + 1..]);
            let _ = Config::from_toml(&changed).map_err(|error| error.to_string());
        }
    }
}
