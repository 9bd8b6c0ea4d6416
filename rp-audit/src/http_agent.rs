//! A user agent that is not a browser: fast, and sufficient for every relying party that needs no
//! script.

use std::time::Duration;

use anyhow::{Context, Result};
use http_browser::{Button, Form, HttpBrowser, Page};
use reqwest::Client;
use url::Url;

use crate::user_agent::{UserAgent, UserAgents};

/// Creates user agents that share only their connections.
#[derive(Clone, Debug)]
pub struct HttpAgents {
    client: Client,
}

impl HttpAgents {
    /// User agents that wait at most `timeout` for a response.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be created.
    pub fn new(timeout: Duration) -> Result<Self> {
        let client = http_browser::client()
            .timeout(timeout)
            // The audit does not test which certificate authorities the user trusts.
            .tls_danger_accept_invalid_certs(true)
            .build()
            .context("cannot create an HTTP client")?;
        Ok(Self { client })
    }
}

impl UserAgents for HttpAgents {
    type Agent = HttpBrowser;

    async fn fresh(&self) -> Result<HttpBrowser> {
        Ok(HttpBrowser::new(self.client.clone()))
    }
}

impl UserAgent for HttpBrowser {
    async fn open(&mut self, url: &Url) -> Result<Page> {
        Ok(Self::open(self, url).await)
    }

    async fn submit(&mut self, form: &Form, button: Option<&Button>) -> Result<Page> {
        Ok(Self::submit(self, form, button).await)
    }

    fn tab(&self) -> Option<Self> {
        Some(Self::tab(self))
    }

    fn copy(&self) -> Option<Self> {
        Some(Self::copy(self))
    }

    fn forget(&mut self, url: &Url) -> bool {
        Self::forget(self, url);
        true
    }

    fn ran_script(&self) -> bool {
        false
    }
}
