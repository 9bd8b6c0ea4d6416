//! Every way in which a login fails, and what the user is told about it.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::base::fetch::FetchError;
use crate::oidc::callback::CallbackError;
use crate::oidc::id_token::IdTokenError;
use crate::oidc::provider::ProviderError;
use crate::oidc::registration::RegistrationError;
use crate::oidc::token::TokenError;
use crate::oidc::userinfo::UserinfoError;

/// Why a login failed. Its text is for the log: it may name hosts and claims.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("the link names no provider of the app's")]
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

/// What the user is told: nothing but the app's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// 400 when trying again may help, 403 for a refusal, 502 and 504 for the provider's faults.
    pub(crate) status: StatusCode,
    /// A word to report and to search for.
    pub(crate) code: &'static str,
    /// A plain sentence.
    pub(crate) sentence: &'static str,
}

impl LoginError {
    /// What the user is told.
    pub(crate) fn explanation(&self) -> Explanation {
        match self {
            Self::UnknownProvider => Explanation {
                status: StatusCode::BAD_REQUEST,
                code: "unknown_provider",
                sentence: "This application does not know the sign-in service of that link.",
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
                    "The sign-in service did not register this application in full.",
                ),
                ProviderError::Metadata(_) => provider_fault(
                    "provider_metadata",
                    "The sign-in service describes itself in a way that cannot be trusted.",
                ),
            },
            Self::Token(error) => match error {
                TokenError::Fetch(error) => explain_fetch(error),
                TokenError::Refused { code, .. } => {
                    Explanation { status: code.status, code: code.name, sentence: code.sentence }
                }
                TokenError::Missing(_) | TokenError::TokenType(_) => provider_fault(
                    "token_response",
                    "The sign-in service's answer was not complete.",
                ),
            },
            Self::IdToken(error) => provider_fault(
                error.code(),
                "The sign-in service's answer did not pass a security check.",
            ),
            Self::Userinfo(error) => match error {
                UserinfoError::Fetch(error) => explain_fetch(error),
                UserinfoError::Subject { .. } => provider_fault(
                    "userinfo_subject",
                    "The sign-in service told this application about somebody else.",
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
            user_fault("invalid_response", "The sign-in service's answer was not in order.")
        }
        CallbackError::State(_) | CallbackError::NoState => user_fault(
            "invalid_state",
            "This sign-in was not started in this browser, took too long, or was already \
             completed.",
        ),
        CallbackError::Issuer { .. } | CallbackError::OtherProvider { .. } => user_fault(
            "issuer_mismatch",
            "The answer came from another sign-in service than the one that was asked.",
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
            sentence: "The sign-in service did not answer in time.",
        },
        FetchError::Connection(_) => provider_fault(
            "provider_unreachable",
            "The sign-in service cannot be reached at the moment.",
        ),
        FetchError::TooLarge | FetchError::Status { .. } | FetchError::Json(_) => provider_fault(
            "provider_answer",
            "The sign-in service gave an answer that this application does not understand.",
        ),
    }
}

fn provider_fault(code: &'static str, sentence: &'static str) -> Explanation {
    Explanation { status: StatusCode::BAD_GATEWAY, code, sentence }
}
