//! Reads a configuration file: TOML into typed values, with every fault of its shape.
//!
//! Syntax, shape and meaning are checked one after the other, because a fault of one kind looks
//! like faults of the next: a misspelt key leaves a value missing.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::defaults;
use crate::settings::document::Document;
use crate::settings::error::Fault;
use crate::settings::key_path::KeyPath;
use crate::settings::settings::{Config, Group, Settings};
use crate::settings::shape::{ShapeError, keys_of};
use crate::settings::text;
use crate::settings::wording::{Format, read as read_value};

/// The keys at the top of a file that are not settings.
const SECTIONS: [&str; 3] = ["groups", "users", "clients"];

/// Reads a whole file. Paths in it are relative to `directory`.
///
/// A section in the file replaces the built-in one, and the built-in users bring their groups.
pub(crate) fn read(document: &Document, directory: &Path) -> Result<Config, Vec<Fault>> {
    let root = DeTable::parse(&document.text).map_err(|error| vec![syntax(document, &error)])?;
    let mut reader = Reader { document, root: root.get_ref(), faults: Vec::new() };
    let mut table = reader.table(&KeyPath::default(), root.get_ref());
    reader.read_key_file(&mut table, directory);
    let mut groups = reader.section::<Group>("groups", table.remove("groups"));
    let users = reader.section("users", table.remove("users"));
    let clients = reader.section("clients", table.remove("clients"));
    let settings = reader.typed::<Settings>(&KeyPath::default(), table);
    let mut faults = reader.faults;
    let Some(settings) = settings.filter(|_| faults.is_empty()) else {
        faults.sort_by_key(Fault::position);
        return Err(faults);
    };
    if users.is_none() {
        let own = groups.get_or_insert_default();
        let missing = |group: &Group| own.iter().all(|own| own.name != group.name);
        let missing: Vec<_> = defaults::groups().into_iter().filter(missing).collect();
        own.extend(missing);
    }
    Ok(Config {
        settings,
        groups: groups.unwrap_or_default(),
        users: users.unwrap_or_else(defaults::users),
        clients: clients.unwrap_or_else(defaults::clients),
    })
}

/// The one fault of a text that is not TOML.
fn syntax(document: &Document, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or_default();
    let message = match document.text.get(span.clone()).unwrap_or_default().trim() {
        "" => format!("invalid TOML: {}", error.message()),
        found => format!("invalid TOML at `{}`: {}", found.escape_debug(), error.message()),
    };
    Fault::at(document.place(span), KeyPath::default(), message)
}

struct Reader<'a> {
    document: &'a Document,
    /// The file as written, where places are looked up.
    root: &'a DeTable<'a>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn fault(&mut self, path: &KeyPath, span: Range<usize>, message: String) {
        self.faults.push(Fault::at(self.document.place(span), path.clone(), message));
    }

    /// Reads a list of tables, each by itself; `None` where the file has none.
    fn section<T: for<'de> Deserialize<'de>>(
        &mut self,
        name: &str,
        list: Option<Value>,
    ) -> Option<Vec<T>> {
        let (list, path) = (list?, KeyPath::top(name));
        let Value::Array(elements) = list else {
            let message = format!("`{name}` must be a list: write `[[{name}]]` above each of them");
            self.fault(&path, path.span(self.root), message);
            return None;
        };
        let mut values = Vec::new();
        for (index, element) in elements.into_iter().enumerate() {
            let path = path.index(index);
            match element {
                Value::Object(table) => values.extend(self.typed(&path, table)),
                _ => self.fault(&path, path.span(self.root), format!("`{path}` must be a table")),
            }
        }
        Some(values)
    }

    /// Reads the table at `path`, and reports all its faults.
    fn typed<T: for<'de> Deserialize<'de>>(
        &mut self,
        path: &KeyPath,
        table: Map<String, Value>,
    ) -> Option<T> {
        let mut table = Value::Object(table);
        let before = self.faults.len();
        loop {
            let (below, error) = match read_value(&table) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            // Reading ends at the first fault, so look for the next one without the key at fault.
            let key = below.first_key().map(str::to_owned);
            let removed = table.as_object_mut().zip(key).and_then(|(it, key)| it.remove(&key));
            if removed.is_none() && self.faults.len() > before {
                // A key that is missing now may have been misspelt.
                return None;
            }
            let at = path.join(&below);
            let span = match &error {
                ShapeError::UnknownKey { .. } => at.key_span(self.root),
                _ => at.span(self.root),
            };
            let top: Vec<_> = keys_of::<Settings>().iter().copied().chain(SECTIONS).collect();
            let message = Format::Toml { top: &top }.explain(&error, &at);
            self.fault(&at, span, message);
            removed.as_ref()?;
        }
    }

    /// Replaces the path of a key file with the key.
    fn read_key_file(&mut self, table: &mut Map<String, Value>, directory: &Path) {
        let Some(Value::String(written)) = table.get_mut("signing_key") else { return };
        match text::pem(written, directory) {
            Ok(pem) => *written = pem,
            Err(message) => {
                let path = KeyPath::top("signing_key");
                self.fault(&path, path.span(self.root), format!("`signing_key`: {message}"));
            }
        }
    }

    /// A table in JSON's types.
    fn table(&mut self, path: &KeyPath, table: &DeTable<'_>) -> Map<String, Value> {
        let members = table.iter();
        members
            .map(|(key, value)| {
                let value = self.value(&path.key(key.get_ref()), value);
                (key.get_ref().to_string(), value)
            })
            .collect()
    }

    /// A value in JSON's types: dates become strings; numbers that JSON cannot represent are
    /// refused.
    fn value(&mut self, path: &KeyPath, value: &Spanned<DeValue<'_>>) -> Value {
        let number = match value.get_ref() {
            DeValue::String(text) => return text.as_ref().into(),
            DeValue::Boolean(value) => return (*value).into(),
            DeValue::Datetime(time) => return time.to_string().into(),
            DeValue::Table(table) => return self.table(path, table).into(),
            DeValue::Array(elements) => {
                let elements = elements.iter().enumerate();
                return elements
                    .map(|(index, element)| self.value(&path.index(index), element))
                    .collect();
            }
            DeValue::Integer(number) => {
                let (digits, radix) = (number.as_str(), number.radix());
                let unsigned = u64::from_str_radix(digits, radix).map(Number::from);
                unsigned.or_else(|_| i64::from_str_radix(digits, radix).map(Number::from)).ok()
            }
            DeValue::Float(number) => number.as_str().parse().ok().and_then(Number::from_f64),
        };
        let Some(number) = number else {
            let written = self.document.text.get(value.span()).unwrap_or_default();
            let message =
                format!("`{path}` must be a number that JSON can represent, got {written}");
            self.fault(path, value.span(), message);
            return Value::Null;
        };
        Value::Number(number)
    }
}
