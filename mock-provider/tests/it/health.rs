//! `GET /health`.

use serde_json::json;

use crate::support::{Browser, start, url};

#[tokio::test]
async fn a_running_provider_reports_its_issuer() {
    let provider = start().await;
    let answer = Browser::new().get(&url(&provider, "/health")).await;
    assert_eq!(answer.expect(200).json(), json!({"status": "ok", "issuer": provider.issuer()}));
    assert_eq!(answer.header("cache-control"), "no-store");
}
