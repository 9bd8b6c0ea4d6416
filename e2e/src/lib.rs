//! Logs in to the app through the mock provider in a real browser.
//!
//! A story is a test of the shape
//!
//! ```no_run
//! use e2e::{
//!     pages::{Home, SignIn, Welcome},
//!     stack::Stack,
//!     test::browser_test,
//! };
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
//! [`mod@test`] runs it: one fresh browser session and one fresh provider and app (a [`stack`]) a
//! test, sharing nothing, closed whatever happens, and a [`trace`] of what happened when it fails.
//! [`pages`] know where on a page what is. [`browser::settings`] lists the environment variables that
//! choose and find the browser.

pub mod demo;
mod log;
pub mod pages;
pub mod stack;
pub mod test;
pub mod trace;
