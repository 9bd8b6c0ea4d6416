//! Keeps a folder with the state of a failed test.
//!
//! | file | content |
//! | --- | --- |
//! | `error.txt` | why the test failed |
//! | `steps.txt` | the steps in the browser, with their times |
//! | `screenshot.png`, `page.html`, `url.txt` | the last page |
//! | `console.txt` | the console of the browser (not in Firefox) |
//! | `servers.log` | the logs of provider and app |
//! | `provider.json` | the journal of the provider |
//!
//! Names for a second browser begin with `browser-2-`. `E2E_KEEP=1` keeps the traces of tests that
//! pass, too.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io};

use anyhow::Result;
use browser::Browser;
use browser::settings::flag;
use tokio::time::timeout;

/// How long a browser may take to report its state. It may hang, which may be why the test failed.
const MAX_BROWSER_TIME: Duration = Duration::from_secs(5);

/// The folder of one test under `target/e2e`.
#[derive(Debug)]
pub struct Trace {
    folder: PathBuf,
}

impl Trace {
    /// Removes the folder of an earlier run. `test` is the path of the test as `cargo test` prints it.
    ///
    /// # Errors
    ///
    /// When an earlier folder cannot be removed.
    pub fn begin(test: &str) -> io::Result<Self> {
        let folder = folder_of(test);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(Self { folder }),
        }
    }

    /// The path of the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file; the first one creates the folder.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn keep(&self, file: &str, content: impl AsRef<[u8]>) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::write(self.folder.join(file), content)
    }

    /// Writes the state of a browser. `number` counts the browsers of the test from 1.
    ///
    /// # Errors
    ///
    /// When a file cannot be written. If the browser does not respond, the trace says so.
    pub async fn keep_browser(&self, number: usize, browser: &Browser) -> io::Result<()> {
        let prefix = match number {
            1 => String::new(),
            _ => format!("browser-{number}-"),
        };
        self.keep(&format!("{prefix}steps.txt"), browser.steps().join("\n"))?;
        let kept = timeout(MAX_BROWSER_TIME, self.keep_page(&prefix, browser)).await;
        match kept.map_err(anyhow::Error::from).flatten() {
            Ok(()) => Ok(()),
            Err(error) => self.keep(&format!("{prefix}browser-error.txt"), format!("{error:?}")),
        }
    }

    async fn keep_page(&self, prefix: &str, browser: &Browser) -> Result<()> {
        self.keep(&format!("{prefix}url.txt"), browser.url().await?.as_str())?;
        self.keep(&format!("{prefix}screenshot.png"), browser.screenshot().await?)?;
        self.keep(&format!("{prefix}page.html"), browser.source().await?)?;
        self.keep(&format!("{prefix}console.txt"), browser.console().await?.join("\n"))?;
        Ok(())
    }
}

/// The folder of the trace of a test, if there is one. `test` is the path of the test as `cargo test`
/// prints it.
pub fn folder_of(test: &str) -> PathBuf {
    target_directory().join("e2e").join(test.replace("::", "/"))
}

/// Whether the traces of tests that pass are kept: `E2E_KEEP`.
///
/// # Errors
///
/// When the variable has an invalid value.
pub fn keeps_all() -> Result<bool> {
    flag("E2E_KEEP", &env::var("E2E_KEEP").unwrap_or_default())
}

/// The target directory, which the running test binary is in.
fn target_directory() -> PathBuf {
    // target/debug/deps/it-0123456789abcdef
    let program = env::current_exe().unwrap_or_default();
    program.ancestors().nth(3).map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
}
