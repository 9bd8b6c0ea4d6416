//! The provider's page where an end user chooses who to be.

use anyhow::Result;
use browser::Browser;

/// What is on this page and on no other.
const MARK: &str = "main.sign-in";

/// The provider asks who signs in.
#[derive(Debug)]
pub struct SignIn<'a> {
    browser: &'a Browser,
}

impl<'a> SignIn<'a> {
    /// Waits for the page.
    ///
    /// # Errors
    ///
    /// When another one is shown.
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

    /// Signs in as a user who has no password.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub async fn choose(&self, subject: &str) -> Result<()> {
        self.browser.click(&format!("{} button[value=sign-in]", card(subject))).await
    }

    /// Signs in as a user who has a password.
    ///
    /// # Errors
    ///
    /// When there is no such user.
    pub async fn choose_with_password(&self, subject: &str, password: &str) -> Result<()> {
        self.browser.fill(&format!("{} input[name=password]", card(subject)), password).await?;
        self.choose(subject).await
    }

    /// Signs in as somebody whom the provider does not know.
    ///
    /// # Errors
    ///
    /// When the provider takes known users alone.
    pub async fn enter(&self, subject: &str) -> Result<()> {
        self.browser.fill("#subject", subject).await?;
        self.browser.click("form.other button[value=sign-in]").await
    }

    /// Goes on as the user who is signed in at the provider already.
    ///
    /// # Errors
    ///
    /// When nobody is.
    pub async fn go_on(&self) -> Result<()> {
        self.browser.click("button[value=continue]").await
    }

    /// Refuses to sign in.
    ///
    /// # Errors
    ///
    /// When the page changed meanwhile.
    pub async fn deny(&self) -> Result<()> {
        self.browser.click("button[value=deny]").await
    }

    /// What the provider finds wrong with the last attempt.
    ///
    /// # Errors
    ///
    /// When it finds nothing wrong.
    pub async fn problem(&self) -> Result<String> {
        self.browser.text(".problem").await
    }

    /// Whether somebody is signed in at the provider already.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn offers_to_go_on(&self) -> Result<bool> {
        Ok(!self.browser.texts("button[value=continue]").await?.is_empty())
    }

    /// The authorization request that the page answers.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn request(&self) -> Result<String> {
        Ok(self.browser.url().await?.into())
    }
}

/// The form of a user, below the list: not the one to go on as the same user.
fn card(subject: &str) -> String {
    format!("ul.users form:has(input[name=subject][value='{subject}'])")
}
