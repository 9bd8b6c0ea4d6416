//! The path below which the app is served.

use std::fmt;

/// The maximum length of a return address, because pending logins store it.
const MAX_TARGET: usize = 2048;

/// The base path: `/`, or segments that begin and end with a slash, such as `/st_auth/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BasePath(String);

impl BasePath {
    /// Parses a base path; the slashes at both ends are optional, and the empty text means `/`.
    ///
    /// # Errors
    ///
    /// When a segment is empty (a browser reads `//host/` as the address of another host), is
    /// `.` or `..`, or contains a character that a path has to encode.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let inner = text.strip_prefix('/').unwrap_or(text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() && text.len() < 2 {
            return Ok(Self("/".to_owned()));
        }
        for segment in inner.split('/') {
            if matches!(segment, "" | "." | "..") {
                return Err("must not have empty segments, `.` or `..`".to_owned());
            }
            if let Some(character) = segment.chars().find(|&c| !is_unreserved(c)) {
                return Err(format!(
                    "must consist of letters, digits, `-`, `.`, `_` and `~`, got {character:?}"
                ));
            }
        }
        Ok(Self(format!("/{inner}/")))
    }

    /// A path below the base; `path` does not begin with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The base with its trailing slash: the path of the home page.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The base without its trailing slash, but never empty. Redirects to the home page lead here,
    /// as in the sample. It is also the path of the cookies, so that browsers send them to it, too.
    pub(crate) fn without_slash(&self) -> &str {
        match self.0.strip_suffix('/') {
            Some("") | None => "/",
            Some(path) => path,
        }
    }

    /// Whether the app is served at the root of its host.
    pub(crate) fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// Whether `target`, a path with an optional query, is a page below the base.
    ///
    /// This makes a return address safe: it always belongs to this app, however a browser
    /// interprets backslashes, control characters, `//` or dot segments.
    pub(crate) fn contains(&self, target: &str) -> bool {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        target.len() <= MAX_TARGET
            && path
                .strip_prefix(self.as_str())
                .is_some_and(|rest| !rest.starts_with('/') && !rest.split('/').any(is_dots))
            && target.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '\\' | '#'))
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The characters that a path never encodes
/// ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
fn is_unreserved(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~')
}

/// `.` and `..`, also with percent-encoded dots, which browsers decode.
fn is_dots(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_at_the_ends_are_optional() {
        for text in ["/st_auth/", "/st_auth", "st_auth/", "st_auth"] {
            assert_eq!(BasePath::parse(text).unwrap().as_str(), "/st_auth/");
        }
        assert_eq!(BasePath::parse("/a/b/").unwrap().without_slash(), "/a/b");
        for text in ["", "/"] {
            assert_eq!(BasePath::parse(text).unwrap().as_str(), "/");
            assert_eq!(BasePath::parse(text).unwrap().without_slash(), "/");
        }
    }

    #[test]
    fn paths_that_browsers_interpret_are_refused() {
        for text in [
            "//",
            "//st_auth/",
            "/a//b/",
            "/../",
            "/a/./b",
            "/<x>/",
            "/{x}/",
            "/a b/",
            "/é/",
            "/a?b/",
            "/a#b/",
            "/%2e/",
            "/a\\b/",
        ] {
            assert!(BasePath::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_paths_below_the_base_are_contained() {
        let base = BasePath::parse("/st_auth/").unwrap();
        for target in ["/st_auth/", "/st_auth/claims", "/st_auth/claims?a=b%20c"] {
            assert!(base.contains(target), "{target}");
        }
        for target in [
            "",
            "/",
            "/st_auth",
            "/other/",
            "//st_auth/",
            "https://evil.example/st_auth/",
            "/st_auth//evil.example/",
            "/st_auth/../other",
            "/st_auth/%2E%2e/other",
            "/st_auth/..?x",
            "/st_auth/\\evil.example",
            "/st_auth/\t/evil.example",
            "/st_auth/#fragment",
            "/st_auth/é",
            &format!("/st_auth/?{}", "x".repeat(2048)),
        ] {
            assert!(!base.contains(target), "{target}");
        }
        let root = BasePath::parse("/").unwrap();
        assert!(root.contains("/claims"));
        for target in ["//evil.example", "/\\evil.example", "javascript:alert(1)"] {
            assert!(!root.contains(target), "{target}");
        }
    }
}
