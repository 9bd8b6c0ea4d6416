//! Calls to other services: limited in time and size, without redirects, JSON only.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode};
use serde::de::{DeserializeOwned, Error as _};

/// The maximum size of a response body. The largest legitimate ones, a key set with certificates
/// or a user with thousands of groups, are far smaller.
const MAX_BODY: usize = 512 * 1024;

/// Why a call to the provider or the policy service failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The response was not complete within the time limit.
    #[error("the response did not arrive in time")]
    Timeout,
    /// The connection failed or broke.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// The response is larger than the app accepts.
    #[error("the response must not be larger than {MAX_BODY} bytes")]
    TooLarge,
    /// The status is not the expected success; redirects count as failures.
    #[error("the status must be {}, got {found}", expected.as_u16())]
    Status { found: StatusCode, expected: StatusCode },
    /// The body is not the JSON that the specification requires.
    #[error("the response must be the expected JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A response.
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Whether the status describes a temporary condition, not a fault of the request
    /// ([RFC 9110, section 15.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.6);
    /// [RFC 6585, section 4](https://www.rfc-editor.org/rfc/rfc6585#section-4)).
    pub(crate) fn is_transient_failure(&self) -> bool {
        self.status.is_server_error()
            || matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
    }

    /// How long to wait before the next request, if the response says so: in seconds, or until a
    /// date ([RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let instant = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        instant.duration_since(now).try_into().ok()
    }

    /// The body of a response whose status must be 200: the body of an error or a redirect is not
    /// the requested document, whatever it contains.
    pub(crate) fn document<T: DeserializeOwned>(&self) -> Result<T, FetchError> {
        self.document_with(StatusCode::OK)
    }

    /// The body of a response whose status must be 201.
    pub(crate) fn created<T: DeserializeOwned>(&self) -> Result<T, FetchError> {
        self.document_with(StatusCode::CREATED)
    }

    fn document_with<T: DeserializeOwned>(&self, expected: StatusCode) -> Result<T, FetchError> {
        if self.status != expected {
            return Err(FetchError::Status { found: self.status, expected });
        }
        Ok(self.object()?)
    }

    /// The body, which must be an object: serde alone would also fill a struct from an array,
    /// element by element.
    pub(crate) fn object<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        if !self.body.trim_ascii_start().starts_with(b"{") {
            return Err(serde_json::Error::custom("must be an object"));
        }
        serde_json::from_slice(&self.body)
    }
}

/// Sends `request` and reads the response; `timeout` covers both.
pub(crate) async fn fetch(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<Answer, FetchError> {
    let mut response = request.timeout(timeout).send().await?;
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    // In chunks: the limit must hold even if `Content-Length` is wrong or missing.
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        // Without the URL, which may contain secrets that must not be logged.
        let error = error.without_url();
        let causes = std::iter::successors(std::error::Error::source(&error), |e| e.source());
        let text = causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
        Self::Connection(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_retry_after(text: &str, expected: Option<u64>) {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        let answer = Answer { status: StatusCode::OK, headers, body: Vec::new() };
        // 1994-11-06T08:49:37Z.
        let now = Timestamp::from_second(784_111_777).unwrap();
        assert_eq!(answer.retry_after(now), expected.map(Duration::from_secs), "{text}");
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        assert_retry_after("120", Some(120));
        assert_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        for nothing in ["", "-1", "soon", "Sun, 06 Nov 1994 08:49:36 GMT"] {
            assert_retry_after(nothing, None);
        }
    }
}
