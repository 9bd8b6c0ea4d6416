//! The app answers every failure of the catalogue rightly.

mod bench;
mod every_case;
mod in_a_browser;
mod outcomes;
