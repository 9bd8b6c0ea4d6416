//! What the environment says about how browser tests run.
//!
//! | variable | says | default |
//! | --- | --- | --- |
//! | `E2E_BROWSER` | `headless-shell`, `chromium`, `chrome` or `firefox`, for every test | the first one found |
//! | `E2E_BROWSER_BIN` | the browser's program | looked up |
//! | `E2E_HEADED` | `1`: show the browser | no window |
//! | `E2E_SLOWMO` | milliseconds to wait before each step | 0 |
//! | `E2E_PATIENCE` | milliseconds that a step waits for its element | 5000 |
//! | `E2E_KEEP` | `1`: keep the trace of tests that pass, too | failed tests only |
//! | `E2E_NO_SANDBOX` | `1`: start Chromium without its sandbox | only as root, where it must be |
//! | `CHROMEDRIVER`, `GECKODRIVER` | the driver's program | looked up on `PATH` |
//! | `WEBDRIVER_URL` | a WebDriver server that runs already | start a driver for each session |

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use url::Url;

use crate::engine::Engine;

/// Directories beside those of `PATH` where browsers and drivers lie.
const WELL_KNOWN: [&str; 9] = [
    "/usr/bin",
    "/usr/local/bin",
    "/usr/lib/chromium",
    "/opt/homebrew/bin",
    "/Applications/Chromium.app/Contents/MacOS",
    "/Applications/Google Chrome.app/Contents/MacOS",
    "/Applications/Firefox.app/Contents/MacOS",
    "C:/Program Files/Google/Chrome/Application",
    "C:/Program Files/Mozilla Firefox",
];

/// How browser tests run, read once from the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `E2E_BROWSER`: the browser of every test.
    pub engine: Option<Engine>,
    /// `E2E_BROWSER_BIN`: the browser's program.
    pub binary: Option<PathBuf>,
    /// `E2E_HEADED`: show the browser.
    pub headed: bool,
    /// `E2E_SLOWMO`: a pause before each step, for watching.
    pub slow_motion: Duration,
    /// `E2E_PATIENCE`: how long a step waits for its element.
    pub patience: Duration,
    /// `E2E_KEEP`: keep the trace of tests that pass, too.
    pub keep: bool,
    /// Start Chromium without its sandbox, which does not work as root.
    pub no_sandbox: bool,
    /// `WEBDRIVER_URL`: a WebDriver server that runs already. Ends in a slash, as the commands'
    /// paths are joined to it.
    pub webdriver_url: Option<Url>,
    /// `CHROMEDRIVER`.
    pub chromedriver: Option<PathBuf>,
    /// `GECKODRIVER`.
    pub geckodriver: Option<PathBuf>,
    /// The directories to look for programs in: `PATH`, then the well-known ones.
    pub directories: Vec<PathBuf>,
}

impl Settings {
    /// Reads this process's environment.
    ///
    /// # Errors
    ///
    /// When a variable holds what it cannot hold; the message names variable and value.
    pub fn from_environment() -> Result<Self> {
        let mut settings = Self::from_variables(env::vars())?;
        settings.no_sandbox |= is_root();
        settings
            .directories
            .extend(WELL_KNOWN.map(PathBuf::from).into_iter().filter(|path| path.is_dir()));
        Ok(settings)
    }

    /// Reads variables given as pairs; looks at nothing else.
    ///
    /// # Errors
    ///
    /// See [`Settings::from_environment`].
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let variables: HashMap<_, _> =
            variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let text = |name: &str| variables.get(name).map(String::as_str);
        let path = |name: &str| text(name).map(PathBuf::from);
        let flag = |name: &str| match text(name) {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(other) => bail!("{name} is `{other}`, expected 1 or 0"),
        };
        let milliseconds = |name: &str, default: u64| {
            let value = text(name).map_or(Ok(default), |value| {
                let expected = || format!("{name} is `{value}`, expected whole milliseconds");
                value.parse().with_context(expected)
            });
            value.map(Duration::from_millis)
        };
        let settings = Self {
            engine: text("E2E_BROWSER")
                .map(|name| name.parse().context("E2E_BROWSER cannot be used"))
                .transpose()?,
            binary: path("E2E_BROWSER_BIN"),
            headed: flag("E2E_HEADED")?,
            slow_motion: milliseconds("E2E_SLOWMO", 0)?,
            patience: milliseconds("E2E_PATIENCE", 5000)?,
            keep: flag("E2E_KEEP")?,
            no_sandbox: flag("E2E_NO_SANDBOX")?,
            webdriver_url: text("WEBDRIVER_URL").map(webdriver_url).transpose()?,
            chromedriver: path("CHROMEDRIVER"),
            geckodriver: path("GECKODRIVER"),
            directories: env::split_paths(text("PATH").unwrap_or_default()).collect(),
        };
        if settings.headed && settings.engine == Some(Engine::HeadlessShell) {
            bail!("E2E_HEADED is set, but headless-shell has no window; set E2E_BROWSER=chromium");
        }
        Ok(settings)
    }
}

fn webdriver_url(value: &str) -> Result<Url> {
    let mut url: Url =
        value.parse().with_context(|| format!("WEBDRIVER_URL is `{value}`, expected a URL"))?;
    if url.scheme() != "http" || url.cannot_be_a_base() {
        bail!("WEBDRIVER_URL is `{value}`, expected a URL that starts with http://");
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// Whether this process runs as root, as in most containers.
#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Only on Linux does Chromium refuse its sandbox to root.
#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Result<Settings> {
        Settings::from_variables(
            pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())),
        )
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        format!("{:#}", settings(pairs).unwrap_err())
    }

    #[test]
    fn an_unknown_browser_is_refused_with_the_known_ones() {
        insta::assert_snapshot!(refusal(&[("E2E_BROWSER", "netscape")]), @"E2E_BROWSER cannot be used: unknown browser `netscape`, expected one of headless-shell, chromium, chrome, firefox");
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_with_its_variable() {
        insta::assert_snapshot!(refusal(&[("E2E_HEADED", "yes")]), @"E2E_HEADED is `yes`, expected 1 or 0");
        insta::assert_snapshot!(refusal(&[("E2E_SLOWMO", "1s")]), @"E2E_SLOWMO is `1s`, expected whole milliseconds: invalid digit found in string");
        insta::assert_snapshot!(refusal(&[("WEBDRIVER_URL", "https://grid/")]), @"WEBDRIVER_URL is `https://grid/`, expected a URL that starts with http://");
        insta::assert_snapshot!(
            refusal(&[("E2E_HEADED", "1"), ("E2E_BROWSER", "headless-shell")]),
            @"E2E_HEADED is set, but headless-shell has no window; set E2E_BROWSER=chromium"
        );
    }

    #[test]
    fn the_address_of_a_remote_webdriver_ends_in_a_slash() {
        let settings = settings(&[("WEBDRIVER_URL", "http://grid:4444/wd/hub")]).unwrap();
        assert_eq!(settings.webdriver_url.unwrap().as_str(), "http://grid:4444/wd/hub/");
    }
}
