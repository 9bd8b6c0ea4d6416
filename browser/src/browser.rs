//! One browser session, and what an end user can do in it.
//!
//! Every step waits for its element to be there, looking every 20 ms for at most
//! [`Settings::patience`]; a step that waited in vain says for what, and on which page. Nothing
//! else waits.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::timeout;

use crate::driver::{self, Driver};
use crate::engine::{Engine, Installed};
use crate::settings::Settings;

/// How long a browser may take to start; Firefox on a busy machine needs most.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a browser may take to close before its processes are killed.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// A browser with a profile of its own: nobody is signed in anywhere, nothing is cached.
///
/// Clones are handles to the same session.
#[derive(Clone, Debug)]
pub struct Browser {
    pub(crate) client: Client,
    pub(crate) session: Arc<Session>,
}

#[derive(Debug)]
pub(crate) struct Session {
    driver: Driver,
    pub(crate) engine: Engine,
    pub(crate) slow_motion: Duration,
    pub(crate) patience: Duration,
    pub(crate) started: Instant,
    pub(crate) steps: Mutex<Vec<String>>,
}

impl Browser {
    /// Starts a driver and, through it, a browser.
    ///
    /// # Errors
    ///
    /// When either is missing or does not start; the message says what to do.
    pub async fn start(settings: &Settings, installed: &Installed) -> Result<Self> {
        let driver = Driver::start(settings, installed).await?;
        let capabilities = installed.engine.capabilities(settings, installed.binary.as_deref());
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
        Ok(Self { client, session: Arc::new(session) })
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
}
