//! Which browser a test runs in, and what a WebDriver must be told to start it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::bail;
use serde_json::{Value, json};

use crate::settings::Settings;

/// A browser that the tests can run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium's headless shell: the same engine with less around it, and by far the fastest to
    /// start. It has no window, and it never blocks third-party cookies.
    HeadlessShell,
    /// The whole Chromium.
    Chromium,
    /// Google Chrome.
    Chrome,
    /// Mozilla Firefox.
    Firefox,
}

impl Engine {
    /// Every browser, the preferred one first.
    pub const ALL: [Self; 4] = [Self::HeadlessShell, Self::Chromium, Self::Chrome, Self::Firefox];

    /// The name that `E2E_BROWSER` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::HeadlessShell => "headless-shell",
            Self::Chromium => "chromium",
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
        }
    }

    /// The program that speaks WebDriver for it.
    pub fn driver(self) -> &'static str {
        match self {
            Self::Firefox => "geckodriver",
            _ => "chromedriver",
        }
    }

    /// Whether its console can be read; that of Firefox only over WebDriver BiDi.
    pub fn has_console(self) -> bool {
        self != Self::Firefox
    }

    /// The value of the capability `browserName`.
    fn browser_name(self) -> &'static str {
        match self {
            Self::Firefox => "firefox",
            _ => "chrome",
        }
    }

    /// The names that its program goes by.
    pub(crate) fn programs(self) -> &'static [&'static str] {
        match self {
            Self::HeadlessShell => &["chrome-headless-shell", "chromium-headless-shell"],
            Self::Chromium => &["chromium", "chromium-browser", "Chromium"],
            Self::Chrome => &["google-chrome", "google-chrome-stable", "chrome", "Google Chrome"],
            Self::Firefox => &["firefox", "firefox-esr"],
        }
    }

    /// The capabilities of a new session
    /// ([WebDriver, section 7](https://www.w3.org/TR/webdriver2/#capabilities)).
    ///
    /// Without `binary` (a remote WebDriver) the other side knows where its browser lies.
    pub(crate) fn capabilities(self, settings: &Settings, binary: Option<&Path>) -> Value {
        let mut options = json!({ "args": self.arguments(settings) });
        if let Some(binary) = binary {
            options["binary"] = json!(binary);
        }
        let mut capabilities = json!({ "browserName": self.browser_name() });
        if self == Self::Firefox {
            capabilities["moz:firefoxOptions"] = options;
        } else {
            capabilities["goog:chromeOptions"] = options;
            // The console, for the trace of a failed test; it costs nothing measurable.
            capabilities["goog:loggingPrefs"] = json!({ "browser": "ALL" });
        }
        capabilities
    }

    fn arguments(self, settings: &Settings) -> Vec<&'static str> {
        if self == Self::Firefox {
            return if settings.headed { vec![] } else { vec!["-headless"] };
        }
        // Nothing of the network but what the test does, and no shared memory that a container
        // may not have.
        let mut arguments = vec![
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1200,900",
        ];
        if !settings.headed {
            arguments.push("--headless");
        }
        if settings.no_sandbox {
            arguments.push("--no-sandbox");
        }
        arguments
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Engine {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let Some(engine) = Self::ALL.into_iter().find(|engine| engine.name() == name) else {
            let names = Self::ALL.map(Self::name).join(", ");
            bail!("unknown browser `{name}`, expected one of {names}");
        };
        Ok(engine)
    }
}

/// A browser that was found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Which browser it is.
    pub engine: Engine,
    /// Its program. `None` behind a remote WebDriver, which knows its own.
    pub binary: Option<PathBuf>,
}
