//! The token endpoint's requests, responses and errors
//! ([OpenID Connect Core 1.0, section 3.1.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenEndpoint)).

use serde::Serialize;

use super::parameters::{Parameters, Repeated};
use super::scope::Scope;

/// A token request, by `grant_type`.
#[derive(Debug)]
pub(crate) enum TokenRequest {
    /// `authorization_code` (RFC 6749, section 4.1.3).
    AuthorizationCode { code: String, redirect_uri: Option<String>, code_verifier: Option<String> },
    /// `refresh_token` (RFC 6749, section 6).
    RefreshToken { refresh_token: String, scope: Option<Scope> },
}

impl TokenRequest {
    /// The grant types, for the metadata.
    pub(crate) const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];

    /// Reads the form.
    ///
    /// # Errors
    ///
    /// When a parameter is missing or repeated, or the grant type is not supported.
    pub(crate) fn parse(form: &Parameters) -> Result<Self, TokenError> {
        let required = |name: &str| {
            form.owned(name)?.ok_or_else(|| {
                TokenError::new(ErrorCode::InvalidRequest, format!("{name} is missing"))
            })
        };
        match required("grant_type")?.as_str() {
            "authorization_code" => Ok(Self::AuthorizationCode {
                code: required("code")?,
                redirect_uri: form.owned("redirect_uri")?,
                code_verifier: form.owned("code_verifier")?,
            }),
            "refresh_token" => Ok(Self::RefreshToken {
                refresh_token: required("refresh_token")?,
                scope: form.get("scope")?.map(Scope::parse).filter(|scope| !scope.is_empty()),
            }),
            other => Err(TokenError::new(
                ErrorCode::UnsupportedGrantType,
                format!(
                    "grant_type must be one of {}, not `{other}`",
                    Self::GRANT_TYPES.join(", ")
                ),
            )),
        }
    }
}

/// A successful response (RFC 6749, section 5.1; Core, section 3.1.3.3).
#[derive(Debug, Serialize)]
pub(crate) struct TokenResponse {
    pub(crate) access_token: String,
    pub(crate) token_type: &'static str,
    /// Seconds.
    pub(crate) expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    /// The granted scope, which may be less than the requested one.
    pub(crate) scope: String,
    /// Absent only after a refresh that dropped the scope `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_token: Option<String>,
}

/// An error response (RFC 6749, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenError {
    pub(crate) code: ErrorCode,
    /// Which check failed, with the expected and the actual value.
    pub(crate) description: String,
}

impl TokenError {
    pub(crate) fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        Self { code, description: description.into() }
    }
}

impl From<Repeated> for TokenError {
    fn from(repeated: Repeated) -> Self {
        Self::new(ErrorCode::InvalidRequest, repeated.to_string())
    }
}

/// The error codes of RFC 6749, section 5.2, that this provider uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnsupportedGrantType,
}

impl ErrorCode {
    /// The code on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }
}
