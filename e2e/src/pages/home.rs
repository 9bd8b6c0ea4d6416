//! The app's start page before a login.

use anyhow::Result;
use browser::Browser;

use crate::stack::Stack;

/// The app offers a login.
#[derive(Debug)]
pub struct Home<'a> {
    browser: &'a Browser,
}

impl<'a> Home<'a> {
    /// Opens the app, and waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn open(browser: &'a Browser, stack: &Stack) -> Result<Self> {
        browser.visit(&stack.url("")).await?;
        Self::seen(browser).await
    }

    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#signed-out").await?;
        Ok(Self { browser })
    }

    /// Follows the link to the login.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn sign_in(&self) -> Result<()> {
        self.browser.click("#sign-in").await
    }
}
