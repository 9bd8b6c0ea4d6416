//! The picker of failures beside the users: chosen here, a failure acts in this login alone.
//!
//! It is a form of its own that needs no script: it posts `decision=choose-failure` with the field
//! `failure`, and the page comes back with the choice among the [hidden](super::SignInPage::hidden)
//! fields of every other form. Until it is opened, it is a button that posts no `failure` and fetches
//! the list, which is several times as long as the rest of the page.

use std::sync::LazyLock;

use askama::Template;

use crate::failure::spec::class::Class;
use crate::failure::spec::mode::Mode;

/// What the picker shows of the choice so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailurePicker {
    /// Whether there is anything to see but the button that opens it.
    pub(crate) open: bool,
    /// The failure as it was written; empty for an honest login.
    pub(crate) written: String,
    /// What the chosen failure does, in a sentence.
    pub(crate) effect: Option<&'static str>,
    /// The parameters of the chosen failure, each with its values in words.
    pub(crate) parameters: Vec<(String, String)>,
    /// Why what was written is none.
    pub(crate) problem: Option<String>,
}

/// The failures to choose from, by class.
#[derive(Debug, Template)]
#[template(path = "failures.html")]
struct Catalogue {
    classes: Vec<(&'static str, Vec<&'static Mode>)>,
}

/// The list is the same on every page and longer than the rest of it: it is written once.
static CATALOGUE: LazyLock<String> = LazyLock::new(|| {
    let offered = |class: &Class| -> Vec<_> {
        class.modes().iter().filter(|mode| mode.acts_in_a_login()).collect()
    };
    let classes = Class::ALL.iter().map(|class| (class.title(), offered(class)));
    let classes = classes.filter(|(_, modes)| !modes.is_empty()).collect();
    let catalogue = Catalogue { classes };
    catalogue.render().expect("templates write to memory, which does not fail")
});

impl FailurePicker {
    /// Whether the keyboard starts here: there is something to mend, or nothing chosen yet.
    pub(super) fn has_focus(&self) -> bool {
        self.problem.is_some() || (self.open && self.written.is_empty())
    }

    /// The failures to choose from, as HTML.
    pub(super) fn catalogue(&self) -> &'static str {
        &CATALOGUE
    }
}
