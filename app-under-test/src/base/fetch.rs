//! One call to another service: limited in time and size, never redirected, JSON or nothing.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode};
use serde::de::{DeserializeOwned, Error as _};

/// The largest answer that is read. The longest honest one, a key set with certificates or a
/// user with thousands of groups, stays far below.
const MAX_BODY: usize = 512 * 1024;

/// What went wrong between the app and the provider, or the policy service.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// No answer, or not all of it, within the limit.
    #[error("no answer in time")]
    Timeout,
    /// No connection, or it broke.
    #[error("no connection: {0}")]
    Connection(String),
    /// An answer longer than the app reads.
    #[error("answer longer than {MAX_BODY} bytes")]
    TooLarge,
    /// Another status than the one of a document, redirects included.
    #[error("status {found} instead of {}", expected.as_u16())]
    Status { found: StatusCode, expected: StatusCode },
    /// Not the JSON that the specification promises.
    #[error("not the JSON that was expected: {0}")]
    Json(#[from] serde_json::Error),
}

/// An answer.
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Whether the status speaks of this moment, and not of the request
    /// ([RFC 9110, section 15.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.6);
    /// [RFC 6585, section 4](https://www.rfc-editor.org/rfc/rfc6585#section-4)).
    pub(crate) fn may_be_better_later(&self) -> bool {
        self.status.is_server_error()
            || matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
    }

    /// How long to wait before the next request, if the answer says so: in seconds, or until an
    /// instant ([RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let instant = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        instant.duration_since(now).try_into().ok()
    }

    /// The document of an answer that must be a 200: whatever else may stand in it, a failure
    /// or a redirect is no document.
    pub(crate) fn document<T: DeserializeOwned>(&self) -> Result<T, FetchError> {
        self.document_with(StatusCode::OK)
    }

    /// The document of an answer that must be a 201.
    pub(crate) fn created<T: DeserializeOwned>(&self) -> Result<T, FetchError> {
        self.document_with(StatusCode::CREATED)
    }

    fn document_with<T: DeserializeOwned>(&self, expected: StatusCode) -> Result<T, FetchError> {
        if self.status != expected {
            return Err(FetchError::Status { found: self.status, expected });
        }
        Ok(self.object()?)
    }

    /// The body, which must be an object: serde by itself would also fill a struct from an array,
    /// element by element.
    pub(crate) fn object<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        if !self.body.trim_ascii_start().starts_with(b"{") {
            return Err(serde_json::Error::custom("no object"));
        }
        serde_json::from_slice(&self.body)
    }
}

/// Sends `request` and reads the answer; `timeout` covers all of it.
pub(crate) async fn fetch(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<Answer, FetchError> {
    let mut response = request.timeout(timeout).send().await?;
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    // Piece by piece: a length that the other side claims, or forgets, decides nothing.
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > MAX_BODY {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status, headers, body })
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        // Without the URL: an address may carry what the log should not.
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
    fn pause_is_told_in_seconds_or_by_its_end() {
        assert_retry_after("120", Some(120));
        assert_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        for nothing in ["", "-1", "soon", "Sun, 06 Nov 1994 08:49:36 GMT"] {
            assert_retry_after(nothing, None);
        }
    }
}
