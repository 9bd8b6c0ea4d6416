//! The app's start page, as whoever has not signed in sees it.

use anyhow::Result;
use browser::Browser;

use crate::stack::Stack;

/// The app asks to log in.
#[derive(Debug)]
pub struct Home<'a> {
    browser: &'a Browser,
}

impl<'a> Home<'a> {
    /// Types the app's address, and waits for the page.
    ///
    /// # Errors
    ///
    /// When another one is shown.
    pub async fn open(browser: &'a Browser, stack: &Stack) -> Result<Self> {
        browser.visit(&stack.url("")).await?;
        Self::seen(browser).await
    }

    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another one is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see("#signed-out").await?;
        Ok(Self { browser })
    }

    /// Follows the link to the login.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn sign_in(&self) -> Result<()> {
        self.browser.click("#sign-in").await
    }
}
