//! Tokens for a code or a refresh token
//! ([OpenID Connect Core 1.0, sections 3.1.3 and 12](https://openid.net/specs/openid-connect-core-1_0.html#TokenEndpoint)).

use std::sync::Arc;

use crate::directory::client::Client;
use crate::directory::encryption::Encryption;
use crate::issuer::grant::{AccessToken, Consumption, Grant, Redemption, TokenRejection};
use crate::issuer::issuer::{Issuer, until};
use crate::protocol::id_token::{IdToken, half_hash};
use crate::protocol::scope::Scope;
use crate::protocol::token::{TokenRequest, TokenResponse};
use crate::settings::settings::ClaimsIn;

/// Tokens, and the grant that they belong to.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) response: TokenResponse,
    /// The signed ID token, if the response has it encrypted.
    pub(crate) signed: Option<String>,
    pub(crate) grant: Arc<Grant>,
}

/// The values that an ID token is issued with and has hashes of.
pub(crate) struct HashInputs<'a> {
    pub(crate) access_token: Option<&'a str>,
    pub(crate) code: Option<&'a str>,
}

impl Issuer {
    /// Redeems the code or refresh token of a client.
    ///
    /// # Errors
    ///
    /// The first check that fails.
    pub(crate) fn redeem(
        &self,
        client: &Client,
        request: &TokenRequest,
        consumption: Consumption,
    ) -> Result<Issued, TokenRejection> {
        let now = self.clock.seconds();
        match request {
            TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier } => {
                let redemption = Redemption {
                    code,
                    client_id: &client.id,
                    redirect_uri: redirect_uri.as_deref(),
                    code_verifier: code_verifier.as_deref(),
                };
                let grant = self.grants().redeem(&redemption, consumption, now)?;
                let (scope, nonce) = (grant.scope.clone(), grant.nonce.clone());
                Ok(self.issue(grant, scope, nonce.as_deref(), now))
            }
            TokenRequest::RefreshToken { refresh_token, scope } => {
                // A client that repeats its first request also repeats the values that were ignored
                // then. A scope of unknown values alone is rejected.
                let known = scope.as_ref().map(|scope| self.known(scope));
                let wanted = known.as_ref().filter(|known| !known.is_empty()).or(scope.as_ref());
                let client = &client.id;
                let grant =
                    self.grants().refresh(refresh_token, client, wanted, consumption, now)?;
                let scope = wanted.unwrap_or(&grant.scope).clone();
                // An ID token from a refresh should have no nonce (section 12.2).
                Ok(self.issue(grant, scope, None, now))
            }
        }
    }

    fn issue(&self, grant: Arc<Grant>, scope: Scope, nonce: Option<&str>, now: i64) -> Issued {
        let access_token = self.random.token();
        let id_token = scope.contains("openid").then(|| {
            let inputs = HashInputs { access_token: Some(&access_token), code: None };
            self.id_token(&grant, &scope, nonce, &inputs, now)
        });
        let client = self.client(&grant.client_id);
        let encryption = client.as_deref().and_then(Encryption::of);
        let encrypted = id_token.as_ref().zip(encryption).map(|(token, encryption)| {
            let encrypted = encryption.encrypt(token, &self.random);
            encrypted.expect("a checked configuration has usable encryption keys")
        });
        let (id_token, signed) = match encrypted {
            Some(encrypted) => (Some(encrypted), id_token),
            None => (id_token, None),
        };
        // The new refresh token keeps the whole grant, even if this access token has a narrower
        // scope (RFC 6749, section 6).
        let refresh_token = grant.scope.contains("offline_access").then(|| self.random.token());

        let mut grants = self.grants();
        if let Some(value) = &refresh_token {
            let expires = until(now, self.settings.refresh_token_lifetime);
            grants.add_refresh_token(value.clone(), Arc::clone(&grant), now, expires);
        }
        let response = TokenResponse {
            access_token: access_token.clone(),
            token_type: "Bearer",
            expires_in: self.settings.access_token_lifetime.as_secs(),
            refresh_token,
            scope: scope.to_string(),
            id_token,
        };
        let expires = until(now, self.settings.access_token_lifetime);
        let token = AccessToken { grant: Arc::clone(&grant), scope, expires };
        grants.add_access_token(access_token, token, now);
        drop(grants);
        Issued { response, signed, grant }
    }

    /// An ID token. One that comes without a code and an access token always has the claims of the
    /// user, because the client cannot call userinfo (section 5.4).
    pub(crate) fn id_token(
        &self,
        grant: &Grant,
        scope: &Scope,
        nonce: Option<&str>,
        inputs: &HashInputs<'_>,
        now: i64,
    ) -> String {
        let alone = inputs.access_token.is_none() && inputs.code.is_none();
        let here = alone || self.settings.claims_in != ClaimsIn::Userinfo;
        let client = self.client(&grant.client_id);
        let secret = client.as_deref().and_then(|client| client.secret.as_ref());
        let algorithm = client.as_deref().map(|client| client.id_token_signed_response_alg);
        let algorithm = algorithm.unwrap_or_default();
        let hash = |value: &str| half_hash(algorithm, value);
        let id_token = IdToken {
            iss: &self.url,
            sub: &grant.user.subject,
            aud: &grant.client_id,
            exp: until(now, self.settings.id_token_lifetime),
            iat: now,
            auth_time: grant.auth_time,
            acr: grant.acr.as_deref(),
            nonce,
            at_hash: inputs.access_token.map(hash),
            c_hash: inputs.code.map(hash),
            sid: &grant.sid,
            claims: here.then(|| self.released(&self.current_user(&grant.user), scope)),
        };
        self.keys.sign(algorithm, secret, &id_token)
    }
}
