//! Where a value stands in a configuration: `users[2].groups[0]`.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
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

    /// The first key: a setting or a section.
    pub(crate) fn first_key(&self) -> Option<&str> {
        self.key_below(&Self::default())
    }

    /// The key that leads from `ancestor` towards this value.
    pub(crate) fn key_below(&self, ancestor: &Self) -> Option<&str> {
        match self.0.strip_prefix(ancestor.0.as_slice())? {
            [Step::Key(key), ..] => Some(key),
            _ => None,
        }
    }

    /// The table or list that the value stands in.
    pub(crate) fn parent(&self) -> Self {
        Self(self.0.split_last().map_or_else(Vec::new, |(_, rest)| rest.to_vec()))
    }

    /// The bytes where the value stands; where there is none, those of the nearest table around.
    pub(crate) fn span(&self, root: &DeTable<'_>) -> Option<Range<usize>> {
        let (Step::Key(first), rest) = self.0.split_first()? else { return None };
        let mut value = root.get(first.as_str())?;
        for step in rest {
            let next = match (step, value.get_ref()) {
                (Step::Key(key), DeValue::Table(table)) => table.get(key.as_str()),
                (Step::Index(index), DeValue::Array(array)) => array.get(*index),
                _ => None,
            };
            let Some(next) = next else { break };
            value = next;
        }
        Some(value.span())
    }

    /// The innermost key or element that is written at byte `offset`.
    pub(crate) fn at(root: &DeTable<'_>, offset: usize) -> Self {
        Self::default().search_table(root, offset).unwrap_or_default()
    }

    // The header of a table does not enclose what stands below it, so every branch is searched.
    fn search_table(&self, table: &DeTable<'_>, offset: usize) -> Option<Self> {
        table.iter().find_map(|(key, value)| {
            let path = self.key(key.get_ref());
            match key.span().contains(&offset) {
                true => Some(path),
                false => path.search_value(value, offset),
            }
        })
    }

    fn search_value(&self, value: &Spanned<DeValue<'_>>, offset: usize) -> Option<Self> {
        let inside = match value.get_ref() {
            DeValue::Table(table) => self.search_table(table, offset),
            DeValue::Array(array) => array
                .iter()
                .enumerate()
                .find_map(|(index, value)| self.index(index).search_value(value, offset)),
            _ => None,
        };
        inside.or_else(|| value.span().contains(&offset).then(|| self.clone()))
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
                    match !key.is_empty() && key.chars().all(bare) {
                        true => write!(f, "{dot}{key}")?,
                        false => write!(f, "{dot}{key:?}")?,
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
    fn a_path_leads_to_its_value_and_back() {
        let root = DeTable::parse(TEXT).unwrap().into_inner();
        let user = KeyPath::top("users").index(0);
        for (path, written, value) in [
            (user.key("groups").index(1), "users[0].groups[1]", "\"b\""),
            (user.key("claims").key("x.y"), "users[0].claims.\"x.y\"", "1"),
        ] {
            let span = path.span(&root).unwrap();
            assert_eq!(path.to_string(), written);
            assert_eq!(&TEXT[span.clone()], value);
            assert_eq!(KeyPath::at(&root, span.start), path);
        }
    }

    #[test]
    fn what_is_absent_stands_where_it_ought_to() {
        let root = DeTable::parse(TEXT).unwrap().into_inner();
        let span = KeyPath::top("users").index(0).key("subject").span(&root).unwrap();
        assert_eq!(&TEXT[span], "[[users]]");
    }
}
