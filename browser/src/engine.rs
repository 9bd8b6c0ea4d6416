//! The kinds of browsers, and the capabilities that start them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::bail;
use serde_json::{Value, json};

/// A kind of browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium's headless shell: the same engine without a user interface, and by far the fastest to
    /// start. It never blocks third-party cookies.
    HeadlessShell,
    /// Chromium with its user interface.
    Chromium,
    /// Google Chrome.
    Chrome,
    /// Mozilla Firefox.
    Firefox,
}

impl Engine {
    /// Every browser, the preferred one first.
    pub const ALL: [Self; 4] = [Self::HeadlessShell, Self::Chromium, Self::Chrome, Self::Firefox];

    /// The name in `E2E_BROWSER`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HeadlessShell => "headless-shell",
            Self::Chromium => "chromium",
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
        }
    }

    /// The name of its WebDriver server.
    pub fn driver(self) -> &'static str {
        match self {
            Self::Firefox => "geckodriver",
            _ => "chromedriver",
        }
    }

    /// Whether its console can be read; Firefox offers that over WebDriver BiDi only.
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

    /// The possible file names of its program.
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
    /// A remote WebDriver server needs no `binary`: it knows its own browser.
    pub(crate) fn capabilities(
        self,
        binary: Option<&Path>,
        headed: bool,
        no_sandbox: bool,
    ) -> Value {
        let mut options = json!({ "args": self.arguments(headed, no_sandbox) });
        if let Some(binary) = binary {
            options["binary"] = json!(binary);
        }
        let mut capabilities = json!({ "browserName": self.browser_name() });
        if self == Self::Firefox {
            capabilities["moz:firefoxOptions"] = options;
        } else {
            capabilities["goog:chromeOptions"] = options;
            // Makes the console readable, at no measurable cost.
            capabilities["goog:loggingPrefs"] = json!({ "browser": "ALL" });
        }
        capabilities
    }

    fn arguments(self, headed: bool, no_sandbox: bool) -> Vec<&'static str> {
        if self == Self::Firefox {
            return if headed { vec![] } else { vec!["-headless"] };
        }
        // No network traffic except the pages' own, and no shared memory, which containers may lack.
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
        if !headed {
            arguments.push("--headless");
        }
        if no_sandbox {
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
            bail!("the browser must be one of {names}, got `{name}`");
        };
        Ok(engine)
    }
}

/// A browser that was found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The kind of browser.
    pub engine: Engine,
    /// Its program. `None` for a remote WebDriver server, which knows its own.
    pub binary: Option<PathBuf>,
}
