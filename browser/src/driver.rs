//! Starts a WebDriver server for one session, and leaves no process behind.
//!
//! A driver that is killed leaves its browser running. The driver therefore starts in a process
//! group of its own, under a shell that kills the whole group when its standard input closes.
//! That happens when [`Driver`] is dropped, and also when this process is killed and runs no
//! destructors.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::time::timeout;
use url::Url;

use crate::engine::{Engine, Installed};
use crate::settings::Settings;

/// How long a driver may take to listen; 20 ms is usual.
const MAX_START_TIME: Duration = Duration::from_secs(20);

/// How many times a driver is started until it gets a port that is free.
const MAX_PORT_ATTEMPTS: usize = 16;

/// Why a driver does not listen.
#[derive(Debug, thiserror::Error)]
enum StartError {
    /// The driver got a port that is free on `[::1]` but in use on `127.0.0.1`. chromedriver needs
    /// both, and does not try another port.
    #[error("its port is in use on 127.0.0.1")]
    PortInUse,
    #[error("it ended without listening, and printed: {0}")]
    Ended(String),
    #[error("its output cannot be read")]
    Output(#[from] io::Error),
}

/// A WebDriver server: one that this process started, or a remote one.
#[derive(Debug)]
pub struct Driver {
    url: Url,
    process: Option<Process>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    /// The temporary directory of driver and browser, removed after them.
    _directory: TempDir,
}

impl Driver {
    /// Starts the driver of a browser on a free port, or uses the remote one in the settings.
    ///
    /// # Errors
    ///
    /// When no driver is found, or it does not start.
    pub async fn start(settings: &Settings, browser: &Installed) -> Result<Self> {
        if let Some(url) = &settings.webdriver_url {
            return Ok(Self { url: url.clone(), process: None });
        }
        let program = settings.driver(browser.engine)?;
        for _ in 1..MAX_PORT_ATTEMPTS {
            match Self::start_once(&program, browser.engine).await {
                Err(error) if matches!(error.downcast_ref(), Some(StartError::PortInUse)) => {}
                started => return started,
            }
        }
        Self::start_once(&program, browser.engine).await
    }

    async fn start_once(program: &Path, engine: Engine) -> Result<Self> {
        let directory = TempDir::with_prefix("e2e-")?;
        let mut child = command(program, arguments(engine))
            .env("TMPDIR", directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stdout = child.stdout.take().context("the driver has no output")?;
        // From here on, an early return drops the process, which ends it.
        let process = Process { child, _directory: directory };
        let port =
            port(stdout).await.with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}/").parse()?, process: Some(process) })
    }

    /// The address of the server. Ends with a slash.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The process group of driver and browser; `None` for a remote one, and on Windows.
    pub fn process_group(&self) -> Option<u32> {
        let process = self.process.as_ref()?;
        cfg!(unix).then(|| process.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if cfg!(unix) {
            drop(self.child.stdin.take());
        } else {
            // Fails when the process has ended already.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// The driver in its process group, under the shell that kills the group when this process ends.
#[cfg(unix)]
fn command(program: &Path, arguments: &[&str]) -> Command {
    use std::os::unix::process::CommandExt;

    // The shell closes its own output, so that the pipe closes when the driver ends.
    const GUARD: &str = r#""$@" 2>&1 & exec >/dev/null; read -r _; kill -KILL 0"#;
    let mut command = Command::new("sh");
    command
        .args(["-c", GUARD, "driver"].map(OsStr::new))
        .arg(program)
        .args(arguments)
        .process_group(0);
    command
}

/// The driver alone: Windows has neither process groups nor this shell.
#[cfg(not(unix))]
fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

fn arguments(engine: Engine) -> &'static [&'static str] {
    match engine {
        // The second port is for BiDi; with its fixed default only one driver could run.
        Engine::Firefox => &["--port=0", "--websocket-port=0"],
        _ => &["--port=0"],
    }
}

/// Reads the port that a driver prints when it listens. A thread keeps reading the output, because a
/// driver blocks when its output is not read.
async fn port(stdout: ChildStdout) -> Result<u16> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new().name("driver output".to_owned()).spawn(move || {
        let mut lines = BufReader::new(stdout);
        // Fails when the limit has passed and the receiver is gone.
        let _ = sender.send(read_port(&mut lines));
        let _ = io::copy(&mut lines, &mut io::sink());
    })?;
    let port = timeout(MAX_START_TIME, receiver)
        .await
        .with_context(|| format!("it printed no port within {MAX_START_TIME:?}"))??;
    Ok(port?)
}

fn read_port(lines: &mut impl BufRead) -> Result<u16, StartError> {
    let mut printed = String::new();
    for line in lines.lines() {
        let line = line?;
        if let Some(port) = port_of(&line) {
            return Ok(port);
        }
        printed.push_str(&line);
        printed.push('\n');
    }
    if printed.contains("IPv4 port not available") {
        Err(StartError::PortInUse)
    } else {
        Err(StartError::Ended(printed.trim().to_owned()))
    }
}

/// `ChromeDriver was started successfully on port N.`, `… Listening on 127.0.0.1:N`.
fn port_of(line: &str) -> Option<u16> {
    let (_, rest) = line
        .split_once("successfully on port ")
        .or_else(|| line.split_once("Listening on 127.0.0.1:"))?;
    rest.trim_end_matches('.').parse().ok()
}

/// The versions of driver and browser in one line, for errors that a mismatch may cause.
pub(crate) fn versions(settings: &Settings, browser: &Installed) -> String {
    let driver = settings.driver(browser.engine).ok();
    let programs = [driver.as_deref(), browser.binary.as_deref()];
    let versions: Vec<_> = programs
        .into_iter()
        .flatten()
        .map(|program| format!("{}: {}", program.display(), version(program)))
        .collect();
    versions.join("; ")
}

fn version(program: &Path) -> String {
    let output =
        Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    match output {
        Ok(output) => String::from_utf8_lossy(&output.stdout)
            .lines()
            .next()
            .unwrap_or("unknown version")
            .trim()
            .to_owned(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_output_of_either_driver() {
        let chromedriver = "ChromeDriver was started successfully on port 41873.";
        let geckodriver = "1763920000000\tgeckodriver\tINFO\tListening on 127.0.0.1:35741";
        assert_eq!(port_of(chromedriver), Some(41873));
        assert_eq!(port_of(geckodriver), Some(35741));
        assert_eq!(port_of("Starting ChromeDriver 156.0.8078.79 on port 0"), None);
    }

    /// The driver finds its first port in use on 127.0.0.1.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_driver_whose_port_is_in_use_is_started_again() {
        const DRIVER: &str = "#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit\nif mkdir been-here; then\n\
            echo 'IPv4 port not available. Exiting...'\nelse\n\
            echo 'ChromeDriver was started successfully on port 7.'\nfi\n";
        let directory = TempDir::new().unwrap();
        let program = directory.path().join("driver");
        // Another process writes the file: if this one did, a child that another test is starting
        // could inherit the open file, which then cannot be run.
        let write = "printf %s \"$1\" >\"$2\" && chmod +x \"$2\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", write, "sh", DRIVER]).arg(&program);
        assert!(shell.status().unwrap().success());
        let mut settings = Settings::from_variables([]).unwrap();
        settings.chromedriver = Some(program);
        let browser = Installed { engine: Engine::Chromium, binary: None };
        let driver = Driver::start(&settings, &browser).await.unwrap();
        assert_eq!(driver.url().as_str(), "http://127.0.0.1:7/");
    }

    #[tokio::test]
    async fn a_driver_that_ends_at_once_is_an_error_with_its_output() {
        let mut settings = Settings::from_variables([]).unwrap();
        settings.chromedriver = Some("/bin/echo".into());
        let browser = Installed { engine: Engine::Chromium, binary: None };
        let error = Driver::start(&settings, &browser).await.unwrap_err();
        insta::assert_snapshot!(
            format!("{error:#}"),
            @"cannot start /bin/echo: it ended without listening, and printed: --port=0"
        );
    }
}
