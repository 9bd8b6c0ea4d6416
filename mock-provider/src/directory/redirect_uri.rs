//! Registered redirect URIs, and the URIs that they allow.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A registered redirect URI. It allows exactly this string
/// ([RFC 9700, section 2.1](https://www.rfc-editor.org/rfc/rfc9700#section-2.1)).
///
/// For tests that choose their port at run time, loopback hosts (`localhost`, `127.0.0.1`, `[::1]`)
/// may have two wildcards: the port `*` allows any port, as
/// [RFC 8252, section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3) requires, and a path
/// that ends in `/*` allows any path below.
///
/// ```
/// use mock_provider::RedirectUri;
///
/// let registered = RedirectUri::from("http://127.0.0.1:*/auth/*");
/// assert!(registered.allows("http://127.0.0.1:41234/auth/callback"));
/// assert!(!registered.allows("http://127.0.0.1:41234/elsewhere"));
/// assert!(!registered.allows("http://evil.example:41234/auth/callback"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// The registered string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request may use `uri`.
    pub fn allows(&self, uri: &str) -> bool {
        self.0 == uri || self.pattern().is_some_and(|pattern| pattern.allows(uri))
    }

    /// Whether a URL has the scheme, host and port of an allowed URI.
    pub(crate) fn is_of_origin(&self, url: &Url) -> bool {
        let host = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
        match self.pattern() {
            Some(Pattern { host: own, port: ":*", .. }) => own == host,
            Some(Pattern { host: own, port, .. }) => {
                Url::parse(&format!("{own}{port}")).is_ok_and(|own| own.origin() == url.origin())
            }
            None => Url::parse(&self.0).is_ok_and(|own| own.origin() == url.origin()),
        }
    }

    /// Checks the registered string.
    ///
    /// # Errors
    ///
    /// When the string is not an absolute URI in ASCII, has a fragment
    /// ([RFC 6749, section 3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2)), or has a
    /// wildcard where none is allowed.
    pub(crate) fn check(&self) -> Result<(), RedirectUriError> {
        // Every other string is a valid header value, too.
        if !self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(RedirectUriError::Character);
        }
        let concrete = match self.pattern() {
            Some(pattern) => format!("http://localhost:1{}", pattern.path),
            None => self.0.clone(),
        };
        let uri = Url::parse(&concrete).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => RedirectUriError::Relative,
            _ if self.0.contains(":*") => RedirectUriError::WildcardPort,
            other => RedirectUriError::NotAUri(other),
        })?;
        if uri.fragment().is_some() {
            return Err(RedirectUriError::Fragment);
        }
        if matches!(uri.scheme(), "javascript" | "data" | "vbscript") {
            return Err(RedirectUriError::Scheme(uri.scheme().to_owned()));
        }
        if self.pattern().is_none() && self.0.ends_with("/*") {
            return Err(RedirectUriError::WildcardPath);
        }
        Ok(())
    }

    /// Whether the string allows more than one URI.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.pattern().is_some()
    }

    /// The parts of the string, if it has valid wildcards.
    fn pattern(&self) -> Option<Pattern<'_>> {
        let (host, rest) = split_loopback(&self.0)?;
        let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let wildcard = port == ":*" || path.ends_with("/*");
        wildcard.then_some(Pattern { host, port, path })
    }
}

/// Why a redirect URI cannot be registered. The messages have the URI as their subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RedirectUriError {
    #[error("must be an absolute URI")]
    Relative,
    #[error("must be a URI: {0}")]
    NotAUri(url::ParseError),
    #[error("must be printable ASCII: other characters must be encoded")]
    Character,
    #[error("must not have a fragment")]
    Fragment,
    #[error("must not use the scheme `{0}`")]
    Scheme(String),
    #[error("must not have a wildcard port unless its host is a loopback host")]
    WildcardPort,
    #[error("must not have a wildcard path unless its host is a loopback host")]
    WildcardPath,
}

/// A loopback URI with a wildcard: `http://HOST`, then an optional `:PORT` and an optional `/PATH`.
struct Pattern<'a> {
    host: &'a str,
    port: &'a str,
    path: &'a str,
}

impl Pattern<'_> {
    fn allows(&self, uri: &str) -> bool {
        let Some((host, rest)) = split_loopback(uri).filter(|_| !uri.contains('#')) else {
            return false;
        };
        let (port, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let port_matches = match self.port {
            ":*" => port.is_empty() || port[1..].parse::<u16>().is_ok(),
            fixed => fixed == port,
        };
        let path_matches = match self.path.strip_suffix('*') {
            Some(below) => path.starts_with(below) || format!("{path}/") == below,
            None => self.path == path,
        };
        host == self.host && port_matches && path_matches && is_normal(uri, host, port, path)
    }
}

/// Whether a browser interprets the URI literally. It resolves `..`, userinfo and backslashes, which a
/// comparison of strings does not.
fn is_normal(uri: &str, host: &str, port: &str, path: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        // The normalized form omits the default port and always has a path.
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let written = url.as_str();
        written == format!("{host}{port}{path}") || written == format!("{host}{path}")
    })
}

/// Splits a loopback URI after its host.
fn split_loopback(uri: &str) -> Option<(&str, &str)> {
    let scheme = uri.find("://").filter(|end| matches!(&uri[..*end], "http" | "https"))?;
    let authority = &uri[scheme + 3..];
    ["localhost", "127.0.0.1", "[::1]"].into_iter().find_map(|host| {
        let rest = authority.strip_prefix(host)?;
        let ends = rest.is_empty() || rest.starts_with([':', '/', '?']);
        ends.then(|| uri.split_at(uri.len() - rest.len()))
    })
}

impl<S: Into<String>> From<S> for RedirectUri {
    fn from(uri: S) -> Self {
        Self(uri.into())
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_wildcard_only_the_exact_string_is_allowed() {
        let registered = RedirectUri::from("https://app.example/cb");
        assert!(registered.allows("https://app.example/cb"));
        for other in [
            "https://app.example/cb/",
            "https://app.example/cb?x",
            "https://APP.example/cb",
            "http://app.example/cb",
        ] {
            assert!(!registered.allows(other), "{other}");
        }
    }

    #[test]
    fn wildcards_do_not_reach_beyond_loopback() {
        let registered = RedirectUri::from("http://localhost:*/*");
        for allowed in [
            "http://localhost",
            "http://localhost/cb",
            "http://localhost:5000/a/b?x=1",
            "http://localhost:5000/",
            "http://localhost:80/cb",
        ] {
            assert!(registered.allows(allowed), "{allowed}");
        }
        for refused in [
            "http://localhost.evil.example/cb",
            "http://localhost:5000@evil.example/cb",
            "http://localhost:x/cb",
            "http://localhost:5000/cb#f",
            "http://localhost:5000/../cb",
            "http://localhost:5000\\@evil.example/",
            "https://localhost/cb",
            "http://127.0.0.1:5000/cb",
        ] {
            assert!(!registered.allows(refused), "{refused}");
        }
    }

    #[test]
    fn a_wildcard_path_allows_only_paths_below() {
        let registered = RedirectUri::from("http://127.0.0.1:8050/auth/*");
        assert!(registered.allows("http://127.0.0.1:8050/auth/cb"));
        assert!(!registered.allows("http://127.0.0.1:8051/auth/cb"));
        assert!(!registered.allows("http://127.0.0.1:8050/authors/cb"));
        assert!(!registered.allows("http://127.0.0.1:8050/auth/../admin"));
    }

    #[test]
    fn an_origin_consists_of_scheme_host_and_port() {
        let is_of = |registered: &str, url: &str| {
            RedirectUri::from(registered).is_of_origin(&Url::parse(url).unwrap())
        };
        assert!(is_of("https://app.example/cb", "https://app.example:443/logout"));
        assert!(!is_of("https://app.example/cb", "https://app.example:444/logout"));
        assert!(!is_of("https://app.example/cb", "http://app.example/logout"));
        assert!(!is_of("com.example.app:/cb", "https://app.example/logout"));
        assert!(is_of("http://localhost:*/cb", "http://localhost:5000/logout"));
        assert!(!is_of("http://localhost:*/cb", "http://127.0.0.1:5000/logout"));
        assert!(is_of("http://[::1]:5000/*", "http://[::1]:5000/logout"));
        assert!(!is_of("http://[::1]:5000/*", "http://[::1]:5001/logout"));
    }

    #[test]
    fn an_invalid_redirect_uri_is_refused_with_the_rule() {
        let fault = |uri: &str| RedirectUri::from(uri).check().unwrap_err().to_string();
        assert_eq!(fault("/cb"), "must be an absolute URI");
        assert_eq!(fault("https://app.example/cb#x"), "must not have a fragment");
        assert_eq!(
            fault("https://app.example:*/cb"),
            "must not have a wildcard port unless its host is a loopback host"
        );
        assert_eq!(
            fault("https://app.example/*"),
            "must not have a wildcard path unless its host is a loopback host"
        );
        assert_eq!(
            fault("https://app.example/cb\r\nX: y"),
            "must be printable ASCII: other characters must be encoded"
        );
        assert_eq!(fault("https://app.example/ü"), fault("https://app.example/a b"));
        assert_eq!(fault("javascript:alert(1)"), "must not use the scheme `javascript`");
        assert_eq!(RedirectUri::from("com.example.app:/cb").check(), Ok(()));
        assert_eq!(RedirectUri::from("http://[::1]:*/*").check(), Ok(()));
    }
}
