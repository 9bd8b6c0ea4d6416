//! The provider's sign-in page.

use anyhow::Result;
use browser::Browser;

/// A selector that matches on this page only.
const MARK: &str = "main.sign-in";

/// The provider lists the users to sign in as.
#[derive(Debug)]
pub struct SignIn<'a> {
    browser: &'a Browser,
}

impl<'a> SignIn<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another page is shown.
    pub async fn seen(browser: &'a Browser) -> Result<Self> {
        browser.see(MARK).await?;
        Ok(Self { browser })
    }

    /// Whether the page is shown now.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn is_shown(browser: &Browser) -> Result<bool> {
        Ok(!browser.texts(MARK).await?.is_empty())
    }

    /// Signs in as a user without a password.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub async fn choose(&self, subject: &str) -> Result<()> {
        self.browser.click(&format!("{} button[value=sign-in]", card(subject))).await
    }

    /// Signs in as a user with a password.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub async fn choose_with_password(&self, subject: &str, password: &str) -> Result<()> {
        self.browser.fill(&format!("{} input[name=password]", card(subject)), password).await?;
        self.choose(subject).await
    }

    /// Signs in as a user who is not configured.
    ///
    /// # Errors
    ///
    /// When the provider accepts configured users only.
    pub async fn enter(&self, subject: &str) -> Result<()> {
        self.browser.fill("#subject", subject).await?;
        self.browser.click("form.other button[value=sign-in]").await
    }

    /// Continues as the user who is already signed in at the provider.
    ///
    /// # Errors
    ///
    /// When no user is signed in.
    pub async fn continue_session(&self) -> Result<()> {
        self.browser.click("button[value=continue]").await
    }

    /// Denies the login.
    ///
    /// # Errors
    ///
    /// When the page has changed.
    pub async fn deny(&self) -> Result<()> {
        self.browser.click("button[value=deny]").await
    }

    /// The problem with the last attempt.
    ///
    /// # Errors
    ///
    /// When the page shows no problem.
    pub async fn problem(&self) -> Result<String> {
        self.browser.text(".problem").await
    }

    /// Whether a user is already signed in at the provider.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn offers_to_continue(&self) -> Result<bool> {
        Ok(!self.browser.texts("button[value=continue]").await?.is_empty())
    }

    /// The authorization request that led to the page.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn request(&self) -> Result<String> {
        Ok(self.browser.url().await?.into())
    }
}

/// The form of a user in the list, rather than the form to continue as that user.
fn card(subject: &str) -> String {
    format!("ul.users form:has(input[name=subject][value='{subject}'])")
}
