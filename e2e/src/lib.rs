//! Logs in to the app through the mock provider in a real browser.
//!
//! A story is a test of the shape
//!
//! ```no_run
//! use e2e::test::browser_test;
//!
//! # async fn story() -> anyhow::Result<()> {
//! browser_test(async |test| {
//!     let browser = test.browser().await?;
//!     browser.visit("http://127.0.0.1:8050/").await?;
//!     browser.click("#sign-in").await
//! })
//! .await
//! # }
//! ```
//!
//! [`mod@test`] runs it: one fresh browser session and one fresh provider and app a test, sharing
//! nothing, closed whatever happens, and a [`trace`] of what happened when it fails. [`settings`]
//! lists the environment variables that choose and find the browser.

pub mod browser;
pub mod driver;
pub mod engine;
mod log;
mod lookup;
pub mod process_group;
pub mod settings;
pub mod test;
pub mod trace;
