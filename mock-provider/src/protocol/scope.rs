//! Scopes: sets of scope values, and the claims that the standard ones request.

use std::fmt;

/// A scope value that every issuer supports.
pub(crate) struct StandardScope {
    pub(crate) value: &'static str,
    /// What it allows, as the sign-in page describes it.
    pub(crate) description: &'static str,
    /// The claims that it requests.
    pub(crate) claims: &'static [&'static str],
}

/// The scope values that [OpenID Connect Core 1.0, section 5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)
/// and section 11 define; `groups` is a convention that most providers share.
pub(crate) const STANDARD_SCOPES: &[StandardScope] = &[
    StandardScope { value: "openid", description: "know who you are", claims: &["sub"] },
    StandardScope {
        value: "profile",
        description: "read your name and profile",
        claims: &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    },
    StandardScope {
        value: "email",
        description: "read your email address",
        claims: &["email", "email_verified"],
    },
    StandardScope {
        value: "address",
        description: "read your postal address",
        claims: &["address"],
    },
    StandardScope {
        value: "phone",
        description: "read your phone number",
        claims: &["phone_number", "phone_number_verified"],
    },
    StandardScope {
        value: "groups",
        description: "read the groups you belong to",
        claims: &["groups"],
    },
    StandardScope {
        value: "offline_access",
        description: "keep access while you are away",
        claims: &[],
    },
];

/// A set of scope values in the order of the request
/// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope(Vec<String>);

impl Scope {
    /// Parses the space-delimited form. Repeated values count once.
    pub(crate) fn parse(value: &str) -> Self {
        let mut scope = Self::default();
        for token in value.split(' ').filter(|token| !token.is_empty()) {
            if !scope.contains(token) {
                scope.0.push(token.to_owned());
            }
        }
        scope
    }

    /// Whether `token` is one of the values.
    pub(crate) fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|own| own == token)
    }

    /// Whether the set is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The values for which `keep` holds.
    pub(crate) fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_values_and_extra_spaces_are_dropped_and_the_order_is_kept() {
        let scope = Scope::parse(" openid  email openid profile");
        assert_eq!(scope.to_string(), "openid email profile");
    }
}
