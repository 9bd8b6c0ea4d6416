//! Turns what serde says of a value into words for the writer of a configuration file.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::key_path::KeyPath;
use crate::base::suggestion::{advice, nearest};
use crate::protocol::scope::STANDARD_SCOPES;

/// What is wrong at `path`, from serde's `message`.
///
/// Serde's messages are not types, but their forms are fixed; one that is not recognised is
/// passed on as it is.
///
/// `top` has the keys at the top of a file, which may have been meant for there.
pub(crate) fn explain(message: &str, path: &KeyPath, top: &[&str]) -> String {
    Format::Toml { top }.explain(message, path)
}

/// Reads the members of an object in the body of a request.
///
/// # Errors
///
/// The first fault, as [`explain`] has it.
pub(crate) fn read_members<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, String> {
    serde_path_to_error::deserialize(Value::Object(members)).map_err(|error| {
        let path = json_path(error.path());
        Format::Json.explain(&error.into_inner().to_string(), &path)
    })
}

/// Where serde was when it met a fault in a body.
fn json_path(path: &serde_path_to_error::Path) -> KeyPath {
    use serde_path_to_error::Segment;
    path.iter().fold(KeyPath::default(), |path, segment| match segment {
        Segment::Seq { index } => path.index(*index),
        Segment::Map { key } => path.key(key),
        Segment::Enum { .. } | Segment::Unknown => path,
    })
}

/// What a value is written in.
#[derive(Clone, Copy)]
enum Format<'a> {
    /// A configuration file; `top` has the keys at its top.
    Toml { top: &'a [&'a str] },
    /// The body of a request.
    Json,
}

impl Format<'_> {
    fn explain(self, message: &str, path: &KeyPath) -> String {
        if let Some(rest) = message.strip_prefix("unknown field ") {
            let [wrong, ref allowed @ ..] = quoted(rest)[..] else { return message.to_owned() };
            return self.unknown_key(wrong, allowed, &path.parent());
        }
        if let Some(rest) = message.strip_prefix("unknown variant ") {
            let [wrong, ref allowed @ ..] = quoted(rest)[..] else { return message.to_owned() };
            return format!("unknown value `{wrong}` of `{path}`: {}", advice(wrong, allowed));
        }
        if let Some(rest) = message.strip_prefix("missing field ") {
            return format!("{} needs the key {rest}", self.within(path));
        }
        let mismatch =
            message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "));
        match mismatch.and_then(|rest| rest.rsplit_once(", expected ")) {
            Some((found, expected)) => {
                format!(
                    "{} must be {}, not {}",
                    self.within(path),
                    self.plain(expected),
                    self.plain(found)
                )
            }
            None => format!("{}: {message}", self.within(path)),
        }
    }

    /// An unknown key of the table `table`.
    fn unknown_key(self, wrong: &str, allowed: &[&str], table: &KeyPath) -> String {
        let top = match self {
            Self::Toml { top } => top,
            Self::Json => &[],
        };
        let place = match (self, table.is_top()) {
            (Self::Toml { top }, true) => {
                return format!("unknown key `{wrong}`: {}", advice(wrong, top));
            }
            (Self::Json, true) => String::new(),
            (_, false) => format!(" in `{table}`"),
        };
        let is_claim = || STANDARD_SCOPES.iter().any(|scope| scope.claims.contains(&wrong));
        let takes_claims = allowed.contains(&"claims");
        let advice = if top.contains(&wrong) {
            format!("`{wrong}` belongs to the whole file, so it stands above the first `[` header")
        } else if takes_claims && (is_claim() || nearest(wrong, allowed.iter().copied()).is_none())
        {
            format!("a further claim is written `claims.{wrong}`")
        } else {
            advice(wrong, allowed)
        };
        format!("unknown key `{wrong}`{place}: {advice}")
    }

    fn within(self, path: &KeyPath) -> String {
        match (self, path.is_top()) {
            (Self::Toml { .. }, true) => "the file".to_owned(),
            (Self::Json, true) => "the body".to_owned(),
            (_, false) => format!("`{path}`"),
        }
    }

    /// Rust's and serde's words for types in those of the format.
    fn plain(self, kind: &str) -> String {
        let table = match self {
            Self::Toml { .. } => "a table",
            Self::Json => "an object",
        };
        match kind {
            "a map" | "map" => table.into(),
            "a sequence" | "sequence" => "a list".into(),
            "a boolean" => "true or false".into(),
            "u64" | "usize" => "a whole number from 0 on".into(),
            _ if kind.starts_with("struct ") => table.into(),
            _ => match kind.split_once(' ') {
                Some(("string", text)) => format!("the string {text}"),
                Some(("integer" | "floating point", number)) => format!("the number {number}"),
                Some(("boolean", value)) => value.to_owned(),
                _ => kind.to_owned(),
            },
        }
    }
}

/// The names that stand between backticks.
pub(crate) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_recognised_is_passed_on() {
        assert_eq!(explain("odd", &KeyPath::top("seed"), &[]), "`seed`: odd");
        assert_eq!(explain("unknown field", &KeyPath::default(), &[]), "the file: unknown field");
    }
}
