//! Grants: what a user allowed a client, and the codes and tokens issued for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::expiring::Expiring;
use crate::directory::user::User;
use crate::issuer::session::Session;
use crate::protocol::parameters::Parameters;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::scope::Scope;
use crate::protocol::token::{ErrorCode, TokenError};

/// For how many seconds an expired code or token is remembered, so that a rejection can say
/// "expired" instead of "unknown", and a replayed code is still detected.
const RETENTION: i64 = 600;

/// What a user allowed a client in one authorization.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    /// The user as of the authorization. Released claims are looked up in the directory, where the
    /// user may have changed since.
    pub(crate) user: Arc<User>,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    /// When the user signed in, in seconds since the epoch.
    pub(crate) auth_time: i64,
    /// The authentication context class that the client requested and got.
    pub(crate) acr: Option<String>,
    /// The session of the authorization.
    pub(crate) sid: String,
    pub(crate) flow: String,
    /// Set when a code or refresh token is replayed: from then on, nothing issued for the grant is
    /// valid.
    revoked: AtomicBool,
}

impl Grant {
    /// A grant by the user of a session.
    pub(crate) fn new(
        session: &Session,
        client_id: String,
        scope: Scope,
        nonce: Option<String>,
        flow: String,
    ) -> Self {
        Self {
            client_id,
            user: Arc::clone(&session.user),
            scope,
            nonce,
            auth_time: session.auth_time,
            acr: None,
            sid: session.sid.clone(),
            flow,
            revoked: AtomicBool::new(false),
        }
    }

    /// A copy, to be changed before anything is issued for it.
    pub(crate) fn copy(&self) -> Self {
        let Self { client_id, user, scope, nonce, auth_time, acr, sid, flow, revoked: _ } = self;
        Self {
            client_id: client_id.clone(),
            user: Arc::clone(user),
            scope: scope.clone(),
            nonce: nonce.clone(),
            auth_time: *auth_time,
            acr: acr.clone(),
            sid: sid.clone(),
            flow: flow.clone(),
            revoked: AtomicBool::new(false),
        }
    }

    /// The grant with the authentication context class that the client prefers: the mock provider
    /// claims to have satisfied it (OpenID Connect Core 1.0, section 3.1.2.1, `acr_values`).
    pub(crate) fn in_context(self, acr_values: Option<&str>) -> Self {
        let acr = acr_values.and_then(|values| values.split_whitespace().next());
        Self { acr: acr.map(str::to_owned), ..self }
    }

    /// Whether the grant is revoked, with everything issued for it.
    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Relaxed)
    }

    /// Revokes the grant, with everything issued for it.
    pub(crate) fn revoke(&self) {
        self.revoked.store(true, Ordering::Relaxed);
    }
}

/// An authorization code, bound to one request of one client.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) grant: Arc<Grant>,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<CodeChallenge>,
    pub(crate) expires: i64,
    pub(crate) used: bool,
}

/// A bearer token for userinfo.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) grant: Arc<Grant>,
    /// The grant's scope, or a part of it.
    pub(crate) scope: Scope,
    pub(crate) expires: i64,
}

/// A refresh token.
#[derive(Debug)]
pub(crate) struct RefreshToken {
    pub(crate) grant: Arc<Grant>,
    pub(crate) expires: i64,
    /// Whether it was used.
    pub(crate) rotated: bool,
    /// When it can no longer be used again after its rotation.
    reusable_until: i64,
}

/// How a redemption consumes its code or refresh token. It is part of the request because it
/// applies under the lock of the redemption: parallel redemptions must not see each other's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Consumption {
    /// It is consumed; using it again revokes the whole grant.
    #[default]
    Once,
    /// It can be used again for this many seconds after its first use.
    AgainFor(i64),
    /// It stays unused.
    Unused,
}

/// Why a code, a refresh token or its request is rejected.
#[derive(Debug)]
pub(crate) struct TokenRejection {
    pub(crate) error: TokenError,
    /// The grant of the code or token, if known.
    pub(crate) grant: Option<Arc<Grant>>,
}

impl TokenRejection {
    fn of(grant: &Arc<Grant>, description: String) -> Self {
        let error = TokenError::new(ErrorCode::InvalidGrant, description);
        Self { error, grant: Some(Arc::clone(grant)) }
    }

    fn unknown(description: &str) -> Self {
        Self { error: TokenError::new(ErrorCode::InvalidGrant, description), grant: None }
    }
}

impl From<TokenError> for TokenRejection {
    fn from(error: TokenError) -> Self {
        Self { error, grant: None }
    }
}

/// Why an access token is rejected.
#[derive(Debug)]
pub(crate) struct AccessRejection {
    pub(crate) reason: String,
    /// The token, if it is known.
    pub(crate) token: Option<AccessToken>,
}

/// How a client redeems a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
pub(crate) struct Redemption<'a> {
    pub(crate) code: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: Option<&'a str>,
    pub(crate) code_verifier: Option<&'a str>,
}

/// All codes and tokens.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    pub(crate) codes: Expiring<Code>,
    pub(crate) access_tokens: Expiring<AccessToken>,
    pub(crate) refresh_tokens: Expiring<RefreshToken>,
}

impl Grants {
    /// Remembers a code.
    pub(crate) fn add_code(&mut self, value: String, code: Code, now: i64) {
        let until = code.expires.saturating_add(RETENTION);
        self.codes.insert(value, code, now, until);
    }

    /// A code by its value.
    pub(crate) fn code(&mut self, value: &str, now: i64) -> Option<&mut Code> {
        self.codes.get_mut(value, now)
    }

    /// Remembers an access token.
    pub(crate) fn add_access_token(&mut self, value: String, token: AccessToken, now: i64) {
        let until = token.expires.saturating_add(RETENTION);
        self.access_tokens.insert(value, token, now, until);
    }

    /// Remembers a refresh token.
    pub(crate) fn add_refresh_token(
        &mut self,
        value: String,
        grant: Arc<Grant>,
        now: i64,
        expires: i64,
    ) {
        let until = expires.saturating_add(RETENTION);
        let token = RefreshToken { grant, expires, rotated: false, reusable_until: 0 };
        self.refresh_tokens.insert(value, token, now, until);
    }

    /// Redeems a code, which consumes it.
    ///
    /// # Errors
    ///
    /// The first check that fails. Using a code again revokes everything that was issued for it
    /// (RFC 6749, section 4.1.2).
    pub(crate) fn redeem(
        &mut self,
        redemption: &Redemption<'_>,
        consumption: Consumption,
        now: i64,
    ) -> Result<Arc<Grant>, TokenRejection> {
        let Some(code) = self.codes.get_mut(redemption.code, now) else {
            return Err(TokenRejection::unknown("code is unknown, or expired long ago"));
        };
        let grant = &code.grant;
        if grant.client_id != redemption.client_id {
            return Err(TokenRejection::of(
                grant,
                format!(
                    "code was issued to client `{}`, but `{}` redeems it",
                    grant.client_id, redemption.client_id
                ),
            ));
        }
        if code.used {
            grant.revoke();
            let replayed = "code was used before; the tokens issued for it are revoked";
            return Err(TokenRejection::of(grant, replayed.into()));
        }
        if grant.is_revoked() {
            return Err(TokenRejection::of(grant, "code was revoked".into()));
        }
        if code.expires <= now {
            let ago = now - code.expires;
            return Err(TokenRejection::of(grant, format!("code expired {ago} seconds ago")));
        }
        match redemption.redirect_uri {
            Some(uri) if uri == code.redirect_uri => {}
            other => {
                return Err(TokenRejection::of(
                    grant,
                    format!(
                        "redirect_uri must be `{}` as in the authorization request, but {}",
                        code.redirect_uri,
                        other.map_or("is missing".into(), |uri| format!("is `{uri}`"))
                    ),
                ));
            }
        }
        check_verifier(code.challenge.as_ref(), redemption.code_verifier)
            .map_err(|reason| TokenRejection::of(grant, reason))?;
        code.used = consumption != Consumption::Unused;
        Ok(Arc::clone(grant))
    }

    /// Redeems a refresh token of a client, which consumes it.
    ///
    /// # Errors
    ///
    /// The first check that fails. Using a token again revokes the whole grant
    /// ([RFC 9700, section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    pub(crate) fn refresh(
        &mut self,
        value: &str,
        client_id: &str,
        scope: Option<&Scope>,
        consumption: Consumption,
        now: i64,
    ) -> Result<Arc<Grant>, TokenRejection> {
        let Some(token) = self.refresh_tokens.get_mut(value, now) else {
            return Err(TokenRejection::unknown("refresh_token is unknown, or expired long ago"));
        };
        let grant = &token.grant;
        if grant.client_id != client_id {
            return Err(TokenRejection::of(
                grant,
                format!(
                    "refresh_token was issued to client `{}`, but `{client_id}` uses it",
                    grant.client_id
                ),
            ));
        }
        if grant.is_revoked() {
            return Err(TokenRejection::of(grant, "refresh_token was revoked".into()));
        }
        if token.rotated && token.reusable_until <= now {
            grant.revoke();
            let replayed = "refresh_token was used before; everything issued with it is revoked";
            return Err(TokenRejection::of(grant, replayed.into()));
        }
        if token.expires <= now {
            let ago = now - token.expires;
            return Err(TokenRejection::of(
                grant,
                format!("refresh_token expired {ago} seconds ago"),
            ));
        }
        if let Some(wider) = scope.and_then(|scope| scope.iter().find(|s| !grant.scope.contains(s)))
        {
            return Err(TokenRejection {
                error: TokenError::new(
                    ErrorCode::InvalidScope,
                    format!("scope `{wider}` exceeds the granted scope `{}`", grant.scope),
                ),
                grant: Some(Arc::clone(grant)),
            });
        }
        match consumption {
            Consumption::Unused => {}
            Consumption::AgainFor(seconds) if !token.rotated => {
                token.reusable_until = now.saturating_add(seconds);
                token.rotated = true;
            }
            Consumption::Once | Consumption::AgainFor(_) => token.rotated = true,
        }
        Ok(Arc::clone(grant))
    }

    /// The grant of a request's code or refresh token, without checking the client.
    pub(crate) fn presented(&mut self, form: &Parameters, now: i64) -> Option<Arc<Grant>> {
        let code = form.last("code").and_then(|code| self.codes.get_mut(code, now));
        if let Some(code) = code {
            return Some(Arc::clone(&code.grant));
        }
        let token = self.refresh_tokens.get_mut(form.last("refresh_token")?, now)?;
        Some(Arc::clone(&token.grant))
    }

    /// Revokes the chosen grants, and returns how many there were.
    #[cfg(feature = "control")]
    pub(crate) fn revoke(&mut self, now: i64, chosen: impl Fn(&Grant) -> bool) -> usize {
        let codes = self.codes.values(now).map(|code| &code.grant);
        let access = self.access_tokens.values(now).map(|token| &token.grant);
        let refresh = self.refresh_tokens.values(now).map(|token| &token.grant);
        // Codes and tokens share grants: each grant is counted once.
        let valid = codes.chain(access).chain(refresh).filter(|grant| !grant.is_revoked());
        valid.filter(|grant| chosen(grant)).inspect(|grant| grant.revoke()).count()
    }

    /// The access token with that value.
    ///
    /// # Errors
    ///
    /// When it is not valid ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    pub(crate) fn access(&mut self, value: &str, now: i64) -> Result<AccessToken, AccessRejection> {
        let Some(token) = self.access_tokens.get_mut(value, now).cloned() else {
            let reason = "access token is unknown, or expired long ago".to_owned();
            return Err(AccessRejection { reason, token: None });
        };
        let reason = if token.grant.is_revoked() {
            "access token was revoked".to_owned()
        } else if token.expires <= now {
            format!("access token expired {} seconds ago", now - token.expires)
        } else {
            return Ok(token);
        };
        Err(AccessRejection { reason, token: Some(token) })
    }
}

/// Checks the verifier against the challenge (RFC 7636, section 4.6). A verifier for a code without
/// a challenge is rejected too, or an attacker could strip the challenge from the request
/// ([RFC 9700, section 4.8.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.8.2)).
fn check_verifier(challenge: Option<&CodeChallenge>, verifier: Option<&str>) -> Result<(), String> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) => {
            challenge.verify(verifier).map_err(|error| error.to_string())
        }
        (Some(_), None) => {
            Err("code_verifier is missing, but the authorization request had a challenge".into())
        }
        (None, Some(_)) => {
            Err("code_verifier must be absent: the authorization request had no challenge".into())
        }
    }
}
