//! The provider's metadata, and whether it can be believed.

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use url::Url;

use crate::config::{Endpoints, ProviderSettings};

/// What the app knows about the provider, checked.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    /// The issuer as the provider writes it: what tokens and responses must carry, exactly.
    pub(crate) issuer: String,
    pub(crate) endpoints: Endpoints,
    /// The algorithms that an ID token may be signed with: those that the app is configured
    /// for and the provider advertises.
    pub(crate) signing_algorithms: Vec<Algorithm>,
    /// Whether every authorization response names its issuer
    /// ([RFC 9207, section 3](https://www.rfc-editor.org/rfc/rfc9207#section-3)).
    pub(crate) response_iss: bool,
    /// Where clients register themselves.
    pub(crate) registration_endpoint: Option<Url>,
    /// How clients may authenticate; empty when the provider does not say.
    pub(crate) client_authentication: Vec<String>,
}

/// The metadata as it arrives
/// ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
///
/// Members that the app does not use may be anything; `null` is as good as absent.
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

/// Why metadata is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MetadataError {
    #[error("the metadata has no {0}")]
    Missing(&'static str),
    #[error(
        "the metadata's issuer is {found:?}, OIDC_AUTHORITY is {authority:?}: set it to the \
         issuer if that is the right one, letter by letter"
    )]
    Issuer { found: String, authority: String },
    #[error("the metadata's {member} is {value:?}: {reason}")]
    Endpoint { member: &'static str, value: String, reason: &'static str },
    #[error(
        "the provider signs ID tokens with {advertised:?}, none of which OIDC_SIGNING_ALGS names"
    )]
    Algorithms { advertised: Vec<String> },
}

/// Where the metadata of `authority` is
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

    /// Checks a document that was found below the configured authority.
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

/// The document must be about the issuer that was asked for
/// ([OpenID Connect Discovery 1.0, section 4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation)).
///
/// Slashes at the end of the authority are forgiven, as they come of copying an address, and are
/// left out where the document is looked for. A slash that only the provider writes is not: it is
/// part of the issuer's name. Everything later is compared with the provider's spelling, exactly.
fn checked_issuer(issuer: Option<String>, authority: &str) -> Result<String, MetadataError> {
    let issuer = issuer.ok_or(MetadataError::Missing("issuer"))?;
    match authority.strip_prefix(&issuer) {
        Some(rest) if rest.chars().all(|c| c == '/') => Ok(issuer),
        _ => Err(MetadataError::Issuer { found: issuer, authority: authority.to_owned() }),
    }
}

/// An endpoint is a web address without a fragment
/// ([RFC 6749, sections 3.1 and 3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)),
/// and no less protected than its issuer.
fn checked_endpoint(
    member: &'static str,
    value: Option<String>,
    issuer: &str,
) -> Result<Option<Url>, MetadataError> {
    let Some(value) = value else { return Ok(None) };
    let refused = |reason| Err(MetadataError::Endpoint { member, value: value.clone(), reason });
    let Ok(url) = Url::parse(&value) else {
        return refused("not an absolute URL");
    };
    match url.scheme() {
        "https" => {}
        "http" if issuer.starts_with("http://") => {}
        "http" => return refused("http, although the issuer is https"),
        _ => return refused("neither https nor http"),
    }
    if url.fragment().is_some() {
        return refused("has a fragment");
    }
    Ok(Some(url))
}

/// The algorithms that both sides know. What the provider advertises can narrow the app's own
/// choice, never widen it: a downgraded document must not bring `none` or HS256 back
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
