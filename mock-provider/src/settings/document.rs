//! The text of a configuration file, and places in it.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use toml::de::DeTable;

use super::key_path::KeyPath;

/// A text, and its name in messages.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Document {
    /// The place of the value of `path`; `None` when the text does not set it.
    pub(crate) fn find(&self, path: &KeyPath) -> Option<Place> {
        // Parsed again, because faults are rare and places borrow from the text.
        let root = DeTable::parse(&self.text).ok()?;
        let is_set = path.first_key().is_some_and(|key| root.get_ref().contains_key(key));
        is_set.then(|| self.place(path.span(root.get_ref())))
    }

    /// The place of some bytes, as far as they are on one line.
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        let boundary = |byte: usize| {
            let byte = byte.min(self.text.len());
            (0..=byte).rfind(|byte| self.text.is_char_boundary(*byte)).unwrap_or_default()
        };
        let (start, end) = (boundary(span.start), boundary(span.end));
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let start = (start - line_start).min(line.len());
        Place {
            name: self.name.clone(),
            line_number: before.matches('\n').count() + 1,
            line: line.to_owned(),
            mark: start..end.saturating_sub(line_start).clamp(start, line.len()),
        }
    }
}

/// Longer lines are cut around the mark.
const MAX_WIDTH: usize = 100;

/// A place in a file, shown as compilers show it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    name: String,
    /// Counted from 1.
    line_number: usize,
    line: String,
    /// The marked bytes of the line.
    mark: Range<usize>,
}

impl Place {
    /// The line with the place in it, and a mark below.
    pub(crate) fn excerpt(&self) -> String {
        // Some terminals obey these control characters; all others are replaced when rendered. The
        // replacement has the same length, so the mark stays valid.
        let line = self.line.replace(|c| matches!(c, '\u{80}'..='\u{9f}'), "\u{b7}");
        let mark = AnnotationKind::Primary.span(self.mark.clone());
        let snippet = Snippet::source(line).line_start(self.line_number).annotation(mark);
        let group = Group::with_level(Level::ERROR).element(snippet);
        Renderer::plain().term_width(MAX_WIDTH).render(&[group])
    }

    /// The order of places in one file.
    pub(crate) fn position(&self) -> (usize, usize) {
        (self.line_number, self.column())
    }

    /// In characters, counted from 1.
    fn column(&self) -> usize {
        self.line[..self.mark.start].chars().count() + 1
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.name, self.line_number, self.column())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { name: "x.toml".into(), text: text.into() }
    }

    #[test]
    fn columns_count_characters_and_the_mark_is_below_its_text() {
        let place = document("a = 1\r\n\té = \"ü\"\r\n").place(13..17);
        assert_eq!(place.to_string(), "x.toml:2:6");
        assert_eq!(place.excerpt(), "  |\n2 |     é = \"ü\"\n  |         ^^^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        for excerpt in [
            document(&"x".repeat(1_000)).place(2..900).excerpt(),
            document(&format!("{}{}", " ".repeat(500), "x".repeat(500))).place(500..510).excerpt(),
        ] {
            assert!(excerpt.lines().all(|line| line.len() <= MAX_WIDTH), "{excerpt}");
            assert!(excerpt.contains("^^^^^^^^^^"), "{excerpt}");
        }
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let excerpt = document("a = '\u{1b}[2J\u{9b}2J' # \u{202e}").place(4..9).excerpt();
        assert!(excerpt.chars().all(|c| c == '\n' || !c.is_control()), "{excerpt:?}");
        assert!(!excerpt.contains('\u{202e}'), "{excerpt:?}");
    }

    #[test]
    fn any_place_in_any_text_can_be_shown() {
        for text in ["", "\n", "é", "a\n\nb", "a\r\n\u{9b}"] {
            for start in 0..8 {
                for end in 0..8 {
                    document(text).place(start..end).excerpt();
                }
            }
        }
    }
}
