//! What the user agents do in each mode, and the rule that judges it.

use mock_provider::failure::Failure;

use crate::relying_party::{Bench, RelyingParty};
use crate::scenario::Scenario;
use crate::verdict::Rule;

/// How a case is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What the user agents do.
    pub scenario: Scenario,
    /// The rule that judges the outcome.
    pub rule: Rule,
    /// Whether the relying party starts before the failure.
    pub start: Start,
    /// The features that the relying party must have.
    pub needs: &'static [Feature],
    /// Whether names and email addresses of another person, shown beside the user's own subject, mean
    /// that accounts were mixed up. They do not if the failure assigns them to the user.
    pub foreign_attributes_count: bool,
    /// Whether the failure is an additional requirement, which changes nothing for clients that meet it.
    pub is_demand: bool,
    /// Whether the issuer under test issues no codes, so each code it receives is another issuer's.
    pub honest_codes: bool,
    /// Whether a request to the canary is a failure of the relying party. It is not if the issuer itself is
    /// on loopback, because other loopback addresses are then equally acceptable.
    pub canary_counts: bool,
}

/// When the relying party starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Before the failure: metadata and keys may be cached.
    Before,
    /// After the failure is armed: metadata and keys are fetched with it.
    After,
}

/// A feature that not every relying party has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// It refreshes its tokens.
    Refresh,
    /// Users can sign out.
    Logout,
    /// It accepts logout tokens.
    BackChannelLogout,
    /// It can be signed out in a frame.
    FrontChannelLogout,
    /// It monitors the session at the provider.
    SessionManagement,
    /// It trusts a second issuer.
    SecondIssuer,
    /// Other parties can begin a login.
    ThirdPartyLogin,
}

/// A login, judged by the catalogue's expectation.
const LOGIN: Plan = Plan {
    scenario: Scenario::Login,
    rule: Rule::Expectation,
    start: Start::Before,
    needs: &[],
    foreign_attributes_count: true,
    is_demand: false,
    honest_codes: false,
    canary_counts: true,
};

impl Plan {
    /// The plan for a failure; `None` for a mode without one.
    pub fn of(failure: &Failure) -> Option<Self> {
        let is = |name: &str, value: &str| failure.value(name) == value;
        let plan = match failure.mode().name {
            // The first request for metadata succeeds, and its result expires.
            "discovery-unavailable" if is("phase", "running") => {
                LOGIN.cold().playing(Scenario::LoginAfterDays)
            }
            "discovery-endpoint-unsafe-url" if is("target", "loopback-canary") => {
                Plan { canary_counts: false, ..LOGIN.cold() }
            }
            "discovery-issuer-mismatch"
            | "discovery-issuer-trailing-slash"
            | "discovery-unavailable"
            | "discovery-bad-body"
            | "discovery-missing-required"
            | "discovery-sparse-or-extra"
            | "discovery-endpoint-unsafe-url"
            | "discovery-alg-downgrade" => LOGIN.cold(),
            "discovery-endpoint-foreign" => LOGIN.cold().with_honest_codes(),

            "jwks-rotate-new-kid" | "jwks-rotate-same-kid" => {
                LOGIN.playing(Scenario::AfterAnotherLogin)
            }
            // The first login is honest, and the second makes the relying party fetch the keys again.
            "jwks-retired-key-used" => LOGIN.playing(Scenario::AfterTwoLogins),
            "jwks-unknown-kid-storm" => LOGIN.playing(Scenario::Storm).judged(Rule::Storm),
            "jwks-unavailable" | "jwks-foreign-keys" | "jwks-weak-key" | "jwks-oct-key" => {
                LOGIN.cold()
            }

            "authorization-login-csrf" => match failure.value("victim").as_str() {
                "pending-login" => LOGIN.playing(Scenario::WhileAnotherLoginWaits),
                _ => LOGIN.playing(Scenario::ForeignCallback).own_session(),
            },
            "authorization-mixup" => LOGIN.with_honest_codes(),
            "authorization-iss-mismatch" if is("on", "error") => LOGIN.playing(Scenario::Denial),
            "authorization-session-overwriting" => LOGIN
                .playing(Scenario::OverwrittenSession)
                .own_session()
                .needing(&[Feature::SecondIssuer]),
            "authorization-unsolicited-tokens" => LOGIN.own_session(),
            "authorization-initiate-login-abuse" => LOGIN.needing(&[Feature::ThirdPartyLogin]),
            "authorization-state-mismatch" if is("variant", "previous") => {
                LOGIN.playing(Scenario::AfterAnotherLogin)
            }
            "authorization-state-mismatch"
            | "authorization-code-injection"
            | "authorization-iss-mismatch"
            | "authorization-error"
            | "authorization-error-markup"
            | "authorization-malformed"
            | "authorization-unusual-but-valid"
            | "authorization-form-post" => LOGIN,

            // A relying party that never uses the access token may accept the ID token alone.
            "token-token-type-unknown" => LOGIN.own_session(),
            "token-http-error"
            | "token-redirect"
            | "token-bad-body"
            | "token-oauth-error"
            | "token-id-token-missing"
            | "token-member-missing"
            | "token-expires-in"
            | "token-token-type-case"
            | "token-optional-members" => LOGIN,
            "token-client-auth" | "token-pkce-enforced" => LOGIN.demanding(),

            "id-token-alg-none"
            | "id-token-alg-hs256-public-key"
            | "id-token-alg-hs256-client-secret"
            | "id-token-alg-invalid"
            | "id-token-alg-unregistered"
            | "id-token-kid-absent-single"
            | "id-token-kid-absent-multiple"
            | "id-token-kid-unknown"
            | "id-token-kid-injection"
            | "id-token-embedded-key"
            | "id-token-remote-key"
            | "id-token-crit-unknown"
            | "id-token-cross-jwt"
            | "id-token-claims-in-header"
            | "id-token-jwe-mismatch" => LOGIN,

            // Another token, or a retired key, requires an earlier login.
            "id-token-sig-invalid" if is("mode", "other-token") => {
                LOGIN.playing(Scenario::AfterAnotherLogin)
            }
            "id-token-sig-wrong-key" if is("key", "retired") => {
                LOGIN.playing(Scenario::AfterAnotherLogin)
            }
            "id-token-sig-invalid"
            | "id-token-sig-wrong-key"
            | "id-token-sig-ecdsa-malformed"
            | "id-token-not-a-jwt" => LOGIN,

            "id-token-nonce-replayed" => LOGIN.playing(match failure.value("from").as_str() {
                "same-browser" => Scenario::OnceMore,
                "parallel-login" => Scenario::DuringAnotherLogin,
                "other-user" => Scenario::AfterAnotherLogin,
                _ => Scenario::AfterTheSameUser,
            }),
            "id-token-iss-mismatch"
            | "id-token-sub-invalid"
            | "id-token-aud-mismatch"
            | "id-token-aud-array-single"
            | "id-token-aud-extra"
            | "id-token-exp-invalid"
            | "id-token-time-format"
            | "id-token-iat-missing"
            | "id-token-iat-skewed"
            | "id-token-nbf-future"
            | "id-token-nonce-mismatch"
            | "id-token-at-hash-wrong"
            | "id-token-at-hash-missing"
            | "id-token-c-hash-invalid"
            | "id-token-auth-context-weaker"
            | "id-token-duplicate-members" => LOGIN,

            "userinfo-sub-mismatch" | "userinfo-sub-ambiguous" | "userinfo-jwt-invalid" => {
                LOGIN.own_session()
            }
            "userinfo-jwt-unexpected" | "userinfo-http-error" => LOGIN,

            "refresh-id-token-absent" | "refresh-rotated" | "refresh-expires-in-tiny" => {
                LOGIN.refreshing(Scenario::Refresh).judged(Rule::Kept)
            }
            "refresh-transient-failure" => {
                LOGIN.refreshing(Scenario::RefreshAgain).judged(Rule::Kept)
            }
            "refresh-reuse-revokes-family" => {
                LOGIN.refreshing(Scenario::ParallelRefresh).judged(Rule::Kept)
            }
            "refresh-id-token-invalid" | "refresh-invalid-grant" => {
                LOGIN.refreshing(Scenario::Refresh)
            }

            "logout-post-logout-state" | "logout-end-session-broken" => {
                let plan =
                    LOGIN.playing(Scenario::Logout).judged(Rule::Ended).needing(&[Feature::Logout]);
                match failure.value("mode").as_str() {
                    "absent" => plan.cold(),
                    "hint-required" => plan.demanding(),
                    _ => plan,
                }
            }
            "backchannel-logout-scope" => {
                let ends = is("variant", "sub-only") || is("variant", "already-logged-out");
                LOGIN
                    .playing(match failure.value("variant").as_str() {
                        "already-logged-out" => Scenario::ProviderLogoutAfterLogout,
                        _ => Scenario::ProviderLogout,
                    })
                    .judged(if ends { Rule::Ended } else { Rule::Kept })
                    .needing(&[Feature::BackChannelLogout])
            }
            "backchannel-logout-replay" => LOGIN
                .playing(Scenario::LoginAfterProviderLogout)
                .judged(Rule::Kept)
                .needing(&[Feature::BackChannelLogout]),
            "backchannel-logout-signature"
            | "backchannel-logout-iss-aud"
            | "backchannel-logout-events"
            | "backchannel-logout-nonce"
            | "backchannel-logout-incomplete"
            | "backchannel-logout-cross-jwt" => LOGIN
                .playing(Scenario::ProviderLogout)
                .judged(Rule::Kept)
                .needing(&[Feature::BackChannelLogout]),
            "frontchannel-logout-blocked" if is("cookies", "allowed") => LOGIN
                .playing(Scenario::ProviderLogout)
                .judged(Rule::Kept)
                .needing(&[Feature::FrontChannelLogout])
                .demanding(),
            "frontchannel-logout-params" | "frontchannel-logout-blocked" => LOGIN
                .playing(Scenario::ProviderLogout)
                .judged(Rule::Kept)
                .needing(&[Feature::FrontChannelLogout]),
            "logout-session-changed" => LOGIN.needing(&[Feature::SessionManagement]),

            // The documents that the provider publishes fail as well as its other responses.
            "network-tls-invalid" => LOGIN.cold(),
            "network-slow"
            | "network-hang"
            | "network-reset"
            | "network-truncated"
            | "network-compression"
            | "network-oversized"
            | "network-http-variants" => match failure.value("endpoint").as_str() {
                "discovery" | "jwks" | "" => LOGIN.cold(),
                "end_session" | "end-session" => {
                    LOGIN.playing(Scenario::Logout).judged(Rule::Ended).needing(&[Feature::Logout])
                }
                _ => LOGIN,
            },

            // An account of the user with the address of another person is not a takeover.
            "claims-email-unverified" | "claims-email-reassigned" => {
                LOGIN.playing(Scenario::AfterAnotherLogin).own_session().with_foreign_attributes()
            }
            "claims-foreign-identity" => LOGIN
                .playing(Scenario::AfterForeignLogin)
                .own_session()
                .with_foreign_attributes()
                .needing(&[Feature::SecondIssuer]),
            "claims-groups-string"
            | "claims-groups-overage"
            | "claims-session-overflow"
            | "claims-groups-delimiter"
            | "claims-null-or-mistyped"
            | "claims-email-verified-string"
            | "claims-email-changed"
            | "claims-sub-edge"
            | "claims-name-unicode"
            | "claims-markup"
            | "claims-crlf"
            | "claims-distributed" => LOGIN,

            "sequence-callback-replayed" => match failure.value("how").as_str() {
                "other-browser" => LOGIN.playing(Scenario::CallbackElsewhere),
                "parallel" => LOGIN.playing(Scenario::CallbackTwiceAtOnce).own_session(),
                _ => LOGIN.playing(Scenario::CallbackTwice).own_session(),
            },
            "sequence-multi-tab" => LOGIN.playing(Scenario::ManyTabs),
            "sequence-slow-user" => match failure.value("mode").as_str() {
                "cookies-cleared" => LOGIN.playing(Scenario::CookiesCleared),
                "dwell" => LOGIN.playing(Scenario::SlowUser),
                _ => LOGIN,
            },
            "sequence-user-switch" => LOGIN.playing(Scenario::UserSwitch).own_session(),
            "sequence-concurrent-users" => LOGIN.playing(Scenario::UsersAtOnce),
            "sequence-op-restart" => match failure.value("phase").as_str() {
                "before-refresh" => LOGIN.refreshing(Scenario::Refresh),
                "after-login" => LOGIN.playing(Scenario::AfterAnotherLogin),
                _ => LOGIN,
            },
            "sequence-back-after-logout" => LOGIN
                .playing(match failure.value("how").as_str() {
                    "callback-url" => Scenario::CallbackAfterLogout,
                    _ => Scenario::CookieAfterLogout,
                })
                .needing(&[Feature::Logout]),
            "sequence-clock-skew" | "sequence-rejected-login-loop" => LOGIN,
            _ => return None,
        };
        Some(plan)
    }

    /// A required feature that the relying party lacks.
    pub(crate) fn missing(&self, bench: &impl Bench) -> Option<Feature> {
        let needed = |feature: &&Feature| !feature.is_in(bench.relying_party(), bench);
        self.needs.iter().find(needed).copied()
    }

    fn playing(self, scenario: Scenario) -> Self {
        Self { scenario, ..self }
    }

    fn judged(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    fn own_session(self) -> Self {
        self.judged(Rule::OwnSession)
    }

    fn with_foreign_attributes(self) -> Self {
        Self { foreign_attributes_count: false, ..self }
    }

    fn demanding(self) -> Self {
        Self { is_demand: true, ..self }
    }

    fn needing(self, needs: &'static [Feature]) -> Self {
        Self { needs, ..self }
    }

    fn refreshing(self, scenario: Scenario) -> Self {
        self.playing(scenario).needing(&[Feature::Refresh])
    }

    fn cold(self) -> Self {
        Self { start: Start::After, ..self }
    }

    /// The relying party has two issuers, and all codes come from the honest one: they must not reach
    /// the other.
    fn with_honest_codes(self) -> Self {
        Self { honest_codes: true, needs: &[Feature::SecondIssuer], ..self }
    }
}

impl Feature {
    fn is_in(self, relying_party: &RelyingParty, bench: &impl Bench) -> bool {
        match self {
            Self::Refresh => relying_party.refreshes_after.is_some(),
            Self::Logout => relying_party.logout.is_some(),
            Self::BackChannelLogout => relying_party.backchannel_logout.is_some(),
            Self::FrontChannelLogout => relying_party.frontchannel_logout.is_some(),
            Self::SessionManagement => relying_party.watches_session,
            Self::SecondIssuer => {
                relying_party.second_login.is_some() && bench.second_issuer().is_some()
            }
            Self::ThirdPartyLogin => relying_party.initiate_login.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use mock_provider::failure::modes;

    use super::*;

    #[test]
    fn every_mode_of_the_catalogue_has_a_plan() {
        let missing: Vec<_> = modes()
            .filter(|mode| Plan::of(&Failure::from(*mode)).is_none())
            .map(|mode| mode.name)
            .collect();
        assert!(
            missing.is_empty(),
            "add these modes to `Plan::of`, with `LOGIN` if an ordinary login suffices: {missing:?}"
        );
    }
}
