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

use std::{
    collections::HashMap,
    env,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use url::Url;

use crate::engine::{Engine, Installed};

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
        settings.directories.extend(
            WELL_KNOWN
                .map(PathBuf::from)
                .into_iter()
                .filter(|path| path.is_dir()),
        );
        Ok(settings)
    }

    /// Reads variables given as pairs; looks at nothing else.
    ///
    /// # Errors
    ///
    /// See [`Settings::from_environment`].
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let variables: HashMap<_, _> = variables
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
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

    /// The browser that a test runs in which asks for none.
    ///
    /// # Errors
    ///
    /// When none is installed; the message says what was looked for and what to do.
    pub fn default_browser(&self) -> Result<Installed> {
        if let Some(engine) = self.engine {
            return self.browser(engine);
        }
        Engine::ALL
            .into_iter()
            .filter(|&engine| !(self.headed && engine == Engine::HeadlessShell))
            // Firefox needs a driver that few machines have beside it; it is used on request.
            .filter(|&engine| engine != Engine::Firefox)
            .find_map(|engine| self.browser(engine).ok())
            .with_context(|| self.missing(Engine::HeadlessShell, "a browser (chromium or chrome)"))
    }

    /// A certain browser.
    ///
    /// # Errors
    ///
    /// See [`Settings::default_browser`].
    pub fn browser(&self, engine: Engine) -> Result<Installed> {
        let binary = if self.webdriver_url.is_some() {
            // The other side's files are not to be seen from here.
            self.binary.clone()
        } else if let Some(binary) = &self.binary {
            Some(existing("E2E_BROWSER_BIN", binary)?)
        } else {
            let found = engine.programs().iter().find_map(|name| {
                // Debian's `chromium-headless-shell` on `PATH` is a script that stays between the
                // two: the driver would end the script and leave the browser behind.
                self.find(name, |path| {
                    engine != Engine::HeadlessShell || !is_script(path)
                })
            });
            Some(found.with_context(|| self.missing(engine, &engine.programs().join(" or ")))?)
        };
        Ok(Installed { engine, binary })
    }

    /// The driver's program for a browser.
    ///
    /// # Errors
    ///
    /// See [`Settings::default_browser`].
    pub fn driver(&self, engine: Engine) -> Result<PathBuf> {
        let (variable, chosen) = match engine {
            Engine::Firefox => ("GECKODRIVER", &self.geckodriver),
            _ => ("CHROMEDRIVER", &self.chromedriver),
        };
        match chosen {
            Some(path) => existing(variable, path),
            None => self
                .find(engine.driver(), |_| true)
                .with_context(|| self.missing(engine, engine.driver())),
        }
    }

    fn find(&self, name: &str, suits: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        self.directories
            .iter()
            .map(|directory| directory.join(&name))
            .find(|path| path.is_file() && suits(path))
    }

    fn missing(&self, engine: Engine, what: &str) -> String {
        let directories: Vec<_> = self
            .directories
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let variable = engine.driver().to_uppercase();
        format!(
            "cannot run browser tests in {engine}: found no {what} in {directories}\n\
             - install browser and driver: ./scripts/install-browsers.sh\n\
             - or say where they are: {variable}=/path/to/{driver} E2E_BROWSER_BIN=/path/to/browser\n\
             - or use a WebDriver server that runs already: WEBDRIVER_URL=http://localhost:4444/\n\
             - or leave browser tests out: cargo test --workspace --exclude e2e",
            directories = directories.join(", "),
            driver = engine.driver(),
        )
    }
}

fn webdriver_url(value: &str) -> Result<Url> {
    let mut url: Url = value
        .parse()
        .with_context(|| format!("WEBDRIVER_URL is `{value}`, expected a URL"))?;
    if url.scheme() != "http" || url.cannot_be_a_base() {
        bail!("WEBDRIVER_URL is `{value}`, expected a URL that starts with http://");
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn existing(variable: &str, path: &Path) -> Result<PathBuf> {
    if !path.is_file() {
        bail!("{variable} is `{}`, which is no file", path.display());
    }
    Ok(path.to_path_buf())
}

fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && &start == b"#!")
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
            pairs
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned())),
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
        assert_eq!(
            settings.webdriver_url.unwrap().as_str(),
            "http://grid:4444/wd/hub/"
        );
    }

    #[test]
    fn a_missing_driver_is_a_message_that_says_what_to_do() {
        let settings = settings(&[("PATH", "/nowhere:/nowhere/else")]).unwrap();
        insta::assert_snapshot!(
            settings.driver(Engine::HeadlessShell).unwrap_err(), @"
        cannot run browser tests in headless-shell: found no chromedriver in /nowhere, /nowhere/else
        - install browser and driver: ./scripts/install-browsers.sh
        - or say where they are: CHROMEDRIVER=/path/to/chromedriver E2E_BROWSER_BIN=/path/to/browser
        - or use a WebDriver server that runs already: WEBDRIVER_URL=http://localhost:4444/
        - or leave browser tests out: cargo test --workspace --exclude e2e
        ");
        insta::assert_snapshot!(settings.driver(Engine::Firefox).unwrap_err(), @"
        cannot run browser tests in firefox: found no geckodriver in /nowhere, /nowhere/else
        - install browser and driver: ./scripts/install-browsers.sh
        - or say where they are: GECKODRIVER=/path/to/geckodriver E2E_BROWSER_BIN=/path/to/browser
        - or use a WebDriver server that runs already: WEBDRIVER_URL=http://localhost:4444/
        - or leave browser tests out: cargo test --workspace --exclude e2e
        ");
    }

    #[test]
    fn a_missing_browser_is_a_message_that_says_what_to_do() {
        let settings = settings(&[("PATH", "/nowhere")]).unwrap();
        insta::assert_snapshot!(settings.browser(Engine::Firefox).unwrap_err(), @"
        cannot run browser tests in firefox: found no firefox or firefox-esr in /nowhere
        - install browser and driver: ./scripts/install-browsers.sh
        - or say where they are: GECKODRIVER=/path/to/geckodriver E2E_BROWSER_BIN=/path/to/browser
        - or use a WebDriver server that runs already: WEBDRIVER_URL=http://localhost:4444/
        - or leave browser tests out: cargo test --workspace --exclude e2e
        ");
    }

    #[test]
    fn a_program_that_was_named_but_is_not_there_is_refused() {
        let settings = settings(&[
            ("CHROMEDRIVER", "/nowhere/chromedriver"),
            ("E2E_BROWSER_BIN", "/nowhere/chromium"),
        ])
        .unwrap();
        insta::assert_snapshot!(
            settings.browser(Engine::Chromium).unwrap_err(),
            @"E2E_BROWSER_BIN is `/nowhere/chromium`, which is no file"
        );
        insta::assert_snapshot!(settings.driver(Engine::Chromium).unwrap_err(), @"CHROMEDRIVER is `/nowhere/chromedriver`, which is no file");
    }
}
