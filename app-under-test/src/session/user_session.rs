//! The session of a signed-in user, and how a refresh changes it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::grant::Grant;
use super::user::User;
use crate::base::clock::later;
use crate::base::random;
use crate::config::{Secret, SessionLimits};
use crate::oidc::id_token::VerifiedClaims;
use crate::oidc::jwt::SKEW;
use crate::oidc::provider::Provider;

/// A signed-in user's session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The provider that signed the user in.
    pub(crate) provider: Arc<Provider>,
    /// The claims of the login's ID token. Issuer and subject together identify the user: the same
    /// subject at another issuer is another user.
    pub(crate) login: VerifiedClaims,
    pub(crate) user: User,
    /// Whether the policy service, if there is one, admits the user.
    pub(crate) allowed_by_policy: bool,
    /// The claims of the latest ID token, for display.
    pub(crate) id_token_claims: Map<String, Value>,
    /// The latest ID token, which identifies the session to the provider at logout.
    pub(crate) id_token: Secret,
    /// Proves that a form was sent from one of the app's own pages.
    csrf_token: Secret,
    /// Present if the provider issued a refresh token.
    pub(crate) grant: Option<Grant>,
    /// When the provider's latest confirmation expires.
    confirmed_until: Timestamp,
    /// When the session ends even if it is in use.
    ends: Timestamp,
}

/// The result of a login, from which a session begins.
#[derive(Debug)]
pub(crate) struct NewSession {
    pub(crate) provider: Arc<Provider>,
    pub(crate) user: User,
    pub(crate) id_token: Secret,
    pub(crate) claims: VerifiedClaims,
    pub(crate) access_token_lifetime: Duration,
    /// Present if the app requested one and the provider issued it.
    pub(crate) refresh_token: Option<Secret>,
    /// Whether the policy service, if there is one, admits the user.
    pub(crate) allowed_by_policy: bool,
}

/// The result of a refresh, with which a session continues.
#[derive(Debug)]
pub(crate) struct Renewal {
    pub(crate) access_token_lifetime: Duration,
    /// Replaces the old one if the provider issued a new one
    /// ([RFC 6749, section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<(Secret, VerifiedClaims)>,
    pub(crate) user: Option<User>,
}

impl Session {
    pub(super) fn begin(new: NewSession, limits: &SessionLimits, now: Timestamp) -> Self {
        let confirmed_until = limits.confirmed_until(new.claims.expires);
        let expires = later(now, new.access_token_lifetime).min(confirmed_until);
        Self {
            grant: new.refresh_token.map(|token| Grant::new(token, expires, now)),
            provider: new.provider,
            user: new.user,
            allowed_by_policy: new.allowed_by_policy,
            id_token_claims: new.claims.all.clone(),
            id_token: new.id_token,
            csrf_token: Secret::new(random::unguessable()),
            confirmed_until,
            ends: later(now, limits.absolute),
            login: new.claims,
        }
    }

    /// The session after a refresh.
    ///
    /// A new ID token confirms it until that token expires. Without one the provider has confirmed
    /// the session as well, for the lifetime of the new access token.
    pub(super) fn renewed(&self, renewal: Renewal, limits: &SessionLimits, now: Timestamp) -> Self {
        let mut renewed = self.clone();
        let access_token_expires = later(now, renewal.access_token_lifetime);
        match renewal.id_token {
            Some((id_token, claims)) => {
                renewed.confirmed_until = limits.confirmed_until(claims.expires);
                renewed.id_token = id_token;
                renewed.id_token_claims = claims.all;
            }
            None => {
                let confirmed = limits.confirmed_until(later(access_token_expires, SKEW));
                renewed.confirmed_until = renewed.confirmed_until.max(confirmed);
            }
        }
        if let Some(user) = renewal.user {
            renewed.user = user;
        }
        let expires = access_token_expires.min(renewed.confirmed_until);
        let renew = |grant: &Grant| grant.renewed(renewal.refresh_token, expires, now);
        renewed.grant = self.grant.as_ref().map(renew);
        renewed
    }

    /// The session after a failed refresh: the next attempt waits for `back_off`.
    pub(super) fn postponed(&self, back_off: Duration, now: Timestamp) -> Self {
        let grant = self.grant.as_ref().map(|grant| grant.postponed(back_off, now));
        Self { grant, ..self.clone() }
    }

    /// The token that forms carry.
    pub(crate) fn csrf_token(&self) -> &str {
        self.csrf_token.reveal()
    }

    /// Whether a form was sent from a page of this session.
    pub(crate) fn is_csrf_token(&self, token: &str) -> bool {
        let expected = self.csrf_token.reveal().as_bytes();
        token.as_bytes().ct_eq(expected).into()
    }

    /// Whether the provider's latest confirmation is still valid. If not, the user sees no protected
    /// page until a refresh succeeds.
    pub(crate) fn is_confirmed(&self, now: Timestamp) -> bool {
        now < self.confirmed_until
    }

    /// Whether the session may continue, apart from its idle limit.
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        (self.grant.is_some() || self.is_confirmed(now)) && now < self.ends
    }
}

impl SessionLimits {
    /// When the confirmation by an ID token ends; `expires` is the end of the token's life.
    fn confirmed_until(&self, expires: Timestamp) -> Timestamp {
        if self.outlives_id_token { Timestamp::MAX } else { expires }
    }
}
