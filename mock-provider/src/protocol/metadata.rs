//! The provider's metadata
//! ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).

use serde::Serialize;
use serde_json::{Map, Value};

/// The discovery document. Its endpoints come from the route table, so everything advertised is
/// served.
#[derive(Debug, Serialize)]
pub(crate) struct ProviderMetadata {
    pub(crate) issuer: String,
    /// `authorization_endpoint`, `token_endpoint` and so on, by member name.
    #[serde(flatten)]
    pub(crate) endpoints: Map<String, Value>,
    pub(crate) scopes_supported: Vec<String>,
    pub(crate) response_types_supported: Vec<&'static str>,
    pub(crate) response_modes_supported: Vec<&'static str>,
    pub(crate) grant_types_supported: Vec<&'static str>,
    pub(crate) subject_types_supported: Vec<&'static str>,
    pub(crate) id_token_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) id_token_encryption_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) id_token_encryption_enc_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) userinfo_signing_alg_values_supported: Vec<&'static str>,
    pub(crate) token_endpoint_auth_methods_supported: Vec<&'static str>,
    pub(crate) claim_types_supported: Vec<&'static str>,
    pub(crate) claims_supported: Vec<String>,
    /// RFC 8414, section 2.
    pub(crate) code_challenge_methods_supported: Vec<&'static str>,
    /// Initiating User Registration via OpenID Connect 1.0 defines the member.
    pub(crate) prompt_values_supported: Vec<&'static str>,
    /// RFC 9207, section 3.
    pub(crate) authorization_response_iss_parameter_supported: bool,
    /// OpenID Connect Back-Channel Logout 1.0, section 2.1.
    pub(crate) backchannel_logout_supported: bool,
    pub(crate) backchannel_logout_session_supported: bool,
    /// OpenID Connect Front-Channel Logout 1.0, section 3.
    pub(crate) frontchannel_logout_supported: bool,
    pub(crate) frontchannel_logout_session_supported: bool,
    pub(crate) claims_parameter_supported: bool,
    pub(crate) request_parameter_supported: bool,
    /// Stated because its default is true.
    pub(crate) request_uri_parameter_supported: bool,
}
