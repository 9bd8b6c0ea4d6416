//! The program: help, errors, start and stop.

use std::process::{Command, Output};

fn program(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_app-under-test"))
        .env_clear()
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn missing_variables_are_named_one_per_line() {
    let output = program(&[("OIDC_CLIENT_ID", "app")], &[]);
    assert_eq!(output.status.code(), Some(1));
    let lines = text(&output.stderr);
    let names: Vec<&str> = lines.lines().map(|line| line.split_once(':').unwrap().0).collect();
    assert_eq!(names, ["OIDC_AUTHORITY", "OIDC_CLIENT_SECRET", "OIDC_REDIRECT_URI"]);
}

#[cfg(unix)]
#[test]
fn values_that_are_not_unicode_are_refused_and_not_ignored() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let output = Command::new(env!("CARGO_BIN_EXE_app-under-test"))
        .env_clear()
        .env("REQUIRED_GROUPS", OsStr::from_bytes(b"adm\xefn"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(errors.lines().any(|line| line.starts_with("REQUIRED_GROUPS: ")), "{errors}");
}

#[test]
fn help_names_the_variables() {
    let output = program(&[], &["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    for name in ["OIDC_AUTHORITY", "REQUIRED_GROUPS", "URL_BASE_PATHNAME", "RUST_LOG"] {
        assert!(help.contains(name), "{help}");
    }
}

#[test]
fn unknown_arguments_are_refused() {
    assert_eq!(program(&[], &["--port", "1"]).status.code(), Some(2));
}

#[test]
fn port_in_use_is_reported() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = program(
        &[
            ("OIDC_AUTHORITY", "http://127.0.0.1:9"),
            ("OIDC_CLIENT_ID", "app"),
            ("OIDC_CLIENT_SECRET", "s3cret"),
            ("OIDC_REDIRECT_URI", "http://127.0.0.1/auth/callback"),
            ("PORT", &port),
        ],
        &[],
    );
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(errors.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{errors}");
    assert!(!errors.contains("s3cret"));
}

#[cfg(unix)]
#[test]
fn program_serves_until_sigterm() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    // Free a moment ago; the program does not accept port 0.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let mut child = Command::new(env!("CARGO_BIN_EXE_app-under-test"))
        .env_clear()
        .env("OIDC_AUTHORITY", "http://127.0.0.1:9")
        .env("OIDC_CLIENT_ID", "app")
        .env("OIDC_CLIENT_SECRET", "s3cret")
        .env("OIDC_REDIRECT_URI", "http://127.0.0.1/auth/callback")
        .env("PORT", &port)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let listening = log.by_ref().map(Result::unwrap).find(|line| line.contains("listening"));
    assert!(listening.unwrap().contains(&format!("http://127.0.0.1:{port}/")));
    let kill = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(kill.success());
    let rest: Vec<String> = log.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:#?}");
    assert!(rest.iter().all(|line| !line.contains("s3cret") && !line.contains('\u{1b}')));
}
