//! Finds, starts and stops browsers and their drivers, and performs the actions of an end user in them.
//!
//! [`settings`] lists the environment variables that choose the browser.

pub mod browser;
mod console;
pub mod driver;
pub mod engine;
mod lookup;
pub mod patience;
pub mod process_group;
pub mod settings;
mod steps;
pub mod view;
mod wait;

pub use browser::Browser;
pub use driver::Driver;
pub use engine::{Engine, Installed};
pub use fantoccini::cookies::Cookie;
pub use fantoccini::key::Key;
pub use lookup::LookupError;
pub use settings::Settings;
pub use view::View;
