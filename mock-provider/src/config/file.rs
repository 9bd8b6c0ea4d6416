//! Reads a configuration file: TOML into typed values, with every fault of its shape.
//!
//! Syntax, shape and meaning are looked at one after the other, for a fault of one kind makes
//! others of the next kind that are none: a mistyped key leaves a value missing.

use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::defaults;
use crate::settings::document::Document;
use crate::settings::error::Fault;
use crate::settings::key_path::KeyPath;
use crate::settings::settings::{Config, Group, Settings};
use crate::settings::text;
use crate::settings::wording::{explain, quoted};

/// The keys of a file that are no settings.
const SECTIONS: [&str; 3] = ["groups", "users", "clients"];

/// Reads a whole file. Paths in it are seen from `directory`.
///
/// A section that is given replaces the built-in one, and the built-in users bring their groups.
pub(crate) fn read(document: &Document, directory: &Path) -> Result<Config, Vec<Fault>> {
    let root = DeTable::parse(&document.text).map_err(|error| vec![syntax(document, &error)])?;
    let mut table = root.get_ref().clone();
    let mut reader = Reader { document, root: root.get_ref(), faults: Vec::new() };
    reader.make_plain(&mut table);
    reader.read_key_file(&mut table, directory);
    let mut groups = reader.section::<Group>("groups", table.remove("groups"));
    let users = reader.section("users", table.remove("users"));
    let clients = reader.section("clients", table.remove("clients"));
    let settings = reader.value::<Settings>(&KeyPath::default(), Spanned::new(root.span(), table));
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

/// The one fault of a text that is no TOML.
fn syntax(document: &Document, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or_default();
    let message = match (error.message(), document.text.get(span.clone())) {
        ("duplicate key", Some(key)) => format!("the key `{key}` is given twice"),
        (message, _) => message.to_owned(),
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
    /// Reads a list of tables, each by itself; `None` where the file has none.
    fn section<T: DeserializeOwned>(
        &mut self,
        name: &str,
        list: Option<Spanned<DeValue<'_>>>,
    ) -> Option<Vec<T>> {
        let list = list?;
        let (path, span) = (KeyPath::top(name), list.span());
        let DeValue::Array(elements) = list.into_inner() else {
            let message = format!("`{name}` must be a list: write `[[{name}]]` above each of them");
            self.faults.push(Fault::at(self.document.place(span), path, message));
            return None;
        };
        let mut values = Vec::new();
        for (index, element) in elements.into_iter().enumerate() {
            let (path, span) = (path.index(index), element.span());
            match element.into_inner() {
                DeValue::Table(table) => {
                    values.extend(self.value(&path, Spanned::new(span, table)))
                }
                _ => {
                    let message = format!("`{path}` must be a table");
                    self.faults.push(Fault::at(self.document.place(span), path, message));
                }
            }
        }
        Some(values)
    }

    /// Reads the table at `path`, and tells all its faults.
    fn value<T: DeserializeOwned>(
        &mut self,
        path: &KeyPath,
        table: Spanned<DeTable<'_>>,
    ) -> Option<T> {
        let (whole, mut table) = (table.span(), table.into_inner());
        let before = self.faults.len();
        loop {
            let value = Spanned::new(whole.clone(), DeValue::Table(table.clone()));
            let error = match T::deserialize(ValueDeserializer::from(value)) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            let span = error.span().unwrap_or(whole.clone());
            let at = KeyPath::at(self.root, span.start);
            // One who meets the first fault looks for the next one without the key at fault.
            let removed = at.key_below(path).and_then(|key| table.remove(key));
            if removed.is_none() && self.faults.len() > before {
                // What is missing now may be missing for being mistyped.
                return None;
            }
            let at = if removed.is_some() { at } else { path.clone() };
            let keys = top_keys();
            let keys = keys.iter().map(String::as_str).collect::<Vec<_>>();
            let message = explain(error.message(), &at, &keys);
            self.faults.push(Fault::at(self.document.place(span), at, message));
            removed.as_ref()?;
        }
    }

    /// Replaces the path of a key by the key.
    fn read_key_file(&mut self, table: &mut DeTable<'_>, directory: &Path) {
        let Some(value) = table.get_mut("signing_key") else { return };
        let span = value.span();
        let DeValue::String(written) = value.get_mut() else { return };
        match text::pem(written, directory) {
            Ok(pem) => *written = pem.into(),
            Err(message) => self.faults.push(Fault::at(
                self.document.place(span),
                KeyPath::top("signing_key"),
                format!("`signing_key`: {message}"),
            )),
        }
    }

    /// Writes dates as strings, and refuses numbers that JSON cannot write.
    fn make_plain(&mut self, table: &mut DeTable<'_>) {
        for (_, value) in table.iter_mut() {
            self.make_value_plain(value);
        }
    }

    fn make_value_plain(&mut self, value: &mut Spanned<DeValue<'_>>) {
        let span = value.span();
        match value.get_mut() {
            DeValue::Table(table) => self.make_plain(table),
            DeValue::Array(array) => {
                for element in array.iter_mut() {
                    self.make_value_plain(element);
                }
            }
            DeValue::Float(number) if number.as_str().contains(['n', 'i']) => {
                let path = KeyPath::at(self.root, span.start);
                let message =
                    format!("`{path}` must be a number that JSON can write, not {number}");
                self.faults.push(Fault::at(self.document.place(span), path, message));
            }
            plain @ DeValue::Datetime(_) => {
                let DeValue::Datetime(time) = plain else { return };
                *plain = DeValue::String(time.to_string().into());
            }
            _ => {}
        }
    }
}

/// The keys at the top of a file, as serde lists them when it meets one that it does not know.
fn top_keys() -> Vec<String> {
    let unknown = [("", "")].into_iter().collect::<std::collections::BTreeMap<_, _>>();
    let deserializer =
        serde::de::value::MapDeserializer::<_, toml::de::Error>::new(unknown.into_iter());
    let message = <Settings as serde::Deserialize>::deserialize(deserializer)
        .map_or_else(|error| error.message().to_owned(), |_| String::new());
    let allowed = quoted(&message).into_iter().skip(1).map(str::to_owned);
    allowed.chain(SECTIONS.map(str::to_owned)).collect()
}
