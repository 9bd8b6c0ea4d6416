//! The path below which the app lives.

use std::fmt;

/// The base path: `/`, or segments that begin and end with a slash, such as `/st_auth/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BasePath(String);

impl BasePath {
    /// Reads a base path; slashes at both ends may be left out, and nothing means `/`.
    ///
    /// # Errors
    ///
    /// When a segment is empty (a browser reads `//host/` as the address of another host), is
    /// `.` or `..`, or has a character that a path shows only when it is encoded.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let inner = text.strip_prefix('/').unwrap_or(text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() && text.len() < 2 {
            return Ok(Self("/".to_owned()));
        }
        for segment in inner.split('/') {
            if matches!(segment, "" | "." | "..") {
                return Err("empty segments, `.` and `..` are not allowed".to_owned());
            }
            if let Some(character) = segment.chars().find(|&c| !is_unreserved(c)) {
                return Err(format!(
                    "{character:?} is not allowed: use letters, digits, `-`, `.`, `_` and `~`"
                ));
            }
        }
        Ok(Self(format!("/{inner}/")))
    }

    /// The path of something below the base: `path` has no slash in front.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The base with its last slash, where the home page is.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The base without its last slash, but never empty: where redirects home lead, as in the
    /// sample, and the path of the cookies, so that they reach this path as well.
    pub(crate) fn without_slash(&self) -> &str {
        match self.0.strip_suffix('/') {
            Some("") | None => "/",
            Some(path) => path,
        }
    }

    /// Whether the app is all that its host serves.
    pub(crate) fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// Whether `target`, a path with an optional query, is a page below the base.
    ///
    /// Longer ones than any page has are none, since they are remembered.
    ///
    /// This is what makes a return address safe: it can only be a place of this app, whatever
    /// a browser makes of backslashes, control characters, `//` or dot segments.
    pub(crate) fn contains(&self, target: &str) -> bool {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        target.len() <= 2048
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

/// The characters that mean themselves in a path (RFC 3986, section 2.3).
fn is_unreserved(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~')
}

/// `.` and `..`, also when their dots are percent-encoded, as browsers read them.
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
    fn paths_that_a_browser_reads_otherwise_are_refused() {
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
    fn only_places_below_the_base_are_contained() {
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
