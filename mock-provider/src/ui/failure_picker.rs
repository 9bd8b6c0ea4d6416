//! The picker for a failure that applies to this login only.
//!
//! It is a form of its own that works without a script: it posts `decision=choose-failure` with the
//! field `failure`, and the page comes back with the choice among the
//! [hidden](super::SignInPage::hidden) fields of every other form. While closed, it is a single button
//! that posts no `failure` and opens the list, which is several times as long as the rest of the page.

/// The state of the picker.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailurePicker {
    /// Whether the list is shown instead of the button that opens it.
    pub(crate) open: bool,
    /// The failures to choose from, by class.
    pub(crate) classes: Vec<FailureClass>,
    /// The failure as it was written; empty for an honest login.
    pub(crate) written: String,
    /// The effect of the chosen failure, as a sentence.
    pub(crate) effect: Option<&'static str>,
    /// The parameters of the chosen failure, each with a description of its values.
    pub(crate) parameters: Vec<(String, String)>,
    /// Why the written failure is invalid.
    pub(crate) problem: Option<String>,
}

/// A class of failures in the list.
#[derive(Debug, Clone)]
pub(crate) struct FailureClass {
    pub(crate) title: &'static str,
    pub(crate) modes: Vec<FailureRow>,
}

/// A failure in the list.
#[derive(Debug, Clone)]
pub(crate) struct FailureRow {
    pub(crate) name: &'static str,
    /// What the failure does, as a sentence.
    pub(crate) effect: &'static str,
}

impl FailurePicker {
    /// Whether the keyboard focus starts in the picker: there is a problem to correct, or nothing is
    /// chosen yet.
    pub(super) fn has_focus(&self) -> bool {
        self.problem.is_some() || (self.open && self.written.is_empty())
    }
}
