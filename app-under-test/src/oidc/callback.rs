//! The authorization response, which the browser carries from the provider to the app.

use url::form_urlencoded;

use super::discovery::Metadata;
use super::error_code::{self, ErrorCode};
use super::pending_login::StateError;

/// The maximum length of a query.
const MAX_QUERY: usize = 16 * 1024;

/// The maximum length of a code. Real ones are shorter than 2 kB.
const MAX_CODE: usize = 4 * 1024;

/// The parameters that the app uses
/// ([RFC 6749, sections 4.1.2 and 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2);
/// [RFC 9207, section 2](https://www.rfc-editor.org/rfc/rfc9207#section-2)).
///
/// Others are ignored, including `id_token` and `access_token`: in this flow, tokens come from the
/// token endpoint only.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AuthorizationResponse {
    pub(crate) code: Option<String>,
    pub(crate) state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Why an authorization response is rejected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    #[error("the query must have at most {MAX_QUERY} bytes, got {length}")]
    TooLong { length: usize },
    #[error("the parameter `{0}` must not be repeated")]
    Repeated(&'static str),
    #[error(transparent)]
    State(#[from] StateError),
    #[error("`state` is missing")]
    NoState,
    #[error("`iss` must be {expected:?}, got {found:?}")]
    Issuer { found: Option<String>, expected: String },
    #[error("the response must arrive at the redirect URI of {expected}, got that of {found}")]
    OtherProvider { found: String, expected: String },
    #[error("the provider reports {error:?}: {description:?}")]
    Refused {
        code: &'static ErrorCode,
        /// As sent, only for the log.
        error: String,
        /// As sent, only for the log.
        description: String,
    },
    #[error("`code` is missing")]
    NoCode,
    #[error("`code` must have at most {MAX_CODE} bytes, got {length}")]
    CodeTooLong { length: usize },
}

impl AuthorizationResponse {
    /// Parses a query.
    ///
    /// # Errors
    ///
    /// When it is too long, or repeats a parameter
    /// ([RFC 6749, section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)): which
    /// of the values counts must not depend on the parser.
    pub(crate) fn parse(query: &str) -> Result<Self, CallbackError> {
        let length = query.len();
        if length > MAX_QUERY {
            return Err(CallbackError::TooLong { length });
        }
        let mut response = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (name, place) = match &*name {
                "code" => ("code", &mut response.code),
                "state" => ("state", &mut response.state),
                "iss" => ("iss", &mut response.iss),
                "error" => ("error", &mut response.error),
                "error_description" => ("error_description", &mut response.error_description),
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(CallbackError::Repeated(name));
            }
        }
        Ok(response)
    }

    /// The error to report for a response that belongs to no login of this browser: an error from the
    /// provider, or a missing code, is more informative than the state.
    pub(crate) fn without_login(&self, state: CallbackError) -> CallbackError {
        match self.check_refusal().and_then(|()| self.check_code()) {
            Err(error) => error,
            Ok(_) => state,
        }
    }

    /// Checks that the response comes from the provider that received the request, and not from
    /// another one to which an attacker led the browser
    /// ([RFC 9207, section 2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4)).
    pub(crate) fn check_issuer(&self, metadata: &Metadata) -> Result<(), CallbackError> {
        match &self.iss {
            Some(iss) if *iss == metadata.issuer => Ok(()),
            None if !metadata.response_iss => Ok(()),
            found => Err(CallbackError::Issuer {
                found: found.clone(),
                expected: metadata.issuer.clone(),
            }),
        }
    }

    /// Checks that the response is not an error. `error` counts even if it is empty, and even next
    /// to a code.
    pub(crate) fn check_refusal(&self) -> Result<(), CallbackError> {
        match &self.error {
            None => Ok(()),
            Some(error) => Err(CallbackError::Refused {
                code: error_code::authorization(error),
                error: error.chars().take(200).collect(),
                description: self
                    .error_description
                    .iter()
                    .flat_map(|description| description.chars())
                    .take(200)
                    .collect(),
            }),
        }
    }

    /// Checks that the response has a code.
    pub(crate) fn check_code(&self) -> Result<&str, CallbackError> {
        match self.code.as_deref() {
            None | Some("") => Err(CallbackError::NoCode),
            Some(code) if code.len() > MAX_CODE => {
                Err(CallbackError::CodeTooLong { length: code.len() })
            }
            Some(code) => Ok(code),
        }
    }
}
