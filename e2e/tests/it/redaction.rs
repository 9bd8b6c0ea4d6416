//! Words in place of what differs from run to run, if that looks as it should.

use anyhow::{Result, ensure};
use browser::Browser;
use e2e::pages::SignInFailed;
use e2e::stack::Stack;

/// 256 bits in base64url, as state, nonce and an S256 code challenge have.
pub(crate) fn unguessable(value: &str) -> Result<String> {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    ensure!(
        value.len() == 43 && value.bytes().all(base64url),
        "{value} is not 256 bits in base64url"
    );
    Ok("[256 bits]".to_owned())
}

/// The text with `[provider]` and `[app]` in place of addresses, whose ports differ.
pub(crate) fn origins(stack: &Stack, text: &str) -> String {
    let app = format!("http://{}", stack.app().address());
    text.replace(stack.provider().issuer(), "[provider]").replace(&app, "[app]")
}

/// What the end user sees of a login that failed, without the request's identifier.
pub(crate) async fn failure(browser: &Browser) -> Result<String> {
    let request_id = SignInFailed::seen(browser).await?.request_id().await?;
    ensure!(
        request_id.len() == 8 && request_id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{request_id} is no request's identifier"
    );
    Ok(browser.view().await?.to_string().replace(&request_id, "[request]"))
}
