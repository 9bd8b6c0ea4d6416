//! The authorization response: what the browser brings back from the provider.

use url::form_urlencoded;

use super::discovery::Metadata;
use super::error_code::{self, ErrorCode};
use super::pending_login::StateError;

/// The longest query that is read at all.
const MAX_QUERY: usize = 16 * 1024;

/// The longest code that is sent on. Real ones have less than 2 kB.
const MAX_CODE: usize = 4 * 1024;

/// The parameters that matter
/// ([RFC 6749, sections 4.1.2 and 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2);
/// [RFC 9207, section 2](https://www.rfc-editor.org/rfc/rfc9207#section-2)).
///
/// Others are ignored, `id_token` and `access_token` among them: in this flow tokens come from
/// the token endpoint alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AuthorizationResponse {
    pub(crate) code: Option<String>,
    pub(crate) state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Why a response does not lead to a login.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    #[error("the query has {length} bytes")]
    TooLong { length: usize },
    #[error("the parameter {0} stands there twice")]
    Repeated(&'static str),
    #[error(transparent)]
    State(#[from] StateError),
    #[error("no state")]
    NoState,
    #[error("iss is {found:?}, expected {expected:?}")]
    Issuer { found: Option<String>, expected: String },
    #[error("an answer to {expected} at the redirect URI of {found}")]
    OtherProvider { found: String, expected: String },
    #[error("the provider reports {error:?}: {description:?}")]
    Refused {
        code: &'static ErrorCode,
        /// As sent, for the log alone.
        error: String,
        /// As sent, for the log alone.
        description: String,
    },
    #[error("no code")]
    NoCode,
    #[error("the code has {length} bytes")]
    CodeTooLong { length: usize },
}

impl AuthorizationResponse {
    /// Reads a query.
    ///
    /// # Errors
    ///
    /// When it is too long, or repeats a parameter
    /// ([RFC 6749, section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)): which of
    /// the two values counts must not depend on who reads them.
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

    /// What to say about a response that belongs to no login of this browser: the provider's
    /// refusal, or that there is no code, tell the user more than the state does.
    pub(crate) fn without_login(&self, state: CallbackError) -> CallbackError {
        match self.check_refusal().and_then(|()| self.check_code()) {
            Err(error) => error,
            Ok(_) => state,
        }
    }

    /// The response comes from the provider that was asked, not from another one that the same
    /// browser was lured to
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

    /// It is no refusal. An error counts even beside a code, and even when it is empty.
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

    /// It has a code that is worth sending on.
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
