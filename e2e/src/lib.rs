//! Tests the app and the mock provider together, in a real browser.
//!
//! A story is a test of this form:
//!
//! ```no_run
//! use e2e::pages::{Home, SignIn, Welcome};
//! use e2e::stack::Stack;
//! use e2e::test::browser_test;
//!
//! # async fn story() -> anyhow::Result<()> {
//! browser_test(async |test| {
//!     let stack = test.stack(Stack::builder()).await?;
//!     let browser = test.browser().await?;
//!     Home::open(&browser, &stack).await?.sign_in().await?;
//!     SignIn::seen(&browser).await?.choose("ada").await?;
//!     assert_eq!(Welcome::seen(&browser).await?.name().await?, "Ada Lovelace");
//!     Ok(())
//! })
//! .await
//! # }
//! ```
//!
//! [`mod@test`] runs it. Each test has its own browser session, provider and app (a [`stack`]),
//! which are closed even if it panics, and leaves a [`trace`] when it fails. [`pages`] has all
//! selectors. [`browser::settings`] lists the environment variables that choose the browser.

pub mod demo;
mod log;
pub mod pages;
pub mod stack;
pub mod test;
pub mod trace;
