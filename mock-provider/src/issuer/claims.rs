//! The claims that an issuer releases.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::directory::user::User;
use crate::issuer::issuer::Issuer;
use crate::jose::algorithm::Algorithm;
use crate::protocol::id_token::PROTOCOL_CLAIMS;
use crate::protocol::scope::{STANDARD_SCOPES, Scope};
use crate::settings::settings::Settings;

/// The scopes that release a claim, by claim.
pub(crate) type ClaimScopes = BTreeMap<String, Vec<String>>;

impl Issuer {
    /// The scope values that the issuer knows.
    pub(crate) fn scopes_supported(&self) -> impl Iterator<Item = &str> {
        let standard = STANDARD_SCOPES.iter().map(|scope| scope.value);
        standard.chain(self.settings.scopes.keys().map(String::as_str))
    }

    /// The values of a scope that the issuer knows.
    pub(crate) fn known(&self, scope: &Scope) -> Scope {
        scope.filtered(|value| self.scopes_supported().any(|known| known == value))
    }

    /// The claims of a user that a scope releases. A claim that belongs to no scope comes with
    /// `openid`.
    pub(crate) fn released(&self, user: &User, scope: &Scope) -> Map<String, Value> {
        let mut claims = user.all_claims();
        claims.retain(|claim, _| {
            let scopes = self.claim_scopes.get(claim);
            let releases = scopes.is_none_or(|own| own.iter().any(|own| scope.contains(own)));
            releases && !PROTOCOL_CLAIMS.contains(&claim.as_str())
        });
        claims
    }

    /// The algorithms that userinfo is signed with for at least one client.
    pub(crate) fn userinfo_algorithms(&self) -> Vec<&'static str> {
        let clients = &self.directory.now().clients;
        let asked = clients.iter().filter_map(|client| client.userinfo_signed_response_alg);
        let mut names: Vec<_> = asked.map(Algorithm::name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names of all claims that the issuer may release.
    pub(crate) fn claims_supported(&self) -> Vec<String> {
        let directory = self.directory.now();
        let mut claims: Vec<String> = PROTOCOL_CLAIMS.map(str::to_owned).into();
        let mut types = directory.clients.iter().flat_map(|client| &client.response_types);
        if !types.any(|asked| asked.has_code() && asked.has_id_token()) {
            claims.retain(|claim| claim != "c_hash");
        }
        let attributes = User::new("").attributes().map(|(name, _)| name.to_owned());
        let configured = self.settings.scopes.values().flatten().cloned();
        let extra = directory.users.iter().flat_map(|user| user.claims.keys().cloned());
        for claim in attributes.into_iter().chain(configured).chain(extra) {
            if !claims.contains(&claim) {
                claims.push(claim);
            }
        }
        claims
    }
}

/// The scopes of the specification and of the settings, by the claims that they release.
pub(crate) fn claim_scopes(settings: &Settings) -> ClaimScopes {
    let mut claim_scopes = ClaimScopes::new();
    let mut add = |scope: &str, claim: &str| {
        claim_scopes.entry(claim.to_owned()).or_default().push(scope.to_owned());
    };
    for scope in STANDARD_SCOPES {
        scope.claims.iter().for_each(|claim| add(scope.value, claim));
    }
    for (scope, claims) in &settings.scopes {
        claims.iter().for_each(|claim| add(scope, claim));
    }
    claim_scopes
}
