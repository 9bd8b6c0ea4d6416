//! The signed-in user, as derived from the claims.

use serde_json::{Map, Value};

use crate::base::visible_text::visible_text;

/// The maximum length of a displayed name, in characters.
const MAX_NAME: usize = 100;

/// Claims that describe the token, not the user
/// ([OpenID Connect Core 1.0, section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
const ABOUT_THE_TOKEN: &[&str] = &[
    "iss",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
];

/// A signed-in user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// The display name: never empty, at most [`MAX_NAME`] characters.
    pub(crate) name: String,
    pub(crate) groups: Vec<String>,
    /// Whether the provider refers to another source for the groups instead of sending them.
    pub(crate) has_distributed_groups: bool,
    /// All claims about the user, in the provider's order.
    pub(crate) claims: Map<String, Value>,
}

impl User {
    /// The user `subject`, with the claims of ID token and userinfo. Userinfo takes precedence, except
    /// for the claims that describe the token.
    pub(crate) fn new(
        subject: &str,
        id_token: &Map<String, Value>,
        userinfo: Map<String, Value>,
    ) -> Self {
        let mut claims = id_token.clone();
        claims.extend(userinfo);
        claims.retain(|name, _| !ABOUT_THE_TOKEN.contains(&name.as_str()));
        claims.insert("sub".to_owned(), subject.into());
        Self {
            name: name(subject, &claims),
            groups: groups(&claims),
            has_distributed_groups: has_distributed_groups(&claims),
            claims,
        }
    }
}

/// The first visible text among name, email and preferred username, else the subject.
fn name(subject: &str, claims: &Map<String, Value>) -> String {
    ["name", "email", "preferred_username"]
        .iter()
        .filter_map(|claim| claims.get(*claim)?.as_str())
        .chain([subject])
        .map(|text| visible_text(text, MAX_NAME))
        .find(|name| !name.is_empty())
        // The subject consists of invisible characters.
        .unwrap_or_else(|| "?".to_owned())
}

/// The `groups` claim: a list, or one group as a string. Strings are never split, and other types
/// are ignored.
fn groups(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("groups") {
        Some(Value::String(group)) => vec![group.clone()],
        Some(Value::Array(groups)) => {
            groups.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether `groups` is a distributed claim
/// ([OpenID Connect Core 1.0, section 5.6.2](https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims)),
/// which the app does not support.
fn has_distributed_groups(claims: &Map<String, Value>) -> bool {
    let named = claims.get("_claim_names").is_some_and(|names| names.get("groups").is_some());
    named && !claims.contains_key("groups")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(claims: Value) -> User {
        User::new("alice-1", claims.as_object().unwrap(), Map::new())
    }

    #[test]
    fn name_falls_back_to_email_then_username_then_subject() {
        let mut claims = json!({"name": "Alice", "email": "a@b.c", "preferred_username": "al"});
        for (claim, expected) in [
            ("name", "Alice"),
            ("email", "a@b.c"),
            ("preferred_username", "al"),
            ("sub", "alice-1"),
        ] {
            assert_eq!(user(claims.clone()).name, expected);
            claims.as_object_mut().unwrap().remove(claim);
        }
    }

    #[test]
    fn other_types_and_invisible_text_are_not_names() {
        for name in [
            json!(42),
            json!(true),
            json!(null),
            json!(["Mallory"]),
            json!({"x": 1}),
            json!(""),
            json!(" \t\u{200b}"),
        ] {
            assert_eq!(user(json!({"name": name, "email": "a@b.c"})).name, "a@b.c");
        }
    }

    #[test]
    fn long_names_are_truncated() {
        let long = user(json!({"name": "x".repeat(7000)})).name;
        assert_eq!(long.chars().count(), MAX_NAME + 1);
    }

    #[test]
    fn groups_are_a_list_or_one_string_and_never_split() {
        assert_eq!(user(json!({"groups": ["a", "b"]})).groups, ["a", "b"]);
        assert_eq!(user(json!({"groups": "a,b c"})).groups, ["a,b c"]);
        assert_eq!(user(json!({"groups": ["a", 1, null, {"b": 2}]})).groups, ["a"]);
        for nothing in [json!(null), json!({"a": 1}), json!(1), json!([])] {
            assert!(user(json!({ "groups": nothing })).groups.is_empty());
        }
    }

    #[test]
    fn distributed_groups_are_noticed() {
        let elsewhere = json!({"_claim_names": {"groups": "src1"}});
        assert!(user(elsewhere).has_distributed_groups);
        assert!(!user(json!({"groups": []})).has_distributed_groups);
    }

    #[test]
    fn userinfo_takes_precedence_except_over_the_subject() {
        let id_token = json!({"sub": "alice-1", "name": "Old", "iss": "https://a", "exp": 1});
        let userinfo = json!({"sub": "bob-2", "name": "New", "iss": "https://b"});
        let user = User::new(
            "alice-1",
            id_token.as_object().unwrap(),
            userinfo.as_object().unwrap().clone(),
        );
        assert_eq!(user.name, "New");
        assert_eq!(Value::from(user.claims), json!({"sub": "alice-1", "name": "New"}));
    }
}
