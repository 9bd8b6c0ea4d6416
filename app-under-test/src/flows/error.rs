//! Why logins fail, and how that is explained to the user.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::base::fetch::FetchError;
use crate::oidc::callback::CallbackError;
use crate::oidc::id_token::IdTokenError;
use crate::oidc::provider::ProviderError;
use crate::oidc::registration::RegistrationError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;

/// Why a login failed. The message is only for the log: it may contain hosts and claims.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("the provider in the link must be a configured one")]
    UnknownProvider,
    #[error("callback: {0}")]
    Callback(#[from] CallbackError),
    #[error(transparent)]
    Provider(#[from] Arc<ProviderError>),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("id token: {0}")]
    IdToken(#[from] IdTokenError),
    #[error(transparent)]
    Userinfo(#[from] UserinfoError),
}

/// The explanation for the user, which contains only the app's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// 400 when trying again may help, 403 when access was denied, 502 and 504 for failures of the
    /// provider.
    pub(crate) status: StatusCode,
    /// A code for bug reports and searches.
    pub(crate) code: &'static str,
    /// A sentence for the user.
    pub(crate) sentence: &'static str,
}

impl LoginError {
    /// The explanation for the user.
    pub(crate) fn explanation(&self) -> Explanation {
        match self {
            Self::UnknownProvider => Explanation {
                status: StatusCode::BAD_REQUEST,
                code: "unknown_provider",
                sentence: "The link names a sign-in service that this application does not know.",
            },
            Self::Callback(error) => explain_callback(error),
            Self::Provider(error) => match &**error {
                ProviderError::Discovery(error) | ProviderError::Keys(error) => {
                    explain_fetch(error)
                }
                ProviderError::Registration(RegistrationError::Fetch(error)) => {
                    explain_fetch(error)
                }
                ProviderError::Registration(RegistrationError::NoSecret) => provider_fault(
                    "registration",
                    "The sign-in service did not complete the registration of this application.",
                ),
                ProviderError::Metadata(_) => provider_fault(
                    "provider_metadata",
                    "The sign-in service's metadata cannot be trusted.",
                ),
            },
            Self::Token(error) => match error {
                TokenError::Fetch(error) => explain_fetch(error),
                TokenError::Refused { code, .. } => {
                    Explanation { status: code.status, code: code.name, sentence: code.sentence }
                }
                TokenError::Missing(_) | TokenError::TokenType(_) => provider_fault(
                    "token_response",
                    "The sign-in service's response was incomplete.",
                ),
            },
            Self::IdToken(error) => provider_fault(
                error.code(),
                "The sign-in service's response did not pass a security check.",
            ),
            Self::Userinfo(error) => match error {
                UserinfoError::Fetch(error) => explain_fetch(error),
                UserinfoError::Subject { .. } => provider_fault(
                    "userinfo_subject",
                    "The sign-in service sent the data of a different user.",
                ),
            },
        }
    }
}

fn explain_callback(error: &CallbackError) -> Explanation {
    let user_fault =
        |code, sentence| Explanation { status: StatusCode::BAD_REQUEST, code, sentence };
    match error {
        CallbackError::TooLong { .. }
        | CallbackError::Repeated(_)
        | CallbackError::CodeTooLong { .. } => {
            user_fault("invalid_response", "The sign-in service's response was malformed.")
        }
        CallbackError::State(_) | CallbackError::NoState => user_fault(
            "invalid_state",
            "This sign-in was not started in this browser, took too long, or was already \
             completed.",
        ),
        CallbackError::Issuer { .. } | CallbackError::OtherProvider { .. } => user_fault(
            "issuer_mismatch",
            "The response came from a different sign-in service than expected.",
        ),
        CallbackError::Refused { code, .. } => {
            Explanation { status: code.status, code: code.name, sentence: code.sentence }
        }
        CallbackError::NoCode => user_fault("missing_code", "No authorization code was received."),
    }
}

fn explain_fetch(error: &FetchError) -> Explanation {
    match error {
        FetchError::Timeout => Explanation {
            status: StatusCode::GATEWAY_TIMEOUT,
            code: "provider_timeout",
            sentence: "The sign-in service did not respond in time.",
        },
        FetchError::Connection(_) => provider_fault(
            "provider_unreachable",
            "The sign-in service cannot be reached at the moment.",
        ),
        FetchError::TooLarge | FetchError::Status { .. } | FetchError::Json(_) => provider_fault(
            "provider_answer",
            "This application cannot interpret the sign-in service's response.",
        ),
    }
}

fn provider_fault(code: &'static str, sentence: &'static str) -> Explanation {
    Explanation { status: StatusCode::BAD_GATEWAY, code, sentence }
}
