//! Waits for changes of a page.

use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};

use crate::browser::Browser;
use crate::patience::between_checks;

impl Browser {
    pub(crate) async fn find(&self, selector: &str) -> Result<Element, CmdError> {
        self.client.find(Locator::Css(selector)).await
    }

    /// Repeats an attempt until it returns a value, at most for [`patience`]. Errors that occur while a
    /// page is changing are retried, all others are returned.
    ///
    /// [`patience`]: crate::Settings::patience
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        attempt: impl AsyncFn() -> Result<Option<T>, CmdError>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            let last = match attempt().await {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => None,
                Err(error) if is_transient(&error) => Some(error),
                Err(error) => return Err(error).with_context(|| format!("waited for {what}")),
            };
            if start.elapsed() > self.session.patience {
                let reason = last.map(|error| format!(": {error}")).unwrap_or_default();
                return Err(anyhow!(
                    "waited {:?} for {what} on {}{reason}",
                    self.session.patience,
                    self.location().await
                ));
            }
            between_checks().await;
        }
    }

    /// Address and title, for an error message.
    async fn location(&self) -> String {
        let url = self.client.current_url().await;
        let title = self.client.title().await;
        format!(
            "{} (titled {:?})",
            url.map_or_else(|error| error.to_string(), String::from),
            title.unwrap_or_default()
        )
    }
}

/// Whether an error can disappear when the page has finished loading or changing.
fn is_transient(error: &CmdError) -> bool {
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
