//! A user agent that is a real browser, driven by WebDriver.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context, Result};
use browser::Browser;
use browser::patience::until;
use browser::view::is_dialog;
use http_browser::{Button, Form, Page, Trouble};
use url::Url;

use crate::user_agent::{UserAgent, UserAgents};

/// How long a page may take to navigate by itself.
const MAX_SETTLE_TIME: Duration = Duration::from_secs(10);

/// Opens browsers by calling a function.
#[derive(Clone, Debug)]
pub struct BrowserAgents<Open>(pub Open);

/// A browser with its own profile. The code that opened it also closes it.
///
/// WebDriver reports neither the status nor the header fields of a page. The agent works in one tab,
/// and its cookies cannot be copied.
#[derive(Clone, Debug)]
pub struct BrowserAgent {
    browser: Browser,
    ran_script: Cell<bool>,
}

impl<Open: AsyncFn() -> Result<Browser>> UserAgents for BrowserAgents<Open> {
    type Agent = BrowserAgent;

    async fn fresh(&self) -> Result<BrowserAgent> {
        Ok(BrowserAgent { browser: (self.0)().await?, ran_script: Cell::new(false) })
    }
}

impl UserAgent for BrowserAgent {
    async fn open(&mut self, url: &Url) -> Result<Page> {
        self.browser.visit(url.as_str()).await?;
        self.settle(vec![url.clone()]).await
    }

    async fn submit(&mut self, form: &Form, button: Option<&Button>) -> Result<Page> {
        let button = button.or(form.buttons.first()).context("the form has no button")?;
        let before = self.browser.url().await?;
        for field in form.fields.iter().filter(|field| !field.hidden && !field.value.is_empty()) {
            let selector =
                format!("{} input[name='{}']:not([type=hidden])", form.selector, field.name);
            if !self.browser.texts(&selector).await?.is_empty() {
                self.browser.fill(&selector, &field.value).await?;
            }
        }
        self.browser.click(&button.selector).await?;
        self.settle(vec![before]).await
    }

    fn tab(&self) -> Option<Self> {
        None
    }

    fn copy(&self) -> Option<Self> {
        None
    }

    fn forget(&mut self, _: &Url) -> bool {
        false
    }

    fn ran_script(&self) -> bool {
        self.ran_script.get()
    }
}

impl BrowserAgent {
    /// The page on display, once it no longer navigates by itself.
    async fn settle(&self, mut history: Vec<Url>) -> Result<Page> {
        // A page that keeps navigating is returned as it is after the limit.
        let _ = until(MAX_SETTLE_TIME, async || {
            let page = self.page().await;
            page.is_ok_and(|page| {
                let document = page.document();
                !document.submits_itself && document.refresh.is_none()
            })
        })
        .await;
        let mut page = self.page().await?;
        history.push(page.url.clone());
        page.history = history;
        Ok(page)
    }

    async fn page(&self) -> Result<Page> {
        match self.read().await {
            Err(error) if is_dialog(&error) => {
                self.ran_script.set(true);
                self.read().await
            }
            page => page,
        }
    }

    async fn read(&self) -> Result<Page> {
        let mut page = Page::new(self.browser.url().await?, self.browser.source().await?);
        // Both Chromium and Firefox show such a page when no server responds.
        if page.source.contains("neterror") {
            page.trouble = Some(Trouble::Connection("the browser shows its error page".to_owned()));
        }
        Ok(page)
    }
}
