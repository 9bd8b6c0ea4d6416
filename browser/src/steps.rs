//! What an end user does in a browser.

use std::fmt;
use std::sync::PoisonError;

use anyhow::{Context, Result};
use fantoccini::cookies::Cookie;
use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use url::Url;

use crate::browser::Browser;
use crate::patience::pause;

impl Browser {
    /// Opens an address.
    ///
    /// A server that does not respond is not an error: the browser shows an error page.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn visit(&self, url: &str) -> Result<()> {
        self.step(format_args!("visit {url}")).await;
        match self.client.goto(url).await {
            Err(CmdError::Standard(error)) if shows_error_page(&error.message) => Ok(()),
            other => other.with_context(|| format!("cannot visit {url}")),
        }
    }

    /// Clicks an element.
    ///
    /// # Errors
    ///
    /// When there is no such element.
    pub async fn click(&self, selector: &str) -> Result<()> {
        self.step(format_args!("click {selector}")).await;
        self.until(selector, async || self.find(selector).await?.click().await.map(Some)).await
    }

    /// Replaces the content of a field.
    ///
    /// # Errors
    ///
    /// When there is no such field.
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        self.step(format_args!("fill {selector} with {text:?}")).await;
        self.until(selector, async || {
            let field = self.find(selector).await?;
            field.clear().await?;
            field.send_keys(text).await.map(Some)
        })
        .await
    }

    /// Presses keys in the element that has the focus. [`Key`](crate::Key) names special keys.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn press(&self, keys: &str) -> Result<()> {
        self.step(format_args!("press {keys:?}")).await;
        self.until("an element with the focus", async || {
            self.client.active_element().await?.send_keys(keys).await.map(Some)
        })
        .await
    }

    /// Waits for an element.
    ///
    /// # Errors
    ///
    /// When there is no such element.
    pub async fn see(&self, selector: &str) -> Result<()> {
        self.step(format_args!("see {selector}")).await;
        self.until(selector, async || self.find(selector).await.map(|_| Some(()))).await
    }

    /// Waits until the address meets a condition, and returns it. `what` describes the condition.
    ///
    /// # Errors
    ///
    /// When it does not meet the condition in time.
    pub async fn url_where(&self, what: &str, meets: impl Fn(&Url) -> bool) -> Result<Url> {
        self.until(what, async || {
            Ok(Some(self.client.current_url().await?).filter(|url| meets(url)))
        })
        .await
    }

    /// Presses the Back button.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn back(&self) -> Result<()> {
        self.step("go back").await;
        Ok(self.client.back().await?)
    }

    /// Presses the Reload button.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn reload(&self) -> Result<()> {
        self.step("reload").await;
        Ok(self.client.refresh().await?)
    }

    /// Opens a tab that shares the cookies, and switches to it.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn open_tab(&self) -> Result<WindowHandle> {
        self.step("open a tab").await;
        let tab = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(tab.clone()).await?;
        Ok(tab)
    }

    /// Switches to another tab.
    ///
    /// # Errors
    ///
    /// When that tab is closed.
    pub async fn switch_to(&self, tab: &WindowHandle) -> Result<()> {
        self.step("switch tabs").await;
        Ok(self.client.switch_to_window(tab.clone()).await?)
    }

    /// Adds a cookie for the host of the page.
    ///
    /// # Errors
    ///
    /// When the browser refuses the cookie.
    pub async fn set_cookie(&self, cookie: Cookie<'static>) -> Result<()> {
        self.step(format_args!("set cookie {}", cookie.name())).await;
        Ok(self.client.add_cookie(cookie).await?)
    }

    /// Records a step, and waits in slow motion.
    async fn step(&self, what: impl fmt::Display) {
        let at = self.session.started.elapsed().as_millis();
        self.session
            .steps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(format!("{at:>6} ms  {what}"));
        if !self.session.slow_motion.is_zero() {
            pause(self.session.slow_motion).await;
        }
    }
}

/// Whether the browser shows its error page because no server responded. Chromium reports that only
/// after a redirect, Firefox always.
fn shows_error_page(message: &str) -> bool {
    message.contains("net::ERR_CONNECTION_REFUSED") || message.contains("about:neterror")
}
