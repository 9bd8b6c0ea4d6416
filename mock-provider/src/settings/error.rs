//! Why a configuration is refused.

use std::fmt;
use std::path::PathBuf;

use super::document::{Document, Place};
use super::key_path::KeyPath;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read, or is not UTF-8.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What the configuration says is wrong; every fault that could be told at once.
    #[error("{}", listed(.0))]
    Invalid(Vec<Fault>),
}

impl ConfigError {
    /// One fault of a value that no file has.
    pub(crate) fn of(key: &str, message: String) -> Self {
        Self::Invalid(vec![Fault::new(KeyPath::top(key), message)])
    }
}

/// One fault of a configuration.
///
/// Displays as `FILE:LINE:COLUMN: MESSAGE` with the line and a mark below it; with the name of
/// the variable or flag in place of the file where the value comes from there.
#[derive(Clone, Debug)]
pub struct Fault {
    path: KeyPath,
    message: String,
    origin: Origin,
}

/// Where a faulty value comes from.
#[derive(Clone, Debug)]
enum Origin {
    /// Code, or a default.
    Unknown,
    /// An environment variable or a flag, by its name.
    Named(String),
    File(Place),
}

impl Fault {
    /// A fault whose origin is not known yet.
    pub(crate) fn new(path: KeyPath, message: impl Into<String>) -> Self {
        Self { path, message: message.into(), origin: Origin::Unknown }
    }

    /// A fault at a place of a file.
    pub(crate) fn at(place: Place, path: KeyPath, message: impl Into<String>) -> Self {
        Self { origin: Origin::File(place), ..Self::new(path, message) }
    }

    /// Says where the value came from: a variable or flag, else where `document` has its key.
    pub(crate) fn located(self, named: Option<&str>, document: Option<&Document>) -> Self {
        let origin = match (named, document.and_then(|document| document.find(&self.path))) {
            (Some(name), _) => Origin::Named(name.to_owned()),
            (None, Some(place)) => Origin::File(place),
            (None, None) => self.origin,
        };
        Self { origin, ..self }
    }

    /// The key whose value is at fault, such as `users[2].groups[0]`, counted from 0.
    pub fn key(&self) -> String {
        self.path.to_string()
    }

    /// What is wrong and what to do, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn path(&self) -> &KeyPath {
        &self.path
    }

    /// Where in the file the fault stands; faults of no file come first.
    pub(crate) fn position(&self) -> (usize, usize) {
        match &self.origin {
            Origin::File(place) => place.position(),
            Origin::Unknown | Origin::Named(_) => (0, 0),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Unknown => f.write_str(&self.message),
            Origin::Named(name) => write!(f, "{name}: {}", self.message),
            Origin::File(place) => write!(f, "{place}: {}\n{}", self.message, place.excerpt()),
        }
    }
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}
