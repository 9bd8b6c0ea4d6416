//! What is kept of a test that failed: a folder with everything one would look at first.
//!
//! | file | holds |
//! | --- | --- |
//! | `error.txt` | why the test failed |
//! | `steps.txt` | what the test did in the browser, and when |
//! | `screenshot.png`, `page.html`, `url.txt` | the last page |
//! | `console.txt` | the browser's console (not in Firefox) |
//! | `servers.log` | what provider and app logged |
//! | `provider.json` | the exchanges as the provider saw them |
//!
//! Of a second browser the names begin with `browser-2-`.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use anyhow::Result;
use browser::Browser;
use tokio::time::timeout;

/// How long looking at a browser may take: it may be the browser that hangs.
const LIMIT: Duration = Duration::from_secs(5);

/// The folder of one test under `target/e2e`.
#[derive(Debug)]
pub struct Trace {
    folder: PathBuf,
}

impl Trace {
    /// Begins without a folder, so that nothing of an earlier run is taken for this one's. `test`
    /// is the test's path as `cargo test` prints it.
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

    /// Where the folder lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps a file; the first one makes the folder.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn keep(&self, file: &str, content: impl AsRef<[u8]>) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::write(self.folder.join(file), content)
    }

    /// Keeps what a browser shows. `number` counts the browsers of the test from 1.
    ///
    /// # Errors
    ///
    /// When a file cannot be written. A browser that does not answer is noted in the trace.
    pub async fn keep_browser(&self, number: usize, browser: &Browser) -> io::Result<()> {
        let prefix = match number {
            1 => String::new(),
            _ => format!("browser-{number}-"),
        };
        self.keep(&format!("{prefix}steps.txt"), browser.steps().join("\n"))?;
        let looked = timeout(LIMIT, self.keep_page(&prefix, browser)).await;
        match looked.map_err(anyhow::Error::from).flatten() {
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

/// Where the trace of a test lies, if there is one. `test` is its path, as `cargo test` prints it.
pub fn folder_of(test: &str) -> PathBuf {
    target_directory().join("e2e").join(test.replace("::", "/"))
}

/// The build directory: that of the running test binary, wherever Cargo was told to put it.
fn target_directory() -> PathBuf {
    // target/debug/deps/it-0123456789abcdef
    let program = std::env::current_exe().unwrap_or_default();
    program.ancestors().nth(3).map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
}
