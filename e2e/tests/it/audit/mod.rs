//! The audit of the app: it handles every failure of the catalogue correctly.

mod bench;
mod every_case;
mod in_a_browser;
mod outcomes;
