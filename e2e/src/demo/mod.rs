//! The demo: provider and app, for people to try in a browser.

mod guide;
mod program;

pub use guide::{Outcome, guide};
pub use program::run;
