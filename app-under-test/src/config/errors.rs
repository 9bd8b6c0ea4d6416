//! What is wrong with the configuration, all of it at once.

use std::fmt;

/// One fault of the configuration: which variable, what stands there, what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A required variable is unset or empty.
    #[error("{name}: missing: {meaning}")]
    Missing {
        /// The variable.
        name: String,
        /// What belongs there.
        meaning: &'static str,
    },
    /// A variable has a value that cannot work or is known to be unsafe.
    #[error("{name}: {value:?}: {reason}")]
    Invalid {
        /// The variable.
        name: String,
        /// The refused value; of a secret only that it is one, and of a URL all but its
        /// credentials.
        value: String,
        /// Why it is refused, and what to write instead.
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

/// Every fault of a configuration; displayed as one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub(super) Vec<ConfigError>);

impl ConfigErrors {
    /// The faults, in the order in which the variables are documented.
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
