//! Client metadata, as relying parties register it
//! ([OpenID Connect Dynamic Client Registration 1.0, section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).

/// The error codes of a registration (section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// A redirect URI is invalid.
    InvalidRedirectUri,
    /// Another member is invalid.
    InvalidClientMetadata,
}

impl ErrorCode {
    /// The code on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
        }
    }
}

/// The supported members, by their names in client metadata and in the configuration. All others must
/// be ignored.
pub(crate) const MEMBERS: [(&str, &str); 14] = [
    ("redirect_uris", "redirect_uris"),
    ("response_types", "response_types"),
    ("client_name", "name"),
    ("token_endpoint_auth_method", "token_endpoint_auth_method"),
    ("jwks", "jwks"),
    ("id_token_signed_response_alg", "id_token_signed_response_alg"),
    ("id_token_encrypted_response_alg", "id_token_encrypted_response_alg"),
    ("id_token_encrypted_response_enc", "id_token_encrypted_response_enc"),
    ("userinfo_signed_response_alg", "userinfo_signed_response_alg"),
    // OpenID Connect RP-Initiated Logout 1.0, section 3.1.
    ("post_logout_redirect_uris", "post_logout_redirect_uris"),
    // OpenID Connect Back-Channel Logout 1.0, section 2.2.
    ("backchannel_logout_uri", "backchannel_logout_uri"),
    ("backchannel_logout_session_required", "backchannel_logout_session_required"),
    // OpenID Connect Front-Channel Logout 1.0, section 2.
    ("frontchannel_logout_uri", "frontchannel_logout_uri"),
    ("frontchannel_logout_session_required", "frontchannel_logout_session_required"),
];
