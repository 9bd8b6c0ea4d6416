//! Response types: the contents of an authorization response
//! ([OAuth 2.0 Multiple Response Type Encoding Practices, sections 3 to 5](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html)).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A `response_type`: what an authorization request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum ResponseType {
    /// A code: the code flow.
    #[serde(rename = "code")]
    Code,
    /// A code and an ID token: the hybrid flow.
    #[serde(rename = "code id_token")]
    CodeIdToken,
    /// A code and an access token: the hybrid flow.
    #[serde(rename = "code token")]
    CodeToken,
    /// A code, an ID token and an access token: the hybrid flow.
    #[serde(rename = "code id_token token")]
    CodeIdTokenToken,
    /// An ID token: the implicit flow.
    #[serde(rename = "id_token")]
    IdToken,
    /// An ID token and an access token: the implicit flow.
    #[serde(rename = "id_token token")]
    IdTokenToken,
}

impl ResponseType {
    /// Every response type.
    const ALL: [Self; 6] = [
        Self::Code,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
        Self::IdToken,
        Self::IdTokenToken,
    ];

    /// Parses a value. The order of its words does not matter.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let sorted = |value: &str| {
            let mut words: Vec<_> = value.split(' ').map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        let words = sorted(value);
        Self::ALL.into_iter().find(|known| sorted(known.name()) == words)
    }

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
        }
    }

    /// Whether the response contains a code.
    pub(crate) fn has_code(self) -> bool {
        !matches!(self, Self::IdToken | Self::IdTokenToken)
    }

    /// Whether the response contains an ID token.
    pub(crate) fn has_id_token(self) -> bool {
        !matches!(self, Self::Code | Self::CodeToken)
    }

    /// Whether the response contains an access token.
    pub(crate) fn has_token(self) -> bool {
        matches!(self, Self::CodeToken | Self::CodeIdTokenToken | Self::IdTokenToken)
    }
}

impl fmt::Display for ResponseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_words_does_not_matter_but_none_may_be_repeated() {
        assert_eq!(
            ResponseType::parse("token id_token code"),
            Some(ResponseType::CodeIdTokenToken)
        );
        for unknown in ["token", "code code", "code  token", "", "id_tokens"] {
            assert_eq!(ResponseType::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn each_type_knows_what_its_response_contains() {
        for known in ResponseType::ALL {
            let words: Vec<_> = known.name().split(' ').collect();
            assert_eq!(known.has_code(), words.contains(&"code"));
            assert_eq!(known.has_id_token(), words.contains(&"id_token"));
            assert_eq!(known.has_token(), words.contains(&"token"));
        }
    }
}
