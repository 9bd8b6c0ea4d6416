//! Reads the console of a browser.

use anyhow::Result;
use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::engine::Engine;

/// The lines written since the last call: reading empties the list in the browser.
pub(crate) async fn read(client: &Client, engine: Engine) -> Result<Vec<String>> {
    if !engine.has_console() {
        return Ok(vec![]);
    }
    let entries = client.issue_cmd(GetLog).await?;
    Ok(entries.as_array().into_iter().flatten().map(line).collect())
}

fn line(entry: &Value) -> String {
    let field = |name| entry[name].as_str().unwrap_or_default();
    format!("{} {}", field("level"), field("message"))
}

/// chromedriver's own command for logs, which WebDriver does not have.
#[derive(Debug)]
struct GetLog;

impl WebDriverCompatibleCommand for GetLog {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
