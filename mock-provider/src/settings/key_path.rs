//! The place of a value in a configuration: `users[2].groups[0]`.

use std::fmt;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The keys and indexes that lead from the top to a value; empty for the top itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPath(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    /// Counted from 0.
    Index(usize),
}

impl KeyPath {
    /// A key at the top.
    pub(crate) fn top(key: &str) -> Self {
        Self::default().key(key)
    }

    /// A key of this table.
    pub(crate) fn key(&self, key: &str) -> Self {
        self.child(Step::Key(key.to_owned()))
    }

    /// An element of this list, counted from 0.
    pub(crate) fn index(&self, index: usize) -> Self {
        self.child(Step::Index(index))
    }

    fn child(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// True for the top itself.
    pub(crate) fn is_top(&self) -> bool {
        self.0.is_empty()
    }

    /// The path that continues this one.
    pub(crate) fn join(&self, rest: &Self) -> Self {
        Self([self.0.as_slice(), &rest.0].concat())
    }

    /// The first key: a setting or a section.
    pub(crate) fn first_key(&self) -> Option<&str> {
        match self.0.first()? {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        }
    }

    /// The table or list around the value.
    pub(crate) fn parent(&self) -> Self {
        Self(self.0.split_last().map_or_else(Vec::new, |(_, rest)| rest.to_vec()))
    }

    /// The bytes of the value; where it is missing, those of the nearest table around it.
    pub(crate) fn span(&self, root: &DeTable<'_>) -> Range<usize> {
        self.find(root).map(|(_, value)| value).unwrap_or_default()
    }

    /// The bytes of the last key.
    pub(crate) fn key_span(&self, root: &DeTable<'_>) -> Range<usize> {
        self.find(root).map(|(key, _)| key).unwrap_or_default()
    }

    /// The bytes of the last key and of its value, as far as they exist.
    fn find(&self, root: &DeTable<'_>) -> Option<(Range<usize>, Range<usize>)> {
        let (Step::Key(first), rest) = self.0.split_first()? else { return None };
        let (key, mut value) = root.get_key_value(first.as_str())?;
        let mut key = key.span();
        for step in rest {
            value = match (step, value.get_ref()) {
                (Step::Key(name), DeValue::Table(table)) => {
                    let Some((name, value)) = table.get_key_value(name.as_str()) else { break };
                    key = name.span();
                    value
                }
                (Step::Index(index), DeValue::Array(array)) => {
                    let Some(value) = array.get(*index) else { break };
                    value
                }
                _ => break,
            };
        }
        Some((key, value.span()))
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                    let dot = if position == 0 { "" } else { "." };
                    if !key.is_empty() && key.chars().all(bare) {
                        write!(f, "{dot}{key}")?;
                    } else {
                        write!(f, "{dot}{key:?}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[[users]]\ngroups = [\"a\", \"b\"]\n[users.claims]\n\"x.y\" = 1\n";

    #[test]
    fn a_path_leads_to_its_key_and_value() {
        let root = DeTable::parse(TEXT).unwrap().into_inner();
        let user = KeyPath::top("users").index(0);
        for (path, written, key, value) in [
            (user.key("groups").index(1), "users[0].groups[1]", "groups", "\"b\""),
            (user.key("claims").key("x.y"), "users[0].claims.\"x.y\"", "\"x.y\"", "1"),
        ] {
            assert_eq!(path.to_string(), written);
            assert_eq!(&TEXT[path.key_span(&root)], key);
            assert_eq!(&TEXT[path.span(&root)], value);
        }
    }

    #[test]
    fn the_span_of_a_missing_value_is_that_of_the_table_around_it() {
        let root = DeTable::parse(TEXT).unwrap().into_inner();
        let span = KeyPath::top("users").index(0).key("subject").span(&root);
        assert_eq!(&TEXT[span], "[[users]]");
    }
}
