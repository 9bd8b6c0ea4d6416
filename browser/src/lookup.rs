//! Finds browser and driver on this machine, and says what to do where there is none.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::engine::{Engine, Installed};
use crate::settings::Settings;

impl Settings {
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
            .with_context(|| self.missing(Engine::HeadlessShell, "browser (chromium or chrome)"))
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
                self.find(name, |path| engine != Engine::HeadlessShell || !is_script(path))
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
        let directories: Vec<_> =
            self.directories.iter().map(|path| path.display().to_string()).collect();
        let variable = engine.driver().to_uppercase();
        format!(
            "cannot run browser tests in {engine}: found no {what} in {directories}\n\
             - install browser and driver: ./scripts/install-browsers.sh{option}\n\
             - or say where they are: {variable}=/path/to/{driver} E2E_BROWSER_BIN=/path/to/browser\n\
             - or use a WebDriver server that runs already: WEBDRIVER_URL=http://localhost:4444/\n\
             - or leave browser tests out: cargo test --workspace --exclude e2e",
            directories = directories.join(", "),
            driver = engine.driver(),
            option = if engine == Engine::Firefox { " --firefox" } else { "" },
        )
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let pairs = pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Settings::from_variables(pairs).unwrap()
    }

    #[test]
    fn a_missing_driver_is_a_message_that_says_what_to_do() {
        let settings = settings(&[("PATH", "/nowhere:/nowhere/else")]);
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
        - install browser and driver: ./scripts/install-browsers.sh --firefox
        - or say where they are: GECKODRIVER=/path/to/geckodriver E2E_BROWSER_BIN=/path/to/browser
        - or use a WebDriver server that runs already: WEBDRIVER_URL=http://localhost:4444/
        - or leave browser tests out: cargo test --workspace --exclude e2e
        ");
    }

    #[test]
    fn a_missing_browser_is_a_message_that_says_what_to_do() {
        let settings = settings(&[("PATH", "/nowhere")]);
        insta::assert_snapshot!(settings.browser(Engine::Firefox).unwrap_err(), @"
        cannot run browser tests in firefox: found no firefox or firefox-esr in /nowhere
        - install browser and driver: ./scripts/install-browsers.sh --firefox
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
        ]);
        insta::assert_snapshot!(
            settings.browser(Engine::Chromium).unwrap_err(),
            @"E2E_BROWSER_BIN is `/nowhere/chromium`, which is no file"
        );
        insta::assert_snapshot!(settings.driver(Engine::Chromium).unwrap_err(), @"CHROMEDRIVER is `/nowhere/chromedriver`, which is no file");
    }
}
