//! Who the provider is, and what the app expects of it.

use std::time::Duration;

use jsonwebtoken::Algorithm;
use url::Url;

use super::variables::{self, Variable, Variables};

/// What the app is told about the provider.
#[derive(Clone, Debug)]
pub(crate) struct ProviderSettings {
    /// The issuer URL as configured.
    pub(crate) authority: String,
    /// The endpoints when discovery is skipped.
    pub(crate) endpoints: Option<Endpoints>,
    /// The signature algorithms that an ID token may use; all are asymmetric.
    pub(crate) signing_algorithms: Vec<Algorithm>,
    /// How long ago the user may have typed a password.
    pub(crate) max_age: Option<Duration>,
    /// The limit of one call to the provider.
    pub(crate) timeout: Duration,
}

/// The provider's endpoints, when they do not come from discovery.
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
}

impl ProviderSettings {
    /// Whether calls to the provider cross a network in the open.
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
    /// `Some(None)` when they come from discovery, `None` when the variables are faulty.
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
            let mut faulty = false;
            for variable in ALL {
                if variables.is_set(variable) {
                    let skip = variables.name(&variables::OIDC_SKIP_DISCOVERY);
                    let reason = format!("would be ignored: set {skip}=true, or unset this");
                    variables.refuse(variable, reason);
                    faulty = true;
                }
            }
            return (!faulty).then_some(None);
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

/// An issuer: a URL with neither query nor fragment
/// ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).
fn authority(text: &str) -> Result<String, String> {
    let url = web_url(text)?;
    if text.contains("/.well-known/") {
        return Err("this is the discovery document: write the URL before /.well-known/".into());
    }
    if url.query().is_some() {
        return Err("an issuer has no query: remove it".to_owned());
    }
    Ok(text.to_owned())
}

/// An absolute http or https URL without credentials and without a fragment.
pub(super) fn web_url(text: &str) -> Result<Url, String> {
    // The parser would drop them silently, while the text is compared as it stands.
    if text.contains(char::is_whitespace) {
        return Err("blanks are not allowed in a URL".to_owned());
    }
    let url = Url::parse(text).map_err(|error| {
        format!("not an absolute URL ({error}): write it with https:// in front")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the scheme must be https (or http, for tests): write it in front".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials are not allowed in a URL".to_owned());
    }
    if url.fragment().is_some() {
        return Err("a fragment is not allowed: remove it from the # on".to_owned());
    }
    Ok(url)
}

/// Algorithms by their names, separated by commas or blanks.
fn signing_algorithms(text: &str) -> Result<Vec<Algorithm>, String> {
    let algorithms: Vec<Algorithm> = text
        .split([',', ' '])
        .filter(|name| !name.is_empty())
        .map(|name| match name.parse() {
            // With a symmetric key whoever can check a token can forge one.
            Ok(Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) => {
                Err(format!("{name} is symmetric: choose RS256, ES256 or EdDSA"))
            }
            Ok(algorithm) => Ok(algorithm),
            Err(_) => Err(format!(
                "{name} is not an algorithm that the app can check: choose from RS256, RS384, \
                 RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA"
            )),
        })
        .collect::<Result<_, _>>()?;
    if algorithms.is_empty() {
        return Err("no algorithm: unset it for RS256".to_owned());
    }
    Ok(algorithms)
}
