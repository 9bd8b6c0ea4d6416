//! The app answers every failure of the catalogue rightly.

mod bench;
mod careless;
mod engine;
mod every_case;
mod in_a_browser;
mod outcomes;
