//! A user agent without a renderer, for tests and audits of web servers.
//!
//! An [`HttpBrowser`] keeps cookies. [`open`](HttpBrowser::open) and [`submit`](HttpBrowser::submit)
//! follow redirects, refreshes and forms that submit themselves, and return the [`Page`] at the end;
//! [`send`](HttpBrowser::send) sends a single request and follows nothing.

pub mod browser;
mod cookies;
pub mod html;
pub mod page;

pub use browser::{HttpBrowser, client};
pub use html::{Button, Document, Field, Form};
pub use page::{Page, Trouble};
