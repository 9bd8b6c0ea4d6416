//! The text of a configuration file, and places in it.

use std::fmt;
use std::ops::Range;

use toml::de::DeTable;

use super::key_path::KeyPath;

/// A text with the name that messages call it by.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Document {
    /// Where the value of `path` stands.
    pub(crate) fn find(&self, path: &KeyPath) -> Option<Place> {
        // Parsed again, for faults are rare and places borrow from the text.
        let root = DeTable::parse(&self.text).ok()?;
        path.span(root.get_ref()).map(|span| self.place(span))
    }

    /// Line, column and excerpt of some bytes of the text.
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        let start = (0..=span.start.min(self.text.len()))
            .rfind(|byte| self.text.is_char_boundary(*byte))
            .unwrap_or_default();
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let excerpt = self.text[line_start..].lines().next().unwrap_or_default();
        let marked = self.text.get(start..span.end).and_then(|text| text.lines().next());
        Place {
            name: self.name.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            width: marked.map_or(1, |text| text.chars().count().max(1)),
            excerpt: excerpt.to_owned(),
        }
    }
}

/// Lines are shown this far behind the mark, and marks this wide at most.
const SHOWN_BEHIND: usize = 24;
const WIDEST_MARK: usize = 72;

/// A place in a file, shown as compilers show it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    name: String,
    /// Counted from 1.
    line: usize,
    /// In characters, counted from 1.
    column: usize,
    /// How many characters are meant.
    width: usize,
    excerpt: String,
}

impl Place {
    /// The line with the place in it, and a mark below.
    pub(crate) fn excerpt(&self) -> String {
        // What is not for the terminal to see is not shown to it; tabs keep the mark in its column.
        let clean = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
        let width = self.width.min(WIDEST_MARK);
        let shown = self.column - 1 + width + SHOWN_BEHIND;
        let mut line: String = self.excerpt.chars().take(shown).map(clean).collect();
        if line.chars().count() < self.excerpt.chars().count() {
            line.push('…');
        }
        let blank: String = (line.chars().chain(std::iter::repeat(' ')))
            .take(self.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let mark = "^".repeat(width);
        format!("{margin} |\n{number} | {line}\n{margin} | {blank}{mark}")
    }

    /// The order of places in one file.
    pub(crate) fn position(&self) -> (usize, usize) {
        (self.line, self.column)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.name, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { name: "x.toml".into(), text: text.into() }
    }

    #[test]
    fn columns_count_characters_and_tabs_keep_the_mark_below() {
        let place = document("a = 1\r\n\té = \"ü\"\r\n").place(13..17);
        assert_eq!(place.to_string(), "x.toml:2:6");
        assert_eq!(place.excerpt(), "  |\n2 | \té = \"ü\"\n  | \t    ^^^");
    }

    #[test]
    fn a_long_line_is_cut_behind_the_mark() {
        let place = document(&"x".repeat(1_000)).place(2..900);
        assert_eq!(
            place.excerpt(),
            format!("  |\n1 | {}…\n  |   {}", "x".repeat(98), "^".repeat(72))
        );
    }

    #[test]
    fn any_place_in_any_text_can_be_shown() {
        for text in ["", "\n", "é", "a\n\nb"] {
            for start in 0..6 {
                for end in 0..6 {
                    document(text).place(start..end).excerpt();
                }
            }
        }
    }
}
