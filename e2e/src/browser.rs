//! One browser session, and what an end user can do in it.
//!
//! Every step waits for its element to be there, looking every 20 ms for at most
//! [`Settings::patience`]; a step that waited in vain says for what, and on which page. Nothing
//! else waits.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use fantoccini::{
    Client, ClientBuilder, Locator,
    cookies::Cookie,
    elements::Element,
    error::{CmdError, ErrorStatus},
    wd::WindowHandle,
};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::{
    driver::{self, Driver},
    engine::{Engine, Installed},
    settings::Settings,
};

mod console;

/// How often a step looks for its element.
const INTERVAL: Duration = Duration::from_millis(20);

/// How long a browser may take to start; Firefox on a busy machine needs most.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a browser may take to close before its processes are killed.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// A browser with a profile of its own: nobody is signed in anywhere, nothing is cached.
///
/// Clones are handles to the same session.
#[derive(Clone, Debug)]
pub struct Browser {
    client: Client,
    session: Arc<Session>,
}

#[derive(Debug)]
struct Session {
    driver: Driver,
    engine: Engine,
    slow_motion: Duration,
    patience: Duration,
    started: Instant,
    steps: Mutex<Vec<String>>,
}

/// What the end user sees of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The title of the tab.
    pub title: String,
    /// The visible text, a line each.
    pub text: String,
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]\n{}", self.title, self.text)
    }
}

impl Browser {
    /// Starts a driver and, through it, a browser.
    ///
    /// # Errors
    ///
    /// When either is missing or does not start; the message says what to do.
    pub async fn start(settings: &Settings, installed: &Installed) -> Result<Self> {
        let driver = Driver::start(settings, installed).await?;
        let capabilities = installed
            .engine
            .capabilities(settings, installed.binary.as_deref());
        let mut builder = ClientBuilder::new(HttpConnector::new());
        if let serde_json::Value::Object(capabilities) = capabilities {
            builder.capabilities(capabilities);
        }
        let client = timeout(START_LIMIT, builder.connect(driver.url().as_str()))
            .await
            .map_err(|_| anyhow!("it did not start within {START_LIMIT:?}"))
            .and_then(|session| session.map_err(anyhow::Error::from))
            .with_context(|| {
                format!(
                    "{} gave no session in {}; driver and Chromium must have the same major \
                     version ({})",
                    driver.url(),
                    installed.engine,
                    driver::versions(settings, installed),
                )
            })?;
        let session = Session {
            driver,
            engine: installed.engine,
            slow_motion: settings.slow_motion,
            patience: settings.patience,
            started: Instant::now(),
            steps: Mutex::default(),
        };
        Ok(Self {
            client,
            session: Arc::new(session),
        })
    }

    /// Which browser it is.
    pub fn engine(&self) -> Engine {
        self.session.engine
    }

    /// The process group of driver and browser, see [`Driver::process_group`].
    pub fn process_group(&self) -> Option<u32> {
        self.session.driver.process_group()
    }

    /// Ends the session and closes the browser. The driver ends with the last clone.
    pub async fn close(self) {
        // The browser that cannot be closed any more is killed with its process group.
        let _ = timeout(CLOSE_LIMIT, self.client.close()).await;
    }

    /// Types an address.
    ///
    /// A server that does not answer is no error here: the browser shows a page of its own.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn visit(&self, url: &str) -> Result<()> {
        self.step(format_args!("visit {url}")).await;
        match self.client.goto(url).await {
            // Firefox says so where Chromium silently shows its error page.
            Err(CmdError::Standard(error)) if error.message.contains("about:neterror") => Ok(()),
            other => other.with_context(|| format!("cannot visit {url}")),
        }
    }

    /// Clicks an element.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn click(&self, selector: &str) -> Result<()> {
        self.step(format_args!("click {selector}")).await;
        self.until(selector, async || {
            self.find(selector).await?.click().await.map(Some)
        })
        .await
    }

    /// Replaces the content of a field.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        self.step(format_args!("fill {selector} with {text:?}"))
            .await;
        self.until(selector, async || {
            let field = self.find(selector).await?;
            field.clear().await?;
            field.send_keys(text).await.map(Some)
        })
        .await
    }

    /// Presses keys where the focus is. [`fantoccini::key::Key`] names those without a letter.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn press(&self, keys: &str) -> Result<()> {
        self.step(format_args!("press {keys:?}")).await;
        self.until("an element with the focus", async || {
            self.client
                .active_element()
                .await?
                .send_keys(keys)
                .await
                .map(Some)
        })
        .await
    }

    /// Waits for an element and returns its visible text.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn text(&self, selector: &str) -> Result<String> {
        self.until(selector, async || {
            self.find(selector).await?.text().await.map(Some)
        })
        .await
    }

    /// Waits for an element.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn see(&self, selector: &str) -> Result<()> {
        self.step(format_args!("see {selector}")).await;
        self.until(selector, async || {
            self.find(selector).await.map(|_| Some(()))
        })
        .await
    }

    /// The visible text of every element that matches, of none when there is none: this does not
    /// wait, so wait for the page before.
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

    /// Waits until the address fulfils a condition, and returns it.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn url_where(&self, what: &str, suits: impl Fn(&Url) -> bool) -> Result<Url> {
        self.until(what, async || {
            Ok(Some(self.client.current_url().await?).filter(|url| suits(url)))
        })
        .await
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
        Ok(View {
            title: self.client.title().await?,
            text,
        })
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

    /// Opens a tab and switches to it. It shares the cookies of the others.
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

    /// The tab that the steps happen in.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn tab(&self) -> Result<WindowHandle> {
        Ok(self.client.window().await?)
    }

    /// Switches to another tab.
    ///
    /// # Errors
    ///
    /// When it is closed.
    pub async fn switch_to(&self, tab: &WindowHandle) -> Result<()> {
        self.step("switch tabs").await;
        Ok(self.client.switch_to_window(tab.clone()).await?)
    }

    /// The cookies that the page's host may read, `HttpOnly` ones included.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn cookies(&self) -> Result<Vec<Cookie<'static>>> {
        Ok(self.client.get_all_cookies().await?)
    }

    /// Puts a cookie into the browser; its domain must be that of the page.
    ///
    /// # Errors
    ///
    /// When the browser refuses it.
    pub async fn set_cookie(&self, cookie: Cookie<'static>) -> Result<()> {
        self.step(format_args!("set cookie {}", cookie.name()))
            .await;
        Ok(self.client.add_cookie(cookie).await?)
    }

    /// A picture of what is visible, as PNG.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn screenshot(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// The page's HTML as the browser holds it now.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn source(&self) -> Result<String> {
        Ok(self.client.source().await?)
    }

    /// What the page and the browser wrote to the console since the last call.
    ///
    /// # Errors
    ///
    /// When the browser is gone. One whose console cannot be read has no lines.
    pub async fn console(&self) -> Result<Vec<String>> {
        console::read(&self.client, self.session.engine).await
    }

    /// The steps so far, each with the milliseconds since the start.
    pub fn steps(&self) -> Vec<String> {
        self.session
            .steps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn step(&self, what: impl fmt::Display) {
        let at = self.session.started.elapsed().as_millis();
        self.session
            .steps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(format!("{at:>6} ms  {what}"));
        if !self.session.slow_motion.is_zero() {
            sleep(self.session.slow_motion).await;
        }
    }

    async fn find(&self, selector: &str) -> Result<Element, CmdError> {
        self.client.find(Locator::Css(selector)).await
    }

    /// Tries until there is a value, no error of a page that is still changing, or no patience.
    async fn until<T>(
        &self,
        what: &str,
        attempt: impl AsyncFn() -> Result<Option<T>, CmdError>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            let last = match attempt().await {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => None,
                Err(error) if is_passing(&error) => Some(error),
                Err(error) => return Err(error).with_context(|| format!("waited for {what}")),
            };
            if start.elapsed() > self.session.patience {
                let reason = last.map(|error| format!(": {error}")).unwrap_or_default();
                return Err(anyhow!(
                    "waited {:?} for {what} on {}{reason}",
                    self.session.patience,
                    self.place().await
                ));
            }
            sleep(INTERVAL).await;
        }
    }

    /// Address and title, for an error message.
    async fn place(&self) -> String {
        let url = self.client.current_url().await;
        let title = self.client.title().await;
        format!(
            "{} (titled {:?})",
            url.map_or_else(|error| error.to_string(), String::from),
            title.unwrap_or_default()
        )
    }
}

/// Whether an error may go away by itself, because the page is still loading or changing.
fn is_passing(error: &CmdError) -> bool {
    matches!(
        error,
        CmdError::Standard(error) if matches!(
            error.error,
            ErrorStatus::NoSuchElement
                | ErrorStatus::StaleElementReference
                | ErrorStatus::ElementNotInteractable
                | ErrorStatus::ElementClickIntercepted
        )
    )
}
