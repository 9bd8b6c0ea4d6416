//! Settings, and checks of everything in a configuration.

pub(crate) mod check;
pub(crate) mod document;
pub(crate) mod error;
pub(crate) mod key_path;
pub(crate) mod members;
pub(crate) mod settings;
pub(crate) mod shape;
pub(crate) mod text;
pub(crate) mod wording;
