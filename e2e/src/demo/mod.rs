//! What the demo is: whom it has, and what each of them gets to see.

mod guide;
mod program;

pub use guide::{Outcome, guide};
pub use program::run;
