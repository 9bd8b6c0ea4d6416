//! The classes of modes, each a file.

use std::fmt;

use serde::Serialize;

use super::mode::{Mode, names};

/// What a mode concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Class {
    /// The claims of the ID token.
    IdTokenClaims,
}

names!(Class { IdTokenClaims => "id-token-claims" });

impl Class {
    /// The modes of the class.
    pub fn modes(self) -> &'static [Mode] {
        match self {
            Self::IdTokenClaims => super::id_token_claims::MODES,
        }
    }

    /// What the class is called in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::IdTokenClaims => "ID token: claims",
        }
    }

    /// The class of the mode with that name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let stands_in = |class: &&Self| class.modes().iter().any(|mode| mode.name == name);
        Self::ALL.iter().find(stands_in).copied()
    }
}
