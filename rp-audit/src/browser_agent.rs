//! A user agent that is a real browser, driven by WebDriver.

use std::time::Duration;

use anyhow::{Context, Result};
use browser::Browser;
use browser::patience::until;
use url::Url;

use crate::html::{Button, Form};
use crate::page::{Page, Trouble};
use crate::user_agent::{UserAgent, UserAgents};

/// How long a page that goes on by itself may take.
const SETTLES: Duration = Duration::from_secs(10);

/// Makes browsers, by whatever opens one.
#[derive(Clone, Debug)]
pub struct BrowserAgents<Open>(pub Open);

/// A browser with a profile of its own. Whoever opened it closes it.
///
/// It cannot tell status and media type of a page, works in one tab, and cannot hand out its
/// cookies.
#[derive(Clone, Debug)]
pub struct BrowserAgent {
    browser: Browser,
}

impl<Open: AsyncFn() -> Result<Browser>> UserAgents for BrowserAgents<Open> {
    type Agent = BrowserAgent;

    async fn fresh(&self) -> Result<BrowserAgent> {
        Ok(BrowserAgent { browser: (self.0)().await? })
    }
}

impl UserAgent for BrowserAgent {
    async fn open(&mut self, url: &Url) -> Result<Page> {
        self.browser.visit(url.as_str()).await?;
        self.settled(vec![url.clone()]).await
    }

    async fn send(&mut self, form: &Form, button: Option<&Button>) -> Result<Page> {
        let button = button.or(form.buttons.first()).context("the form has no button")?;
        let before = self.browser.url().await?;
        for (name, value) in &form.fields {
            // Hidden fields hold their values already.
            let field = format!("{} input[name='{name}']:not([type=hidden])", form.selector);
            if !value.is_empty() && !self.browser.texts(&field).await?.is_empty() {
                self.browser.fill(&field, value).await?;
            }
        }
        self.browser.click(&button.selector).await?;
        self.settled(vec![before]).await
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
}

impl BrowserAgent {
    /// The page that is shown when nothing goes on by itself any more.
    async fn settled(&self, mut history: Vec<Url>) -> Result<Page> {
        // In vain for a page that goes on and on: then that is what is seen of it.
        let _ = until(SETTLES, async || {
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
        let url = self.browser.url().await?;
        let (source, script) = match self.browser.source().await {
            Ok(source) => (source, false),
            Err(error) if is_dialog(&error) => (self.browser.source().await?, true),
            Err(error) => return Err(error),
        };
        // The browsers' own pages for what no server answered.
        let no_answer = source.contains("neterror");
        let trouble = no_answer.then(|| Trouble::Connection("the browser says so".to_owned()));
        Ok(Page { source, trouble, script, ..Page::new(url, None, None) })
    }
}

/// Whether a script opened a dialog, which the driver closes and tells.
fn is_dialog(error: &anyhow::Error) -> bool {
    format!("{error:?}").contains("unexpected alert open")
}
