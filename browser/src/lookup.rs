//! Finds browsers and drivers on this machine, and suggests what to do if there are none.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::engine::{Engine, Installed};
use crate::settings::Settings;

/// Why a browser or its driver was not found.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// A variable does not name a file.
    #[error("{variable} must be the path of a file, got `{}`", .path.display())]
    NotAFile {
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
    },
    /// A program is not installed.
    #[error(
        "found no {program} for {engine} in {}\n\
         - install browser and driver: ./scripts/install-browsers.sh{}\n\
         - or set their paths: {}=/path/to/{driver} E2E_BROWSER_BIN=/path/to/browser\n\
         - or use a running WebDriver server: WEBDRIVER_URL=http://localhost:4444/",
        list(.directories),
        if *.engine == Engine::Firefox { " --firefox" } else { "" },
        .engine.driver().to_uppercase(),
        driver = .engine.driver(),
    )]
    NotInstalled {
        /// The kind of browser.
        engine: Engine,
        /// The possible names of the program.
        program: String,
        /// The directories that were searched.
        directories: Vec<PathBuf>,
    },
}

impl Settings {
    /// The browser to use if no particular one is requested.
    ///
    /// # Errors
    ///
    /// When none is installed.
    pub fn default_browser(&self) -> Result<Installed, LookupError> {
        if let Some(engine) = self.engine {
            return self.browser(engine);
        }
        Engine::ALL
            .into_iter()
            .filter(|&engine| !(self.headed && engine == Engine::HeadlessShell))
            // Few machines have the driver of Firefox, so it is used on request only.
            .filter(|&engine| engine != Engine::Firefox)
            .find_map(|engine| self.browser(engine).ok())
            .ok_or_else(|| {
                self.not_installed(Engine::HeadlessShell, "browser (chromium or chrome)")
            })
    }

    /// A particular browser.
    ///
    /// # Errors
    ///
    /// When it is not installed.
    pub fn browser(&self, engine: Engine) -> Result<Installed, LookupError> {
        let binary = if self.webdriver_url.is_some() {
            // The files of a remote machine cannot be checked.
            self.binary.clone()
        } else if let Some(binary) = &self.binary {
            Some(existing("E2E_BROWSER_BIN", binary)?)
        } else {
            let found = engine.programs().iter().find_map(|name| {
                // Debian's `chromium-headless-shell` on `PATH` is a script that runs between driver
                // and browser: the driver would end the script and leave the browser running.
                self.find(name, |path| engine != Engine::HeadlessShell || !is_script(path))
            });
            let programs = || engine.programs().join(" or ");
            Some(found.ok_or_else(|| self.not_installed(engine, &programs()))?)
        };
        Ok(Installed { engine, binary })
    }

    /// The driver's program for a browser.
    ///
    /// # Errors
    ///
    /// When it is not installed.
    pub fn driver(&self, engine: Engine) -> Result<PathBuf, LookupError> {
        let (variable, chosen) = match engine {
            Engine::Firefox => ("GECKODRIVER", &self.geckodriver),
            _ => ("CHROMEDRIVER", &self.chromedriver),
        };
        match chosen {
            Some(path) => existing(variable, path),
            None => self
                .find(engine.driver(), |_| true)
                .ok_or_else(|| self.not_installed(engine, engine.driver())),
        }
    }

    fn find(&self, name: &str, is_suitable: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        self.directories
            .iter()
            .map(|directory| directory.join(&name))
            .find(|path| path.is_file() && is_suitable(path))
    }

    fn not_installed(&self, engine: Engine, program: &str) -> LookupError {
        let (program, directories) = (program.to_owned(), self.directories.clone());
        LookupError::NotInstalled { engine, program, directories }
    }
}

fn list(directories: &[PathBuf]) -> String {
    let directories: Vec<_> = directories.iter().map(|path| path.display().to_string()).collect();
    directories.join(", ")
}

fn existing(variable: &'static str, path: &Path) -> Result<PathBuf, LookupError> {
    let path = path.to_path_buf();
    if path.is_file() { Ok(path) } else { Err(LookupError::NotAFile { variable, path }) }
}

fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && &start == b"#!")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let pairs = pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Settings::from_variables(pairs).unwrap()
    }

    #[test]
    fn the_error_for_a_missing_driver_suggests_what_to_do() {
        let settings = settings(&[("PATH", "/nowhere:/nowhere/else")]);
        insta::assert_snapshot!(
            settings.driver(Engine::HeadlessShell).unwrap_err(), @"
        found no chromedriver for headless-shell in /nowhere, /nowhere/else
        - install browser and driver: ./scripts/install-browsers.sh
        - or set their paths: CHROMEDRIVER=/path/to/chromedriver E2E_BROWSER_BIN=/path/to/browser
        - or use a running WebDriver server: WEBDRIVER_URL=http://localhost:4444/
        ");
        insta::assert_snapshot!(settings.driver(Engine::Firefox).unwrap_err(), @"
        found no geckodriver for firefox in /nowhere, /nowhere/else
        - install browser and driver: ./scripts/install-browsers.sh --firefox
        - or set their paths: GECKODRIVER=/path/to/geckodriver E2E_BROWSER_BIN=/path/to/browser
        - or use a running WebDriver server: WEBDRIVER_URL=http://localhost:4444/
        ");
    }

    #[test]
    fn the_error_for_a_missing_browser_suggests_what_to_do() {
        let settings = settings(&[("PATH", "/nowhere")]);
        insta::assert_snapshot!(settings.browser(Engine::Firefox).unwrap_err(), @"
        found no firefox or firefox-esr for firefox in /nowhere
        - install browser and driver: ./scripts/install-browsers.sh --firefox
        - or set their paths: GECKODRIVER=/path/to/geckodriver E2E_BROWSER_BIN=/path/to/browser
        - or use a running WebDriver server: WEBDRIVER_URL=http://localhost:4444/
        ");
    }

    #[test]
    fn a_configured_path_without_a_file_is_refused() {
        let settings = settings(&[
            ("CHROMEDRIVER", "/nowhere/chromedriver"),
            ("E2E_BROWSER_BIN", "/nowhere/chromium"),
        ]);
        insta::assert_snapshot!(
            settings.browser(Engine::Chromium).unwrap_err(),
            @"E2E_BROWSER_BIN must be the path of a file, got `/nowhere/chromium`"
        );
        insta::assert_snapshot!(
            settings.driver(Engine::Chromium).unwrap_err(),
            @"CHROMEDRIVER must be the path of a file, got `/nowhere/chromedriver`"
        );
    }
}
