//! The environment variables that determine how browsers are chosen, found and driven.
//!
//! | variable | value | default |
//! | --- | --- | --- |
//! | `E2E_BROWSER` | `headless-shell`, `chromium`, `chrome` or `firefox` | the first one found, without Firefox |
//! | `E2E_BROWSER_BIN` | path of the browser's program | searched for |
//! | `E2E_HEADED` | `1`: show the browser | no window |
//! | `E2E_SLOWMO` | milliseconds to wait before each step | 0 |
//! | `E2E_PATIENCE` | milliseconds that a step waits for its element | 5000 |
//! | `E2E_NO_SANDBOX` | `1`: start Chromium without its sandbox | only for root, because the sandbox does not work then |
//! | `CHROMEDRIVER`, `GECKODRIVER` | path of the driver's program | searched for |
//! | `WEBDRIVER_URL` | address of a running WebDriver server | start a driver for each session |

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use url::Url;

use crate::engine::Engine;

/// Directories that are searched after those of `PATH`.
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

/// How browsers are chosen, found and driven.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `E2E_BROWSER`: the kind of browser.
    pub engine: Option<Engine>,
    /// `E2E_BROWSER_BIN`: path of the browser's program.
    pub binary: Option<PathBuf>,
    /// `E2E_HEADED`: show the browser.
    pub headed: bool,
    /// `E2E_SLOWMO`: a pause before each step, so that a person can watch.
    pub slow_motion: Duration,
    /// `E2E_PATIENCE`: how long a step waits for its element.
    pub patience: Duration,
    /// Start Chromium without its sandbox, which does not work for root.
    pub no_sandbox: bool,
    /// `WEBDRIVER_URL`: address of a running WebDriver server. Ends with a slash, because the paths
    /// of commands are joined to it.
    pub webdriver_url: Option<Url>,
    /// `CHROMEDRIVER`: path of the driver's program.
    pub chromedriver: Option<PathBuf>,
    /// `GECKODRIVER`: path of the driver's program.
    pub geckodriver: Option<PathBuf>,
    /// The directories to search for programs: those of `PATH`, then well-known ones.
    pub directories: Vec<PathBuf>,
}

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    ///
    /// When a variable has an invalid value; the message names both.
    pub fn from_environment() -> Result<Self> {
        let mut settings = Self::from_variables(env::vars())?;
        settings.no_sandbox |= is_root();
        settings
            .directories
            .extend(WELL_KNOWN.map(PathBuf::from).into_iter().filter(|path| path.is_dir()));
        Ok(settings)
    }

    /// Reads variables given as pairs, and nothing else.
    ///
    /// # Errors
    ///
    /// See [`Settings::from_environment`].
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let variables: HashMap<_, _> =
            variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let text = |name: &str| variables.get(name).map(String::as_str);
        let path = |name: &str| text(name).map(PathBuf::from);
        let flag = |name: &str| flag(name, text(name).unwrap_or_default());
        let milliseconds = |name: &str, default: u64| {
            let value = text(name).map_or(Ok(default), |value| {
                let rule =
                    || format!("{name} must be a whole number of milliseconds, got `{value}`");
                value.parse().with_context(rule)
            });
            value.map(Duration::from_millis)
        };
        let settings = Self {
            engine: text("E2E_BROWSER")
                .map(|name| name.parse().context("E2E_BROWSER is invalid"))
                .transpose()?,
            binary: path("E2E_BROWSER_BIN"),
            headed: flag("E2E_HEADED")?,
            slow_motion: milliseconds("E2E_SLOWMO", 0)?,
            patience: milliseconds("E2E_PATIENCE", 5000)?,
            no_sandbox: flag("E2E_NO_SANDBOX")?,
            webdriver_url: text("WEBDRIVER_URL").map(webdriver_url).transpose()?,
            chromedriver: path("CHROMEDRIVER"),
            geckodriver: path("GECKODRIVER"),
            directories: env::split_paths(text("PATH").unwrap_or_default()).collect(),
        };
        if settings.headed && settings.engine == Some(Engine::HeadlessShell) {
            bail!("E2E_HEADED needs a browser with a window, got `E2E_BROWSER=headless-shell`");
        }
        Ok(settings)
    }
}

/// Reads a variable that is `1` or `true`, or else `0`, `false` or empty.
///
/// # Errors
///
/// When it has another value.
pub fn flag(name: &str, value: &str) -> Result<bool> {
    match value {
        "" | "0" | "false" => Ok(false),
        "1" | "true" => Ok(true),
        _ => bail!("{name} must be 1 or 0, got `{value}`"),
    }
}

fn webdriver_url(value: &str) -> Result<Url> {
    let url = value.parse().ok().filter(|url: &Url| url.scheme() == "http" && url.has_host());
    let mut url = url
        .with_context(|| format!("WEBDRIVER_URL must be an absolute http:// URL, got `{value}`"))?;
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

/// Chromium's sandbox does not work for root on Linux only.
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
        insta::assert_snapshot!(refusal(&[("E2E_BROWSER", "netscape")]), @"E2E_BROWSER is invalid: the browser must be one of headless-shell, chromium, chrome, firefox, got `netscape`");
    }

    #[test]
    fn an_invalid_value_is_refused_with_its_variable() {
        insta::assert_snapshot!(refusal(&[("E2E_HEADED", "yes")]), @"E2E_HEADED must be 1 or 0, got `yes`");
        insta::assert_snapshot!(refusal(&[("E2E_SLOWMO", "1s")]), @"E2E_SLOWMO must be a whole number of milliseconds, got `1s`: invalid digit found in string");
        insta::assert_snapshot!(refusal(&[("WEBDRIVER_URL", "https://grid/")]), @"WEBDRIVER_URL must be an absolute http:// URL, got `https://grid/`");
        insta::assert_snapshot!(
            refusal(&[("E2E_HEADED", "1"), ("E2E_BROWSER", "headless-shell")]),
            @"E2E_HEADED needs a browser with a window, got `E2E_BROWSER=headless-shell`"
        );
    }

    #[test]
    fn the_address_of_a_remote_webdriver_ends_in_a_slash() {
        let settings = settings(&[("WEBDRIVER_URL", "http://grid:4444/wd/hub")]).unwrap();
        assert_eq!(settings.webdriver_url.unwrap().as_str(), "http://grid:4444/wd/hub/");
    }
}
