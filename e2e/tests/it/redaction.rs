//! Placeholders for values that differ from run to run, after checking their form.

use anyhow::{Result, ensure};
use browser::Browser;
use e2e::pages::SignInFailed;
use e2e::stack::Stack;

/// A placeholder for 256 bits in base64url: a state, nonce or S256 code challenge.
pub(crate) fn unguessable(value: &str) -> Result<String> {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    ensure!(
        value.len() == 43 && value.bytes().all(base64url),
        "{value} is not 256 bits in base64url"
    );
    Ok("[256 bits]".to_owned())
}

/// The text with `[provider]` and `[app]` for addresses, whose ports differ.
pub(crate) fn origins(stack: &Stack, text: &str) -> String {
    let app = format!("http://{}", stack.app().address());
    text.replace(stack.provider().issuer(), "[provider]").replace(&app, "[app]")
}

/// The page that the end user sees after a failed login, without the identifier of the request.
pub(crate) async fn failure(browser: &Browser) -> Result<String> {
    let request_id = SignInFailed::seen(browser).await?.request_id().await?;
    ensure!(
        request_id.len() == 8 && request_id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "the identifier of a request must be 8 hexadecimal digits, got {request_id}"
    );
    Ok(browser.view().await?.to_string().replace(&request_id, "[request]"))
}
