//! Messages about values that do not have the shape of their type.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::key_path::KeyPath;
use super::shape::{Found, ShapeError, Shaped};
use crate::base::suggestion::{advice, nearest};
use crate::protocol::scope::STANDARD_SCOPES;

/// The format in which a value is written.
#[derive(Clone, Copy)]
pub(crate) enum Format<'a> {
    /// A configuration file, with the keys at its top.
    Toml { top: &'a [&'a str] },
    /// The body of a request.
    Json,
}

/// Why the body of a request cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}", Format::Json.explain(.error, .path))]
pub(crate) struct BodyError {
    path: KeyPath,
    error: ShapeError,
}

impl From<BodyError> for String {
    fn from(error: BodyError) -> Self {
        error.to_string()
    }
}

/// Reads a value. An error comes with its path.
pub(crate) fn read<'de, T: Deserialize<'de>>(
    value: &'de Value,
) -> Result<T, (KeyPath, ShapeError)> {
    serde_path_to_error::deserialize(Shaped(value))
        .map_err(|error| (key_path(error.path()), error.into_inner()))
}

/// Reads the members of an object in the body of a request.
///
/// # Errors
///
/// The first fault.
pub(crate) fn read_members<T: for<'de> Deserialize<'de>>(
    members: Map<String, Value>,
) -> Result<T, BodyError> {
    read(&Value::Object(members)).map_err(|(path, error)| BodyError { path, error })
}

fn key_path(path: &serde_path_to_error::Path) -> KeyPath {
    use serde_path_to_error::Segment;
    path.iter().fold(KeyPath::default(), |path, segment| match segment {
        Segment::Seq { index } => path.index(*index),
        Segment::Map { key } => path.key(key),
        Segment::Enum { .. } | Segment::Unknown => path,
    })
}

impl Format<'_> {
    /// The fault at `path`, and how to correct it.
    pub(crate) fn explain(self, error: &ShapeError, path: &KeyPath) -> String {
        let place = self.place(path);
        match error {
            ShapeError::UnknownKey { key, known } => self.unknown_key(key, known, &path.parent()),
            ShapeError::UnknownValue { value, known } => {
                format!("unknown value `{value}` of {place}: {}", advice(value, known))
            }
            ShapeError::MissingKey(key) => format!("{place} needs the key `{key}`"),
            ShapeError::NotATable { found } => {
                format!("{place} must be {}, got {}", self.table(), self.found(found))
            }
            ShapeError::Mismatch { expected, found } => {
                format!("{place} must be {expected}, got {}", self.found(found))
            }
            ShapeError::Other(rule) => format!("{place}: {rule}"),
        }
    }

    fn unknown_key(self, key: &str, known: &[&str], table: &KeyPath) -> String {
        let top = match self {
            Self::Toml { top } => top,
            Self::Json => &[],
        };
        let (place, known) = match (self, table.is_top()) {
            (Self::Toml { top }, true) => (String::new(), top),
            (Self::Json, true) => (String::new(), known),
            (_, false) => (format!(" in `{table}`"), known),
        };
        let is_claim = || STANDARD_SCOPES.iter().any(|scope| scope.claims.contains(&key));
        let takes_claims = known.contains(&"claims");
        let advice = if !table.is_top() && top.contains(&key) {
            format!("`{key}` is a key of the whole file: move it above the first `[` header")
        } else if takes_claims && (is_claim() || nearest(key, known.iter().copied()).is_none()) {
            format!("write any other claim as `claims.{key}`")
        } else {
            advice(key, known)
        };
        format!("unknown key `{key}`{place}: {advice}")
    }

    fn place(self, path: &KeyPath) -> String {
        match (self, path.is_top()) {
            (Self::Toml { .. }, true) => "the file".to_owned(),
            (Self::Json, true) => "the body".to_owned(),
            (_, false) => format!("`{path}`"),
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Toml { .. } => "a table",
            Self::Json => "an object",
        }
    }

    fn found(self, found: &Found) -> &str {
        match found {
            Found::Table => self.table(),
            Found::Other(words) => words,
        }
    }
}
