//! The visible state of a browser, and its cookies, source and console.

use std::fmt;
use std::sync::PoisonError;

use anyhow::Result;
use fantoccini::Locator;
use fantoccini::cookies::Cookie;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::wd::WindowHandle;
use url::Url;

use crate::browser::Browser;
use crate::console;

/// The visible part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The title of the tab.
    pub title: String,
    /// The visible text.
    pub text: String,
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]\n{}", self.title, self.text)
    }
}

impl Browser {
    /// Waits for an element and returns its visible text.
    ///
    /// # Errors
    ///
    /// When there is no such element.
    pub async fn text(&self, selector: &str) -> Result<String> {
        self.until(selector, async || self.find(selector).await?.text().await.map(Some)).await
    }

    /// The visible text of each element that matches. This does not wait, so wait for the page first.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let mut texts = vec![];
        for element in self.client.find_all(Locator::Css(selector)).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// The visible text of the element that has the focus.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn focus(&self) -> Result<String> {
        Ok(self.client.active_element().await?.text().await?)
    }

    /// The address.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn url(&self) -> Result<Url> {
        Ok(self.client.current_url().await?)
    }

    /// What the end user sees.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn view(&self) -> Result<View> {
        let text = self.text("body").await?;
        Ok(View { title: self.client.title().await?, text })
    }

    /// The current tab.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn tab(&self) -> Result<WindowHandle> {
        Ok(self.client.window().await?)
    }

    /// The cookies that are sent to the page's host, including `HttpOnly` cookies.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn cookies(&self) -> Result<Vec<Cookie<'static>>> {
        Ok(self.client.get_all_cookies().await?)
    }

    /// A picture of the visible part of the page, as PNG.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn screenshot(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// The HTML of the page, including the changes of its scripts.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn source(&self) -> Result<String> {
        Ok(self.client.source().await?)
    }

    /// The lines that the page and the browser wrote to the console since the last call. Empty for a
    /// browser whose console cannot be read.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<String>> {
        console::read(&self.client, self.session.engine).await
    }

    /// The steps so far, each with its time in milliseconds since the start.
    pub fn steps(&self) -> Vec<String> {
        self.session.steps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether a command failed because a script of the page had opened a dialog. The driver has closed
/// it by then.
pub fn is_dialog(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<CmdError>();
    matches!(error, Some(CmdError::Standard(it)) if it.error == ErrorStatus::UnexpectedAlertOpen)
}
