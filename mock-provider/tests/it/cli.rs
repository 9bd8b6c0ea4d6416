//! The program, run from a shell.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The program with these arguments, and without our variables in its environment.
fn program<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-provider"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOCK_PROVIDER_") {
            command.env_remove(name);
        }
    }
    // Determines the width of the help.
    command.env("COLUMNS", "100").args(arguments).stdin(Stdio::null());
    command
}

/// Exit code, standard output and standard error.
fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// A provider that runs until it is dropped.
struct Running {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    banner: String,
}

impl Running {
    /// Starts the program on a free port and reads its banner.
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .env("MOCK_PROVIDER_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut banner = String::new();
        while !banner.contains("Ctrl-C") {
            assert_ne!(output.read_line(&mut banner).unwrap(), 0, "ended after {banner:?}");
        }
        Self { child, output, banner }
    }

    /// The value in a line of the banner.
    #[track_caller]
    fn line(&self, key: &str) -> &str {
        let line = self.banner.lines().find_map(|line| line.trim().strip_prefix(key));
        line.unwrap_or_else(|| panic!("no {key} in {}", self.banner)).trim()
    }

    /// Sends a signal, and waits for the program to exit.
    #[cfg(unix)]
    fn signal(mut self, signal: &str) -> (Option<i32>, String) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        self.output.read_to_string(&mut String::new()).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn fixture(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    fixtures.join(name).display().to_string()
}

#[test]
fn help_reads_as_reviewed() {
    let (code, help, _) = outcome(&mut program(["--help"]));
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(help);
}

#[test]
fn a_valid_file_is_summarized() {
    let (code, output, _) = outcome(&mut program(["check", &fixture("provider.toml")]));
    assert_eq!(code, Some(0));
    assert!(output.contains("2 clients: auth-app, browser-app"), "{output}");
}

#[test]
fn every_fault_of_a_file_is_reported_and_the_check_fails() {
    let file = fixture("invalid/several-faults-of-meaning.toml");
    let (code, output, errors) = outcome(&mut program(["check", &file]));
    assert_eq!((code, &*output), (Some(1), ""));
    assert!(errors.contains(&format!("{file}:8:11: unknown group `staf`")), "{errors}");
    assert!(errors.ends_with("several-faults-of-meaning.toml: 5 faults\n"), "{errors}");
}

#[test]
fn an_invalid_file_variable_or_flag_prevents_the_start() {
    let file = fixture("invalid/auto-login-unknown.toml");
    let (code, _, errors) = outcome(&mut program(["--config", &file]));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("auto-login-unknown.toml:1:14: unknown user `alcie`"), "{errors}");

    let (code, _, errors) = outcome(program([]).env("MOCK_PROVIDER_SEED", "abc"));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("invalid value 'abc' for 'MOCK_PROVIDER_SEED'"), "{errors}");

    let (code, _, errors) = outcome(&mut program(["serve", "--code-lifetime", "60"]));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("such as \"90s\""), "{errors}");
}

#[test]
fn every_invalid_variable_is_named_at_once() {
    let mut command = program([]);
    command.env("MOCK_PROVIDER_SEED", "abc").env("MOCK_PROVIDER_CODE_LIFETIME", "60");
    command
        .env("MOCK_PROVIDER_ANY_CLIENT", "perhaps")
        .env("MOCK_PROVIDER_FAIL", "id-token-exp-invald;");
    let (code, _, errors) = outcome(&mut command);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(errors, @r#"
    error: invalid value 'abc' for 'MOCK_PROVIDER_SEED': invalid digit found in string
    error: invalid value 'perhaps' for 'MOCK_PROVIDER_ANY_CLIENT'
      [possible values: true, false]
    error: invalid value 'id-token-exp-invald' for 'MOCK_PROVIDER_FAIL': no failure is called `id-token-exp-invald`: did you mean `id-token-exp-invalid`?
    error: invalid value '60' for 'MOCK_PROVIDER_CODE_LIFETIME': `60` is not a duration such as "90s", "10min" or "1h 30min"
    "#);
}

#[test]
fn a_value_that_contradicts_the_rest_is_reported_under_its_variable_or_option() {
    let mut command = program(["--auto-login=alcie"]);
    command.env("MOCK_PROVIDER_ISSUER_URL", "idp");
    command.env("MOCK_PROVIDER_FAIL", "id-token-exp-invalid@client=demo-ap");
    let (code, _, errors) = outcome(&mut command);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(errors, @"
    MOCK_PROVIDER_ISSUER_URL: `issuer_url` must be a URL such as `http://localhost:9400`, got `idp`
    --auto-login: unknown user `alcie` in `auto_login`: did you mean `alice`?
    MOCK_PROVIDER_FAIL: unknown client `demo-ap` in `fail[0]`: did you mean `demo-app`?
    ");
}

#[test]
fn lists_in_variables_have_separators_and_empty_variables_count_as_unset() {
    let mut command = program(["serve", "--any-client=false", "--login-hint-signs-in"]);
    command.env("MOCK_PROVIDER_SEED", "").env("MOCK_PROVIDER_ANY_CLIENT", "true");
    command.env("MOCK_PROVIDER_SIGNING_ALGORITHMS", "RS256,ES256,ES256");
    command.env("MOCK_PROVIDER_ISSUERS", "one,two,one");
    let (code, _, errors) = outcome(&mut command);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(errors, @"
    MOCK_PROVIDER_SIGNING_ALGORITHMS: `signing_algorithms` lists `ES256` twice
    MOCK_PROVIDER_ISSUERS: `issuers` lists `one` twice
    ");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let latin_1 = OsStr::from_bytes(b"andr\xe9");
    let (code, _, errors) = outcome(program([]).env("MOCK_PROVIDER_AUTO_LOGIN", latin_1));
    assert_eq!((code, &*errors), (Some(2), "error: MOCK_PROVIDER_AUTO_LOGIN must be UTF-8\n"));
}

#[test]
fn an_invalid_variable_does_not_affect_other_commands() {
    let file = fixture("provider.toml");
    let (code, ..) = outcome(program(["check", &file]).env("MOCK_PROVIDER_SEED", "abc"));
    assert_eq!(code, Some(0));
}

#[test]
fn flags_override_variables_and_variables_override_the_file() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = directory.join("layers.toml");
    std::fs::write(&file, "issuer_url = 'http://file'\nauto_login = 'alice'").unwrap();
    let of_file = Running::start(program([]).env("MOCK_PROVIDER_CONFIG", &file));
    assert_eq!(of_file.line("issuer"), "http://file");
    let mut command = program([]);
    command.arg("--config").arg(&file).env("MOCK_PROVIDER_ISSUER_URL", "http://variable");
    assert_eq!(Running::start(&mut command).line("issuer"), "http://variable");
    let of_flag = Running::start(command.args(["--issuer-url", "http://flag"]));
    assert_eq!(of_flag.line("issuer"), "http://flag");
    assert!(of_flag.line("signed in").starts_with("alice"));
}

#[test]
fn https_is_announced_with_the_certificate_to_trust() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli.pem");
    let mut command = program(["--https"]);
    assert!(Running::start(&mut command).line("trust").contains("`--https-ca FILE`"));
    let provider = Running::start(command.arg("--https-ca").arg(&file));
    assert!(provider.line("issuer").starts_with("https://127.0.0.1:"));
    assert_eq!(provider.line("trust"), format!("the certificate in {}", file.display()));
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("-----BEGIN CERTIFICATE-----"), "{written}");
}

#[test]
fn a_running_provider_is_healthy_and_a_stopped_one_is_not() {
    let provider = Running::start(&mut program(["--log", "warn"]));
    let url = provider.line("issuer").to_owned();
    let ask = || outcome(&mut program(["healthcheck", "--url", &url]));
    assert_eq!(ask(), (Some(0), format!("{url} is healthy\n"), String::new()));
    drop(provider);
    let (code, _, errors) = ask();
    assert_eq!(code, Some(1));
    assert!(errors.contains("is unhealthy: nothing is listening there"), "{errors}");
}

#[test]
fn a_port_in_use_is_reported_with_a_solution() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, errors) = outcome(&mut program(["--listen", &address]));
    assert_eq!(code, Some(1));
    assert!(errors.starts_with(&format!("error: cannot listen on {address}:")), "{errors}");
    assert!(errors.contains("--listen 127.0.0.1:0"), "{errors}");
}

#[cfg(unix)]
#[test]
fn signals_stop_the_provider_gracefully() {
    for (signal, name) in [("-TERM", "SIGTERM"), ("-INT", "Ctrl-C")] {
        let (code, log) = Running::start(&mut program([])).signal(signal);
        assert_eq!(code, Some(0), "{log}");
        let line = log.lines().last().unwrap_or_default();
        // `12:00:01 stopping on SIGTERM`
        let (time, message) = line.split_at(9);
        assert_eq!(time.matches(':').count(), 2, "{log}");
        assert_eq!(message, format!("stopping on {name}"));
    }
}

#[cfg(unix)]
#[test]
fn a_misspelt_variable_causes_a_warning() {
    let mut command = program([]);
    command.env("MOCK_PROVIDER_AUTOLOGIN", "alice");
    // Kubernetes sets these for a service of this name.
    command.env("MOCK_PROVIDER_PORT", "tcp://10.0.0.7:9400");
    command.env("MOCK_PROVIDER_SERVICE_HOST", "10.0.0.7");
    command.env("MOCK_PROVIDER_PORT_9400_TCP_ADDR", "10.0.0.7");
    let (_, log) = Running::start(&mut command).signal("-TERM");
    assert_eq!(log.matches("unknown environment variable").count(), 1, "{log}");
    let warning = "warning: unknown environment variable MOCK_PROVIDER_AUTOLOGIN: did you mean \
                   MOCK_PROVIDER_AUTO_LOGIN?";
    assert!(log.contains(warning), "{log}");
}

#[test]
fn the_secret_of_a_file_is_not_printed() {
    let provider = Running::start(&mut program(["--config", &fixture("provider.toml")]));
    assert!(
        !provider.banner.contains("auth-app-secret-that-everybody-may-know"),
        "{}",
        provider.banner
    );
    let built_in = Running::start(&mut program([]));
    assert!(built_in.banner.contains("demo-secret-that-everybody-may-know"), "{}", built_in.banner);
}

#[test]
fn failures_are_armed_by_option_variable_and_file_and_shown_in_the_banner() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fail.toml");
    std::fs::write(&file, "fail = ['id-token-exp-invalid:value=0']").unwrap();
    let mut command = program([]);
    command.arg("--config").arg(&file);
    let armed = |provider: &Running| -> Vec<String> {
        let lines = provider.banner.lines().skip_while(|line| *line != "armed failures").skip(1);
        let rows = lines.take_while(|line| !line.is_empty());
        rows.map(|row| row.split_whitespace().next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(armed(&Running::start(&mut command)), ["id-token-exp-invalid:value=0"]);
    let two =
        "id-token-exp-invalid:value=-1d@user=bob,times=2; id-token-exp-invalid@client=demo-app";
    command.env("MOCK_PROVIDER_FAIL", two);
    assert_eq!(
        armed(&Running::start(&mut command)),
        ["id-token-exp-invalid:value=-1d@user=bob,times=2", "id-token-exp-invalid@client=demo-app"]
    );
    let quoted = "claims-groups-delimiter:name=\"users; admins\"";
    command.env("MOCK_PROVIDER_FAIL", format!("{quoted}; id-token-exp-invalid"));
    let provider = Running::start(&mut command);
    assert!(provider.banner.contains(quoted), "{}", provider.banner);
    assert_eq!(armed(&provider).len(), 2);
    drop(provider);
    command.args(["--fail", "id-token-exp-invalid:value=absent", "--fail=id-token-exp-invalid"]);
    assert_eq!(
        armed(&Running::start(&mut command)),
        ["id-token-exp-invalid:value=absent", "id-token-exp-invalid"]
    );
    assert!(armed(&Running::start(&mut program([]))).is_empty());
}

#[test]
fn an_unknown_failure_prevents_the_start() {
    let meant = "did you mean `id-token-exp-invalid`?";
    let (code, _, errors) = outcome(&mut program(["--fail", "id-token-exp-invald"]));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("'--fail <SPEC>'") && errors.contains(meant), "{errors}");
    let variable = "id-token-exp-invalid;id-token-exp-invald";
    let (code, _, errors) = outcome(program([]).env("MOCK_PROVIDER_FAIL", variable));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("'MOCK_PROVIDER_FAIL'") && errors.contains(meant), "{errors}");
    let (code, _, errors) = outcome(&mut program(["--fail=id-token-exp-invalid@client=demo"]));
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("--fail: unknown client `demo`"), "{errors}");
}

#[test]
fn the_provider_runs_when_its_output_is_not_read() {
    let file = fixture("provider.toml");
    let mut child = program(["check", &file]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_unknown_log_level_is_refused_with_the_nearest_one() {
    for level in ["warning", "info,mock_provider=warning"] {
        let (code, _, received) = outcome(&mut program(["--log", level]));
        assert_eq!(code, Some(2));
        assert!(received.contains("`warning` is not a level: did you mean `warn`?"), "{received}");
    }
}

#[test]
fn a_binary_or_endless_file_is_refused() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("latin1.toml");
    std::fs::write(&path, b"# caf\xc3\xa9\nseed = 1\n# na\xefve\n").unwrap();
    let (code, _, received) = outcome(&mut program(["check", path.to_str().unwrap()]));
    assert_eq!(code, Some(1));
    assert!(received.contains("line 3, column 5 is not UTF-8"), "{received}");
    if cfg!(unix) {
        let (code, _, received) = outcome(&mut program(["check", "/dev/zero"]));
        assert_eq!(code, Some(1));
        assert!(received.contains("it has more than 16777216 bytes"), "{received}");
    }
}
