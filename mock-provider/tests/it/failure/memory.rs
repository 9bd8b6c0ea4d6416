//! Failures that depend on earlier requests fire even if the journal does not keep them.

use std::time::Duration;

use mock_provider::{Client, Endpoint, MockProvider, Settings};
use serde_json::{Value, json};

use super::transcript::reproducible;
use crate::support::{
    Answer, Browser, CALLBACK, CHALLENGE, Parameters, RelyingParty, decoded, url,
};

/// How much the journal keeps while a scenario runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// Everything.
    Whole,
    /// Nothing: `journal_capacity` is 0.
    Nothing,
    /// Nothing of the earlier steps: the journal is cleared before each step.
    Cleared,
    /// Only parts of each request: `state`, `nonce` and the number of parameters exceed what an
    /// entry keeps.
    Parts,
}

/// Makes `state` and `nonce` longer than the journal keeps.
const PADDING: &str = "xxxxxxxxx";

/// A relying party and its users, who act step by step while a failure is armed.
struct Journey {
    provider: MockProvider,
    memory: Memory,
    relying_party: RelyingParty,
    /// Endpoint and place of each alteration, if the journal records them.
    alterations: Vec<(Endpoint, String)>,
}

impl Journey {
    async fn start(memory: Memory) -> Self {
        let relying_party = RelyingParty::start(200, "").await;
        let client = Client::new("app")
            .secret("s3cret")
            .redirect_uri(CALLBACK)
            .backchannel_logout_uri(relying_party.url("/logout"));
        let capacity = |settings: &mut Settings| {
            if memory == Memory::Nothing {
                settings.journal_capacity = 0;
            }
        };
        let provider = reproducible().client(client).settings(capacity).start().await;
        Self { provider, memory, relying_party, alterations: Vec::new() }
    }

    /// Notes the alterations of the last step, and clears the journal if the scenario requires that.
    fn step(&mut self) {
        if self.memory == Memory::Cleared {
            self.note_alterations();
            self.provider.clear_journal();
        }
    }

    fn note_alterations(&mut self) {
        for exchange in self.provider.journal() {
            let places = exchange.alterations.into_iter().map(|it| (exchange.endpoint, it.place));
            self.alterations.extend(places);
        }
    }

    /// The authorization request of a login whose `state` and `nonce` are made from `name`.
    fn request(&self, name: &str) -> Parameters {
        let padding = match self.memory {
            Memory::Parts => PADDING.repeat(1_000),
            _ => String::new(),
        };
        let request = Parameters::authorization()
            .with("client_id", "app")
            .with("state", &format!("state of {name}{padding}"))
            .with("nonce", &format!("nonce of {name}{padding}"));
        match self.memory {
            // Before the others, so that a journal that keeps the first 64 has only these.
            Memory::Parts => {
                let ignored = (0..65).fold(Parameters::none(), |all, number| {
                    all.with_another(&format!("ignored-{number}"), "")
                });
                ignored.and(request)
            }
            _ => request,
        }
    }

    /// Sends an authorization request, and returns the sign-in page.
    async fn begin(&mut self, browser: &mut Browser, request: &Parameters) -> Answer {
        self.step();
        browser.authorize(&self.provider, request).await
    }

    /// Signs a user in, and returns the authorization response.
    async fn sign_in(&mut self, browser: &mut Browser, page: &Answer, subject: &str) -> Answer {
        self.step();
        browser.sign_in(page, subject).await
    }

    /// Redeems the code of an authorization response.
    async fn redeem(&mut self, browser: &mut Browser, callback: &Answer) -> Answer {
        self.step();
        let code = callback.callback()["code"].clone();
        let form = Parameters::code(&code).with("client_id", "app");
        browser.token(&self.provider, form).await
    }

    /// A whole login of a user: header and claims of the ID token.
    async fn log_in(
        &mut self,
        browser: &mut Browser,
        request: &Parameters,
        subject: &str,
    ) -> (Value, Value) {
        let page = self.begin(browser, request).await;
        let callback = self.sign_in(browser, &page, subject).await;
        let tokens = self.redeem(browser, &callback).await.expect(200).json();
        decoded(tokens["id_token"].as_str().expect("there is an ID token"))
    }

    /// The `kid` of the ID token of a login.
    async fn key_of_a_login(&mut self, name: &str) -> Value {
        let request = self.request(name);
        let (header, _) = self.log_in(&mut Browser::new(), &request, "alice").await;
        header["kid"].clone()
    }

    /// The moduli of the published keys.
    async fn moduli(&mut self) -> Vec<Value> {
        self.step();
        let keys = Browser::new().get(&url(&self.provider, "/jwks")).await.json();
        let keys = keys["keys"].as_array().expect("a key set").iter();
        keys.map(|key| key["n"].clone()).collect()
    }
}

/// The name that [`Journey::request`] put into a `state` or `nonce`, without its padding. Made-up
/// values depend on the padding, so they all get the same label.
fn label(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return Value::Null };
    match text.split_once(" of ") {
        Some((_, name)) => json!(name.trim_end_matches('x')),
        None => json!("(made up)"),
    }
}

/// The claims that distinguish one login from another.
fn identity(claims: &Value) -> Value {
    let mut identity = json!({"nonce": label(&claims["nonce"])});
    for claim in ["sub", "sid", "auth_time", "acr"] {
        identity[claim] = claims[claim].clone();
    }
    identity
}

/// Runs a scenario with a failure armed, once with a whole journal and once with each kind of
/// forgetful journal. In each run the client must receive the same, and the failure must fire equally
/// often and change the same places.
async fn fires_regardless_of_the_journal(
    spec: &str,
    scenario: impl AsyncFn(&mut Journey) -> Value,
) {
    let mut expected = None;
    for memory in [Memory::Whole, Memory::Nothing, Memory::Cleared, Memory::Parts] {
        let mut journey = Journey::start(memory).await;
        let failure = journey.provider.fail(spec).may_not_fire();
        let outcome = scenario(&mut journey).await;
        journey.note_alterations();
        let fired = failure.fired();
        assert!(fired > 0, "{spec} never fires with {memory:?}: {outcome:#}");
        let Journey { alterations, .. } = journey;
        let Some((outcome_then, fired_then, alterations_then)) = &expected else {
            expected = Some((outcome, fired, alterations));
            continue;
        };
        assert_eq!(&outcome, outcome_then, "{spec}, {memory:?}: left is what the client received");
        assert_eq!(&fired, fired_then, "{spec}, {memory:?}");
        if memory != Memory::Nothing {
            assert_eq!(&alterations, alterations_then, "{spec}, {memory:?}");
        }
    }
}

/// Three logins: `alice`, another user in another browser, and `alice` again in the first browser.
async fn third_login(journey: &mut Journey, other: &str) -> Value {
    let (mut alice, mut another) = (Browser::new(), Browser::new());
    let mut identities = Vec::new();
    let first = journey.request("first");
    identities.push(journey.log_in(&mut alice, &first, "alice").await.1);
    let second = journey.request("second");
    identities.push(journey.log_in(&mut another, &second, other).await.1);
    let third = journey.request("third").with("prompt", "login");
    identities.push(journey.log_in(&mut alice, &third, "alice").await.1);
    identities.iter().map(identity).collect()
}

/// A login in one browser while another login of the same client has begun elsewhere.
async fn login_beside_an_open_one(journey: &mut Journey) -> Value {
    let attack = journey
        .request("attack")
        .with("code_challenge", CHALLENGE)
        .with("code_challenge_method", "S256");
    journey.begin(&mut Browser::new(), &attack).await.expect_sign_in_page();
    let mut browser = Browser::new();
    let own = journey.request("victim");
    let page = journey.begin(&mut browser, &own).await;
    let callback = journey.sign_in(&mut browser, &page, "alice").await;
    let parameters = callback_parameters(&callback);
    journey.step();
    let form = Parameters::code(parameters["code"].as_str().unwrap()).with("client_id", "app");
    let tokens = browser.token(&journey.provider, form).await;
    let claims = match tokens.status {
        200 => decoded(tokens.json()["id_token"].as_str().unwrap()).1,
        _ => Value::Null,
    };
    json!({
        "state": label(&parameters["state"]),
        "status": tokens.status,
        "identity": identity(&claims),
    })
}

/// The parameters of an authorization response, in a redirect or a form.
fn callback_parameters(callback: &Answer) -> Value {
    let fields = if callback.headers.contains_key("location") {
        callback.callback().into_iter().collect()
    } else {
        callback.hidden_fields()
    };
    fields.into_iter().map(|(name, value)| (name, json!(value))).collect()
}

#[tokio::test]
async fn a_replayed_nonce_of_an_earlier_login_is_remembered() {
    for (from, other) in
        [("same-browser", "alice"), ("other-browser", "alice"), ("other-user", "bob")]
    {
        let spec = format!("id-token-nonce-replayed:from={from}@nth=3");
        let scenario = async |journey: &mut Journey| third_login(journey, other).await;
        fires_regardless_of_the_journal(&spec, scenario).await;
    }
}

#[tokio::test]
async fn the_nonce_of_a_parallel_login_is_remembered() {
    let spec = "id-token-nonce-replayed:from=parallel-login";
    fires_regardless_of_the_journal(spec, login_beside_an_open_one).await;
}

#[tokio::test]
async fn the_authentication_that_the_request_required_is_remembered() {
    let strict = async |journey: &mut Journey| {
        let request = journey.request("strict").with("max_age", "60").with("acr_values", "gold");
        identity(&journey.log_in(&mut Browser::new(), &request, "alice").await.1)
    };
    for case in ["claim=auth_time", "claim=acr", "value=absent", "value=lower", "value=future"] {
        let spec = format!("id-token-auth-context-weaker:{case}");
        fires_regardless_of_the_journal(&spec, strict).await;
    }
    let prompted = async |journey: &mut Journey| {
        let request = journey.request("prompted").with("prompt", "login");
        identity(&journey.log_in(&mut Browser::new(), &request, "alice").await.1)
    };
    fires_regardless_of_the_journal("id-token-auth-context-weaker", prompted).await;
}

#[tokio::test]
async fn the_state_of_the_previous_login_is_remembered() {
    let scenario = async |journey: &mut Journey| {
        let mut states = Vec::new();
        for name in ["first", "second"] {
            let (mut browser, request) = (Browser::new(), journey.request(name));
            let page = journey.begin(&mut browser, &request).await;
            let callback = journey.sign_in(&mut browser, &page, "alice").await;
            states.push(label(&json!(callback.callback()["state"])));
        }
        states.into()
    };
    let spec = "authorization-state-mismatch:variant=previous";
    fires_regardless_of_the_journal(spec, scenario).await;
}

#[tokio::test]
async fn the_login_that_an_attacker_began_is_remembered() {
    for case in ["state=attacker", "state=attacker,method=post", "state=none"] {
        let spec = format!("authorization-login-csrf:{case}");
        fires_regardless_of_the_journal(&spec, login_beside_an_open_one).await;
    }
}

#[tokio::test]
async fn codes_that_are_stolen_from_other_logins_are_remembered() {
    for spec in [
        "authorization-code-injection",
        "authorization-code-injection:code=other-client",
        "authorization-code-injection:op-checks-pkce=true",
        "authorization-unsolicited-tokens",
    ] {
        fires_regardless_of_the_journal(spec, login_beside_an_open_one).await;
    }
}

#[tokio::test]
async fn the_key_of_an_earlier_login_is_remembered() {
    let between = async |journey: &mut Journey| {
        let mut keys = Vec::new();
        for name in ["first", "second", "third"] {
            keys.push(journey.key_of_a_login(name).await);
        }
        json!({"keys": keys, "published": journey.provider.keys().kids()})
    };
    for spec in [
        "jwks-rotate-new-kid:timing=between-logins",
        "jwks-rotate-new-kid:timing=between-logins,old-key=kept",
    ] {
        fires_regardless_of_the_journal(spec, between).await;
    }
}

#[tokio::test]
async fn the_time_of_the_last_rotation_is_remembered() {
    let scenario = async |journey: &mut Journey| {
        let mut moduli = vec![journey.moduli().await];
        for name in ["first", "too soon", "later"] {
            if name == "later" {
                journey.provider.clock().advance(Duration::from_secs(60));
            }
            journey.key_of_a_login(name).await;
            moduli.push(journey.moduli().await);
        }
        json!(moduli)
    };
    fires_regardless_of_the_journal("jwks-rotate-same-kid:cooldown=60s", scenario).await;
}

#[tokio::test]
async fn a_retired_key_and_its_age_are_remembered() {
    let scenario = async |journey: &mut Journey| {
        let mut keys = Vec::new();
        for name in ["first", "second", "too soon", "later"] {
            if name == "later" {
                journey.provider.clock().advance(Duration::from_secs(10));
            }
            keys.push(journey.key_of_a_login(name).await);
        }
        keys.into()
    };
    fires_regardless_of_the_journal("jwks-retired-key-used:age=10s", scenario).await;
}

#[tokio::test]
async fn the_address_of_moved_keys_is_remembered() {
    let scenario = async |journey: &mut Journey| {
        journey.key_of_a_login("first").await;
        journey.step();
        let old = Browser::new().get(&url(&journey.provider, "/jwks")).await.status;
        let address = url(&journey.provider, "/.well-known/openid-configuration");
        let metadata = Browser::new().get(&address).await.json();
        json!({"old": old, "new": metadata["jwks_uri"]})
    };
    fires_regardless_of_the_journal("jwks-rotate-new-kid:jwks_uri=moved", scenario).await;
}

#[tokio::test]
async fn the_last_logout_token_is_remembered() {
    let scenario = async |journey: &mut Journey| {
        let mut browser = Browser::new();
        let first = journey.request("first").with("prompt", "login");
        journey.log_in(&mut browser, &first, "alice").await;
        journey.step();
        journey.provider.log_out("alice").await;
        let second = journey.request("second").with("prompt", "login");
        journey.log_in(&mut browser, &second, "alice").await;
        let received = journey.relying_party.wait_for(2).await;
        received.iter().map(|it| json!(it.logout_token())).collect()
    };
    fires_regardless_of_the_journal("backchannel-logout-replay:delay=1ms", scenario).await;
}

#[tokio::test]
async fn the_user_of_the_last_login_is_remembered() {
    let scenario = async |journey: &mut Journey| {
        let mut browser = Browser::new();
        let first = journey.request("first");
        let first = journey.log_in(&mut browser, &first, "alice").await.1;
        let second = journey.request("second").with("prompt", "login");
        let second = journey.log_in(&mut browser, &second, "alice").await.1;
        json!([first["sub"], second["sub"]])
    };
    fires_regardless_of_the_journal("sequence-user-switch", scenario).await;
}
