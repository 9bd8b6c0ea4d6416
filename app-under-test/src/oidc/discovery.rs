//! The provider's metadata and its validation.

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use url::Url;

use crate::config::{Endpoints, ProviderSettings};

/// The validated metadata.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    /// The issuer exactly as the provider writes it, which tokens and responses must match.
    pub(crate) issuer: String,
    pub(crate) endpoints: Endpoints,
    /// The algorithms accepted for ID tokens: those that are configured and advertised.
    pub(crate) signing_algorithms: Vec<Algorithm>,
    /// Whether every authorization response contains `iss`
    /// ([RFC 9207, section 3](https://www.rfc-editor.org/rfc/rfc9207#section-3)).
    pub(crate) response_iss: bool,
    /// The endpoint for dynamic registration.
    pub(crate) registration_endpoint: Option<Url>,
    /// The client authentication methods; empty when the provider does not list any.
    pub(crate) client_authentication: Vec<String>,
}

/// The metadata as received
/// ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
///
/// Members that the app does not use may have any type; `null` means absent.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    issuer: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    jwks_uri: Option<String>,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    registration_endpoint: Option<String>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// Why metadata is rejected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MetadataError {
    #[error("the metadata must contain `{0}`")]
    Missing(&'static str),
    #[error(
        "the metadata's `issuer` must be OIDC_AUTHORITY, which is {authority:?}, got {found:?}: if \
         that is the right issuer, set OIDC_AUTHORITY to exactly this value"
    )]
    Issuer { found: String, authority: String },
    #[error("the metadata's `{member}` {rule}, got {value:?}")]
    Endpoint { member: &'static str, value: String, rule: &'static str },
    #[error(
        "the provider must support an algorithm in OIDC_SIGNING_ALGS for ID tokens, got {advertised:?}"
    )]
    Algorithms { advertised: Vec<String> },
}

/// The URL of the metadata of `authority`
/// ([OpenID Connect Discovery 1.0, section 4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationRequest)).
pub(super) fn document_url(authority: &str) -> String {
    format!("{}/.well-known/openid-configuration", authority.trim_end_matches('/'))
}

impl Metadata {
    /// The metadata of a provider without discovery.
    pub(super) fn configured(settings: &ProviderSettings, endpoints: &Endpoints) -> Self {
        Self {
            issuer: settings.authority.clone(),
            endpoints: endpoints.clone(),
            signing_algorithms: settings.signing_algorithms.clone(),
            response_iss: false,
            registration_endpoint: None,
            client_authentication: Vec::new(),
        }
    }

    /// Validates a document from the configured authority.
    pub(super) fn discovered(
        settings: &ProviderSettings,
        document: Document,
    ) -> Result<Self, MetadataError> {
        let issuer = checked_issuer(document.issuer, &settings.authority)?;
        let endpoint = |member, value| checked_endpoint(member, value, &issuer);
        let required = |member, value: Option<String>| match endpoint(member, value)? {
            Some(url) => Ok(url),
            None => Err(MetadataError::Missing(member)),
        };
        let endpoints = Endpoints {
            authorization_endpoint: required(
                "authorization_endpoint",
                document.authorization_endpoint,
            )?,
            token_endpoint: required("token_endpoint", document.token_endpoint)?,
            jwks_uri: required("jwks_uri", document.jwks_uri)?,
            userinfo_endpoint: endpoint("userinfo_endpoint", document.userinfo_endpoint)?,
            end_session_endpoint: endpoint("end_session_endpoint", document.end_session_endpoint)?,
        };
        Ok(Self {
            endpoints,
            signing_algorithms: checked_algorithms(
                &settings.signing_algorithms,
                document.id_token_signing_alg_values_supported,
            )?,
            registration_endpoint: endpoint(
                "registration_endpoint",
                document.registration_endpoint,
            )?,
            response_iss: document.authorization_response_iss_parameter_supported.unwrap_or(false),
            client_authentication: document
                .token_endpoint_auth_methods_supported
                .unwrap_or_default(),
            issuer,
        })
    }
}

/// Checks that the document belongs to the requested issuer
/// ([OpenID Connect Discovery 1.0, section 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
///
/// Trailing slashes of the authority are tolerated, because they result from copying an address,
/// and are not part of the document's URL. A slash that only the provider writes is not tolerated:
/// it is part of the issuer. All later comparisons use the provider's spelling.
fn checked_issuer(issuer: Option<String>, authority: &str) -> Result<String, MetadataError> {
    let issuer = issuer.ok_or(MetadataError::Missing("issuer"))?;
    match authority.strip_prefix(&issuer) {
        Some(rest) if rest.chars().all(|c| c == '/') => Ok(issuer),
        _ => Err(MetadataError::Issuer { found: issuer, authority: authority.to_owned() }),
    }
}

/// Checks an endpoint: it must be a web address without a fragment
/// ([RFC 6749, sections 3.1 and 3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)),
/// and use https if the issuer does.
fn checked_endpoint(
    member: &'static str,
    value: Option<String>,
    issuer: &str,
) -> Result<Option<Url>, MetadataError> {
    let Some(value) = value else { return Ok(None) };
    let refused = |rule| Err(MetadataError::Endpoint { member, value: value.clone(), rule });
    let Ok(url) = Url::parse(&value) else {
        return refused("must be an absolute URL");
    };
    match url.scheme() {
        "https" => {}
        "http" if issuer.starts_with("http://") => {}
        "http" => return refused("must use https, as the issuer does"),
        _ => return refused("must use https or http"),
    }
    if url.fragment().is_some() {
        return refused("must not have a fragment");
    }
    Ok(Some(url))
}

/// The algorithms that are both configured and advertised. Metadata can narrow the configuration
/// but not widen it, so a manipulated document cannot enable `none` or HS256
/// ([RFC 8725, section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
fn checked_algorithms(
    configured: &[Algorithm],
    advertised: Option<Vec<String>>,
) -> Result<Vec<Algorithm>, MetadataError> {
    let Some(advertised) = advertised else {
        return Ok(configured.to_vec());
    };
    let common: Vec<Algorithm> = configured
        .iter()
        .copied()
        .filter(|&algorithm| advertised.iter().any(|name| name.parse() == Ok(algorithm)))
        .collect();
    if common.is_empty() {
        return Err(MetadataError::Algorithms { advertised });
    }
    Ok(common)
}

#[cfg(test)]
mod tests;
