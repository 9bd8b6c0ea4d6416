//! The provider, and what the app requires of it.

use std::time::Duration;

use jsonwebtoken::Algorithm;
use url::Url;

use super::variables::{self, Variable, Variables};

/// The configuration of one provider.
#[derive(Clone, Debug)]
pub(crate) struct ProviderSettings {
    /// The issuer URL as configured.
    pub(crate) authority: String,
    /// The endpoints when discovery is skipped.
    pub(crate) endpoints: Option<Endpoints>,
    /// The signature algorithms that an ID token may use; all are asymmetric.
    pub(crate) signing_algorithms: Vec<Algorithm>,
    /// The maximum time since the user last authenticated.
    pub(crate) max_age: Option<Duration>,
    /// The time limit of one call to the provider.
    pub(crate) timeout: Duration,
}

/// The provider's endpoints.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    pub(crate) jwks_uri: Url,
    pub(crate) userinfo_endpoint: Option<Url>,
    pub(crate) end_session_endpoint: Option<Url>,
}

impl ProviderSettings {
    pub(super) fn read(variables: &mut Variables) -> Option<Self> {
        let authority = variables.required(&variables::OIDC_AUTHORITY, authority);
        let endpoints = Endpoints::read(variables);
        let signing_algorithms = variables.or_default(
            &variables::OIDC_SIGNING_ALGS,
            vec![Algorithm::RS256],
            signing_algorithms,
        );
        let max_age = variables.optional(&variables::OIDC_MAX_AGE, variables::seconds);
        let timeout = variables.or_default(
            &variables::OIDC_TIMEOUT_SECONDS,
            Duration::from_secs(10),
            variables::seconds,
        );
        Some(Self {
            authority: authority?,
            endpoints: endpoints?,
            signing_algorithms: signing_algorithms?,
            max_age: max_age?,
            timeout: timeout?,
        })
    }

    /// Whether calls to the provider cross a network unencrypted.
    pub(super) fn is_unprotected(&self) -> bool {
        let url = Url::parse(&self.authority).ok();
        let is_loopback = |url: &Url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        url.is_some_and(|url| url.scheme() == "http" && !is_loopback(&url))
    }
}

impl Endpoints {
    /// `Some(None)` when discovery provides them, `None` when a variable is invalid.
    fn read(variables: &mut Variables) -> Option<Option<Self>> {
        const ALL: [&Variable; 5] = [
            &variables::OIDC_AUTHORIZATION_ENDPOINT,
            &variables::OIDC_TOKEN_ENDPOINT,
            &variables::OIDC_JWKS_URI,
            &variables::OIDC_USERINFO_ENDPOINT,
            &variables::OIDC_END_SESSION_ENDPOINT,
        ];
        let skip =
            variables.or_default(&variables::OIDC_SKIP_DISCOVERY, false, variables::boolean)?;
        if !skip {
            let mut valid = true;
            for variable in ALL {
                if variables.is_set(variable) {
                    let skip = variables.name(&variables::OIDC_SKIP_DISCOVERY);
                    let reason = format!("must be unset unless {skip}=true: it would be ignored");
                    variables.refuse(variable, reason);
                    valid = false;
                }
            }
            return valid.then_some(None);
        }
        let authorization_endpoint =
            variables.required(&variables::OIDC_AUTHORIZATION_ENDPOINT, web_url);
        let token_endpoint = variables.required(&variables::OIDC_TOKEN_ENDPOINT, web_url);
        let jwks_uri = variables.required(&variables::OIDC_JWKS_URI, web_url);
        let userinfo_endpoint = variables.optional(&variables::OIDC_USERINFO_ENDPOINT, web_url);
        let end_session_endpoint =
            variables.optional(&variables::OIDC_END_SESSION_ENDPOINT, web_url);
        Some(Some(Self {
            authorization_endpoint: authorization_endpoint?,
            token_endpoint: token_endpoint?,
            jwks_uri: jwks_uri?,
            userinfo_endpoint: userinfo_endpoint?,
            end_session_endpoint: end_session_endpoint?,
        }))
    }
}

/// An issuer: a URL without a query or fragment
/// ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
fn authority(text: &str) -> Result<String, String> {
    let url = web_url(text)?;
    if text.contains("/.well-known/") {
        return Err("must be the issuer, which is the part before /.well-known/".into());
    }
    if url.query().is_some() {
        return Err("must not have a query".to_owned());
    }
    Ok(text.to_owned())
}

/// An absolute http or https URL without credentials or fragment.
pub(super) fn web_url(text: &str) -> Result<Url, String> {
    // The parser would drop it silently, while other parties compare the text as it is.
    if text.contains(char::is_whitespace) {
        return Err("must not contain white space".to_owned());
    }
    let url = Url::parse(text).map_err(|error| {
        format!("must be an absolute URL such as https://login.example.com ({error})")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with https:// (or with http://, for tests)".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain credentials".to_owned());
    }
    if url.fragment().is_some() {
        return Err("must not have a fragment: remove the # and what follows".to_owned());
    }
    Ok(url)
}

/// Algorithms by name, separated by commas or spaces.
fn signing_algorithms(text: &str) -> Result<Vec<Algorithm>, String> {
    let algorithms: Vec<Algorithm> = text
        .split([',', ' '])
        .filter(|name| !name.is_empty())
        .map(|name| match name.parse() {
            // With a symmetric key, every party that can verify a token can forge one.
            Ok(Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) => {
                Err(format!("must be asymmetric, such as RS256, ES256 or EdDSA, got {name}"))
            }
            Ok(algorithm) => Ok(algorithm),
            Err(_) => Err(format!(
                "must be RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA, got \
                 {name}"
            )),
        })
        .collect::<Result<_, _>>()?;
    if algorithms.is_empty() {
        return Err("must name an algorithm, or be unset for RS256".to_owned());
    }
    Ok(algorithms)
}
