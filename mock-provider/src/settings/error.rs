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
        /// The error of the system.
        source: std::io::Error,
    },
    /// The configuration is invalid: every fault that can be found at once.
    #[error("{}", listed(.0))]
    Invalid(Vec<Fault>),
}

impl ConfigError {
    /// One fault of a value that does not come from a file.
    pub(crate) fn of(key: &str, message: String) -> Self {
        Self::Invalid(vec![Fault::new(KeyPath::top(key), message)])
    }
}

/// One fault of a configuration.
///
/// Displays as `FILE:LINE:COLUMN: MESSAGE` with the line and a mark below it, or as
/// `NAME: MESSAGE` when the value comes from a variable or option of that name.
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
    /// An environment variable or an option, by its name.
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

    /// Sets where the value comes from: a variable or option, else the place of its key in
    /// `document`.
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

    /// The fault and how to correct it, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn path(&self) -> &KeyPath {
        &self.path
    }

    /// The order of faults in the file. Those of other origins come first.
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

/// The faults of a user or client, in a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(Fault::message).collect::<Vec<_>>().join("; "))]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn none_in(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }
}

impl From<Faults> for String {
    fn from(faults: Faults) -> Self {
        faults.to_string()
    }
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}
