//! One browser session, and what an end user can do in it.
//!
//! Each step waits for its element, checking every 20 ms for at most [`Settings::patience`]. After
//! that it fails with an error that names the element and the page. Nothing else waits.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::timeout;

use crate::driver::{self, Driver};
use crate::engine::{Engine, Installed};
use crate::settings::Settings;

/// How long a browser may take to start; Firefox on a busy machine is the slowest.
const MAX_START_TIME: Duration = Duration::from_secs(60);

/// How long a browser may take to close before its processes are killed.
const MAX_CLOSE_TIME: Duration = Duration::from_secs(5);

/// A browser with a new profile: no cookies, and nothing cached.
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
    /// Starts a driver and a browser.
    ///
    /// # Errors
    ///
    /// When either is missing or does not start; the message suggests what to do.
    pub async fn start(settings: &Settings, installed: &Installed) -> Result<Self> {
        let driver = Driver::start(settings, installed).await?;
        let capabilities = installed.engine.capabilities(
            installed.binary.as_deref(),
            settings.headed,
            settings.no_sandbox,
        );
        let mut builder = ClientBuilder::new(HttpConnector::new());
        if let serde_json::Value::Object(capabilities) = capabilities {
            builder.capabilities(capabilities);
        }
        let client = timeout(MAX_START_TIME, builder.connect(driver.url().as_str()))
            .await
            .map_err(|_| anyhow!("it did not start within {MAX_START_TIME:?}"))
            .and_then(|session| session.map_err(anyhow::Error::from))
            .with_context(|| {
                format!(
                    "{} could not start a session in {}; driver and Chromium must have the same \
                     major version ({})",
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

    /// The kind of browser.
    pub fn engine(&self) -> Engine {
        self.session.engine
    }

    /// The process group of driver and browser, see [`Driver::process_group`].
    pub fn process_group(&self) -> Option<u32> {
        self.session.driver.process_group()
    }

    /// Ends the session and closes the browser. The driver ends with the last clone.
    pub async fn close(self) {
        // A browser that does not close is killed with its process group.
        let _ = timeout(MAX_CLOSE_TIME, self.client.close()).await;
    }
}
