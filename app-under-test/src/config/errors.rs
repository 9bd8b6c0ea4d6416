//! Configuration errors, all of them reported at once.

use std::fmt;

/// One configuration error: the variable, its value, and what it must be instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A required variable is unset or empty.
    #[error("{name}: required: {meaning}")]
    Missing {
        /// The variable.
        name: String,
        /// Its meaning.
        meaning: &'static str,
    },
    /// A variable has a value that cannot work or is known to be unsafe.
    #[error("{name}: {value:?}: {reason}")]
    Invalid {
        /// The variable.
        name: String,
        /// The refused value. Secrets and the credentials of URLs are redacted.
        value: String,
        /// The rule that the value breaks.
        reason: String,
    },
}

impl ConfigError {
    /// The name of the variable.
    pub fn name(&self) -> &str {
        match self {
            Self::Missing { name, .. } | Self::Invalid { name, .. } => name,
        }
    }
}

/// Every error of a configuration, displayed on one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub(super) Vec<ConfigError>);

impl ConfigErrors {
    /// The errors, in the order in which the variables are documented.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            if number > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
