//! The demo: provider and app, started for people to click through.

mod guide;
mod program;

pub use guide::{Outcome, guide};
pub use program::run;
