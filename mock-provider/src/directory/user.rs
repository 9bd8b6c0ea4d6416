//! End users and their claims.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base::secret::Secret;

/// An end user that the provider can sign in.
///
/// The members have the same names in the configuration file and in Rust:
///
/// ```
/// use mock_provider::User;
///
/// let user = User::new("alice")
///     .name("Alice Archer")
///     .email("alice@example.org")
///     .groups(["staff", "admins"])
///     .claim("department", "Research");
/// assert_eq!(user.subject, "alice");
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "control", schema(description = "An end user that the provider can sign in."))]
#[non_exhaustive]
pub struct User {
    /// The permanent identifier: the `sub` claim, at most 255 ASCII characters.
    pub subject: String,
    /// Full name: the `name` claim.
    #[serde(default)]
    pub name: Option<String>,
    /// First name: the `given_name` claim.
    #[serde(default)]
    pub given_name: Option<String>,
    /// Last name: the `family_name` claim.
    #[serde(default)]
    pub family_name: Option<String>,
    /// Login name: the `preferred_username` claim.
    #[serde(default)]
    pub preferred_username: Option<String>,
    /// Email address: the `email` claim.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the email address is verified: the `email_verified` claim, sent whenever there is an
    /// email address. Default: true.
    #[serde(default)]
    pub email_verified: Option<bool>,
    /// Telephone number: the `phone_number` claim.
    #[serde(default)]
    pub phone_number: Option<String>,
    /// Whether the telephone number is verified: the `phone_number_verified` claim, sent whenever
    /// there is a number. Default: true.
    #[serde(default)]
    pub phone_number_verified: Option<bool>,
    /// Postal address as [OpenID Connect Core 1.0, section 5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim)
    /// defines it: an object with `street_address`, `locality`, `country` and so on.
    #[serde(default)]
    #[cfg_attr(feature = "control", schema(value_type = Option<Object>))]
    pub address: Option<Map<String, Value>>,
    /// URL of a portrait: the `picture` claim.
    #[serde(default)]
    pub picture: Option<String>,
    /// Language tag (BCP 47): the `locale` claim.
    #[serde(default)]
    pub locale: Option<String>,
    /// Names of the user's groups: the `groups` claim, sent even when empty.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Further claims, or unusual values for the claims above. A claim that no scope requests is
    /// released with the scope `openid`.
    #[serde(default)]
    #[cfg_attr(feature = "control", schema(value_type = Object))]
    pub claims: Map<String, Value>,
    /// Password that the sign-in page asks for. Default: it does not ask for one.
    #[serde(default, skip_serializing_if = "Secret::is_hidden")]
    #[cfg_attr(feature = "control", schema(value_type = Option<String>, write_only))]
    pub password: Option<Secret>,
    /// A disabled user cannot sign in: the client gets `access_denied`.
    #[serde(default)]
    pub disabled: bool,
    /// Identifiers of the clients that this user may not use: they get `access_denied`.
    #[serde(default)]
    pub denied_clients: Vec<String>,
}

impl User {
    /// A user with only a subject.
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            name: None,
            given_name: None,
            family_name: None,
            preferred_username: None,
            email: None,
            email_verified: None,
            phone_number: None,
            phone_number_verified: None,
            address: None,
            picture: None,
            locale: None,
            groups: Vec::new(),
            claims: Map::new(),
            password: None,
            disabled: false,
            denied_clients: Vec::new(),
        }
    }

    /// A user that is not configured, as typed on the sign-in page.
    pub(crate) fn stranger(subject: &str) -> Self {
        let user = Self::new(subject).preferred_username(subject);
        if subject.contains('@') { user.email(subject).email_verified(false) } else { user }
    }

    /// Sets the full name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the first name.
    #[must_use]
    pub fn given_name(mut self, name: impl Into<String>) -> Self {
        self.given_name = Some(name.into());
        self
    }

    /// Sets the last name.
    #[must_use]
    pub fn family_name(mut self, name: impl Into<String>) -> Self {
        self.family_name = Some(name.into());
        self
    }

    /// Sets the login name.
    #[must_use]
    pub fn preferred_username(mut self, name: impl Into<String>) -> Self {
        self.preferred_username = Some(name.into());
        self
    }

    /// Sets the email address.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets whether the email address is verified.
    #[must_use]
    pub fn email_verified(mut self, verified: bool) -> Self {
        self.email_verified = Some(verified);
        self
    }

    /// Sets the telephone number.
    #[must_use]
    pub fn phone_number(mut self, number: impl Into<String>) -> Self {
        self.phone_number = Some(number.into());
        self
    }

    /// Sets whether the telephone number is verified.
    #[must_use]
    pub fn phone_number_verified(mut self, verified: bool) -> Self {
        self.phone_number_verified = Some(verified);
        self
    }

    /// Sets the postal address, by its members.
    #[must_use]
    pub fn address<K: Into<String>, V: Into<Value>>(
        mut self,
        members: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let members = members.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.address = Some(members.collect());
        self
    }

    /// Sets the URL of a portrait.
    #[must_use]
    pub fn picture(mut self, url: impl Into<String>) -> Self {
        self.picture = Some(url.into());
        self
    }

    /// Sets the language tag.
    #[must_use]
    pub fn locale(mut self, tag: impl Into<String>) -> Self {
        self.locale = Some(tag.into());
        self
    }

    /// Adds groups.
    #[must_use]
    pub fn groups<S: Into<String>>(mut self, groups: impl IntoIterator<Item = S>) -> Self {
        self.groups.extend(groups.into_iter().map(Into::into));
        self
    }

    /// Adds a claim, or replaces the value of one of the claims above.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Makes the sign-in page ask for a password.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::from(password.into()));
        self
    }

    /// Prevents the user from signing in.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }

    /// Prevents the user from signing in to a client.
    #[must_use]
    pub fn denied_client(mut self, client_id: impl Into<String>) -> Self {
        self.denied_clients.push(client_id.into());
        self
    }

    /// Every claim of the user except `sub`, regardless of scope.
    pub(crate) fn all_claims(&self) -> Map<String, Value> {
        let present = self.attributes().into_iter().filter(|(_, value)| !value.is_null());
        let mut claims: Map<_, _> = present.map(|(name, value)| (name.to_owned(), value)).collect();
        claims.extend(self.claims.clone());
        claims
    }

    /// The claims for the attributes above; null for attributes that the user lacks.
    pub(crate) fn attributes(&self) -> [(&'static str, Value); 12] {
        let verified = |value: &Option<String>, verified: Option<bool>| {
            value.as_ref().map(|_| verified.unwrap_or(true))
        };
        [
            ("name", json!(self.name)),
            ("given_name", json!(self.given_name)),
            ("family_name", json!(self.family_name)),
            ("preferred_username", json!(self.preferred_username)),
            ("email", json!(self.email)),
            ("email_verified", json!(verified(&self.email, self.email_verified))),
            ("phone_number", json!(self.phone_number)),
            (
                "phone_number_verified",
                json!(verified(&self.phone_number, self.phone_number_verified)),
            ),
            ("address", json!(self.address)),
            ("picture", json!(self.picture)),
            ("locale", json!(self.locale)),
            ("groups", json!(self.groups)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_attributes_give_no_claims_and_extra_claims_take_precedence() {
        let user = User::new("a").email("a@example.org").claim("email", 42).claim("x", true);
        assert_eq!(
            Value::Object(user.all_claims()),
            json!({"email": 42, "email_verified": true, "groups": [], "x": true})
        );
    }
}
