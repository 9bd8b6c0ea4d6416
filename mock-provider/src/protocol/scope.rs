//! Scopes: sets of scope values, and the claims that the standard ones ask for.

use std::fmt;

/// The scope values that [OpenID Connect Core 1.0, section 5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)
/// defines, with the claims that each asks for; `groups` is a convention that most providers share.
pub(crate) const STANDARD_SCOPES: &[(&str, &[&str])] = &[
    ("openid", &["sub"]),
    (
        "profile",
        &[
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
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    ("groups", &["groups"]),
    ("offline_access", &[]),
];

/// What a scope value allows, in words for the sign-in page.
pub(crate) fn description(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "openid" => "know who you are",
        "profile" => "read your name and profile",
        "email" => "read your email address",
        "address" => "read your postal address",
        "phone" => "read your phone number",
        "groups" => "read the groups you belong to",
        "offline_access" => "keep access while you are away",
        _ => return None,
    })
}

/// A set of scope values in the order in which they were asked for
/// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope(Vec<String>);

impl Scope {
    /// Reads the space-delimited form; repetitions count once.
    pub(crate) fn parse(value: &str) -> Self {
        let mut scope = Self::default();
        for token in value.split(' ').filter(|token| !token.is_empty()) {
            if !scope.contains(token) {
                scope.0.push(token.to_owned());
            }
        }
        scope
    }

    /// True when `token` is one of the values.
    pub(crate) fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|own| own == token)
    }

    /// True when there is no value.
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
    fn repetitions_and_blanks_vanish_and_order_stays() {
        let scope = Scope::parse(" openid  email openid profile");
        assert_eq!(scope.to_string(), "openid email profile");
    }
}
