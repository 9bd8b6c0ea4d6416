//! Registered redirect URIs, and which URIs they allow.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A redirect URI as registered: allowed is exactly this string
/// ([RFC 9700, section 2.1](https://www.rfc-editor.org/rfc/rfc9700#section-2.1)).
///
/// Two wildcards help tests whose port is known only when they run, on loopback hosts
/// (`localhost`, `127.0.0.1`, `[::1]`) alone: the port `*` stands for any port, which
/// [RFC 8252, section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3) asks for, and a
/// path that ends in `/*` for any path below.
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

    /// True when a request may name `uri`.
    pub fn allows(&self, uri: &str) -> bool {
        self.0 == uri || self.pattern().is_some_and(|pattern| pattern.allows(uri))
    }

    /// True when a URL has the scheme, host and port of a URI that may be named.
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

    /// What is wrong with the registered string, in words.
    ///
    /// # Errors
    ///
    /// When the string is no absolute URI in ASCII, has a fragment
    /// ([RFC 6749, section 3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2)), or has
    /// a wildcard where none is allowed.
    pub(crate) fn check(&self) -> Result<(), String> {
        // What is left fits into a header, too.
        if !self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has a character other than printable ASCII, which must be encoded".into());
        }
        let concrete = match self.pattern() {
            Some(pattern) => format!("http://localhost:1{}", pattern.path),
            None => self.0.clone(),
        };
        let uri = Url::parse(&concrete).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => "is not an absolute URI".to_owned(),
            _ if self.0.contains(":*") => {
                "has a wildcard port, which only a loopback host may have".to_owned()
            }
            other => format!("is not a URI: {other}"),
        })?;
        if uri.fragment().is_some() {
            return Err("must not have a fragment".into());
        }
        if matches!(uri.scheme(), "javascript" | "data" | "vbscript") {
            return Err(format!("must not use the scheme `{}`", uri.scheme()));
        }
        if self.pattern().is_none() && self.0.ends_with("/*") {
            return Err("has a wildcard path, which only a loopback host may have".into());
        }
        Ok(())
    }

    /// True when the string stands for more URIs than one.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.pattern().is_some()
    }

    /// The wildcards, where the string has some that are allowed.
    fn pattern(&self) -> Option<Pattern<'_>> {
        let (host, rest) = split_loopback(&self.0)?;
        let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let wildcard = port == ":*" || path.ends_with("/*");
        wildcard.then_some(Pattern { host, port, path })
    }
}

/// A loopback URI with a wildcard: `http://HOST`, `:PORT` or nothing, `/PATH` or nothing.
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
        let port_fits = match self.port {
            ":*" => port.is_empty() || port[1..].parse::<u16>().is_ok(),
            fixed => fixed == port,
        };
        let path_fits = match self.path.strip_suffix('*') {
            Some(below) => path.starts_with(below) || format!("{path}/") == below,
            None => self.path == path,
        };
        host == self.host && port_fits && path_fits && is_normal(uri, host, port, path)
    }
}

/// True when a browser reads a URI as it is written here: `..`, userinfo or a backslash would mean
/// something else to the browser than to a comparison of strings.
fn is_normal(uri: &str, host: &str, port: &str, path: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        // The normal way leaves out the scheme's own port, and has a path.
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let written = url.as_str();
        written == format!("{host}{port}{path}") || written == format!("{host}{path}")
    })
}

/// Splits a loopback URI behind its host.
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
    fn without_a_wildcard_only_the_very_string_is_allowed() {
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
    fn wildcards_reach_no_further_than_loopback() {
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
    fn a_wildcard_path_covers_only_what_is_below() {
        let registered = RedirectUri::from("http://127.0.0.1:8050/auth/*");
        assert!(registered.allows("http://127.0.0.1:8050/auth/cb"));
        assert!(!registered.allows("http://127.0.0.1:8051/auth/cb"));
        assert!(!registered.allows("http://127.0.0.1:8050/authors/cb"));
        assert!(!registered.allows("http://127.0.0.1:8050/auth/../admin"));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
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
    fn a_bad_registration_is_told_in_words() {
        let fault = |uri: &str| RedirectUri::from(uri).check().unwrap_err();
        assert_eq!(fault("/cb"), "is not an absolute URI");
        assert_eq!(fault("https://app.example/cb#x"), "must not have a fragment");
        assert_eq!(
            fault("https://app.example:*/cb"),
            "has a wildcard port, which only a loopback host may have"
        );
        assert_eq!(
            fault("https://app.example/*"),
            "has a wildcard path, which only a loopback host may have"
        );
        assert_eq!(
            fault("https://app.example/cb\r\nX: y"),
            "has a character other than printable ASCII, which must be encoded"
        );
        assert_eq!(fault("https://app.example/ü"), fault("https://app.example/a b"));
        assert_eq!(fault("javascript:alert(1)"), "must not use the scheme `javascript`");
        assert_eq!(RedirectUri::from("com.example.app:/cb").check(), Ok(()));
        assert_eq!(RedirectUri::from("http://[::1]:*/*").check(), Ok(()));
    }
}
