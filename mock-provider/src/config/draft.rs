//! A configuration that is being read and still knows where its values come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file;
use crate::settings::document::Document;
use crate::settings::error::{ConfigError, Fault};
use crate::settings::settings::Config;
#[cfg(feature = "cli")]
use crate::settings::settings::Settings;
use crate::settings::text::read_text;

impl Config {
    /// Reads the text of a configuration file (TOML) and checks it. Paths in it are relative to the
    /// working directory.
    ///
    /// ```
    /// use mock_provider::Config;
    ///
    /// let config = Config::from_toml(r#"
    ///     auto_login = "erin"
    ///
    ///     [[users]]
    ///     subject = "erin"
    ///     email = "erin@example.org"
    /// "#)?;
    /// assert_eq!(config.users.len(), 1);
    /// assert_eq!(config.clients.len(), 2, "the built-in clients");
    ///
    /// let error = Config::from_toml("auto_logon = 'erin'").unwrap_err();
    /// assert!(error.to_string().contains("did you mean `auto_login`?"));
    /// # Ok::<(), mock_provider::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not TOML, has unknown keys or values of the wrong type, or is inconsistent.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        Draft::from_toml(text)?.check()
    }

    /// Reads a configuration file (TOML) and checks it. Paths in it are relative to its directory.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, and like [`Config::from_toml`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Draft::load(path.as_ref())?.check()
    }
}

/// In bytes; far more than any configuration needs.
const MAX_FILE_SIZE: u64 = 16 * 1024 * 1024;

/// Layers of configuration: a file over the defaults, and single settings over the file.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    config: Config,
    document: Option<Document>,
    /// The variable or option that overrides a setting, by the name of the setting.
    named: BTreeMap<String, String>,
}

impl Draft {
    /// Reads a file over the defaults.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read_text(path, MAX_FILE_SIZE)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Self::read(Document { name: path.display().to_string(), text }, directory)
    }

    /// Reads the text of a file over the defaults. Paths in it are relative to the working directory.
    pub(crate) fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let document = Document { name: "configuration".into(), text: text.into() };
        Self::read(document, PathBuf::new())
    }

    fn read(document: Document, directory: PathBuf) -> Result<Self, ConfigError> {
        let config = file::read(&document, &directory).map_err(ConfigError::Invalid)?;
        Ok(Self { config, document: Some(document), named: BTreeMap::new() })
    }

    /// The settings, for variables and options to override.
    #[cfg(feature = "cli")]
    pub(crate) fn settings_mut(&mut self) -> &mut Settings {
        &mut self.config.settings
    }

    /// Records that a variable or option overrides a setting.
    #[cfg(feature = "cli")]
    pub(crate) fn overridden(&mut self, setting: &str, by: String) {
        self.named.insert(setting.to_owned(), by);
    }

    /// The configuration, if it is valid.
    pub(crate) fn check(self) -> Result<Config, ConfigError> {
        let locate = |fault: Fault| {
            let named = fault.path().first_key().and_then(|key| self.named.get(key));
            fault.located(named.map(String::as_str), self.document.as_ref())
        };
        let mut faults: Vec<_> = self.config.faults().into_iter().map(locate).collect();
        if faults.is_empty() {
            return Ok(self.config);
        }
        faults.sort_by_key(Fault::position);
        Err(ConfigError::Invalid(faults))
    }
}
