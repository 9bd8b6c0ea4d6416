//! The bench of the app: its addresses, and its configuration for each case.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};
use e2e::stack::{CLIENT_ID, CLIENT_SECRET, HalfStack, Stack, StackBuilder};
use mock_provider::failure::Failure;
use mock_provider::{Algorithm, Client, IssuerHandle, MockProvider, MockProviderBuilder};
use rp_audit::{Bench, Cast, RelyingParty};
use tempfile::NamedTempFile;
use url::Url;

/// The lifetime of access tokens.
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// A provider and an app for one case.
pub(super) struct AppBench {
    cast: Cast,
    issuer: IssuerHandle,
    half: Option<HalfStack>,
    second_issuer: Option<IssuerHandle>,
    running: Option<(Stack, RelyingParty)>,
}

impl AppBench {
    /// A running provider with users whose attributes contain `mark`, configured for a case. The app has
    /// not started.
    pub(super) async fn new(mark: &str, case: Option<&Failure>) -> Result<Self> {
        let cast = Cast::new(mark);
        let people: Vec<_> = cast.all().map(|person| person.account()).into();
        let users = |provider: MockProviderBuilder| {
            let provider = provider.settings(|settings| {
                settings.access_token_lifetime = ACCESS_TOKEN_LIFETIME;
                // Shorter than an hour, so that tokens from a clock that is an hour slow have expired.
                settings.id_token_lifetime = Duration::from_secs(30 * 60);
            });
            people
                .into_iter()
                .map(|user| user.groups(["staff"]))
                .fold(provider, MockProviderBuilder::user)
        };
        let stack = Stack::builder()
            .provider(users)
            .open_to_all()
            .app_variable("OIDC_SCOPE", "openid profile email groups offline_access")
            .app_variable("OIDC_TIMEOUT_SECONDS", "10")
            .app_variable("SSL_CERT_FILE", authority()?);
        let half = case.into_iter().fold(stack, prepared).start_provider().await?;
        let issuer = IssuerHandle::clone(half.provider());
        let second = case.is_some_and(|case| TWO_ISSUERS.contains(&case.mode().name));
        let second_issuer = second.then(|| half.provider().named(SECOND));
        Ok(Self { cast, issuer, second_issuer, half: Some(half), running: None })
    }
}

/// The configuration that a case needs.
fn prepared(stack: StackBuilder, case: &Failure) -> StackBuilder {
    match case.mode().name {
        // The provider can only ignore a request that the app makes.
        "id-token-auth-context-weaker" => stack.app_variable("OIDC_MAX_AGE", "600"),
        "token-client-auth" if case.value("secret") == "special-chars" => stack
            .provider(|provider| provider.client(client().secret(SPECIAL_SECRET)))
            .app_variable("OIDC_CLIENT_AUTH", "client_secret_basic")
            .app_variable("OIDC_CLIENT_SECRET", SPECIAL_SECRET),
        // An app that is registered for another algorithm would refuse every signature with this one.
        "id-token-sig-ecdsa-malformed" => signed_with_es256(stack),
        "id-token-sig-invalid" if case.value("alg") == "ES256" => signed_with_es256(stack),
        // One channel at a time: otherwise the other channel would complete the logout.
        name if name.starts_with("backchannel-") => stack.provider_for_app(|provider, app| {
            let client = client().secret(CLIENT_SECRET);
            provider.client(client.backchannel_logout_uri(format!("{app}{BACK_CHANNEL}")))
        }),
        name if name.starts_with("frontchannel-") => stack.provider_for_app(|provider, app| {
            let client = client().secret(CLIENT_SECRET);
            provider.client(client.frontchannel_logout_uri(format!("{app}{FRONT_CHANNEL}")))
        }),
        // No response will arrive, so the app need not wait long.
        "network-hang" | "refresh-transient-failure" => {
            stack.app_variable("OIDC_TIMEOUT_SECONDS", "1")
        }
        "discovery-unavailable" if case.value("mode") == "hang" => {
            stack.app_variable("OIDC_TIMEOUT_SECONDS", "1")
        }
        "network-tls-invalid" => stack.trusts_provider(),
        "discovery-endpoint-unsafe-url" if case.value("target") == "http" => {
            stack.provider(MockProviderBuilder::https).trusts_provider()
        }
        "sequence-rejected-login-loop" => stack.app_variable("REQUIRED_GROUPS", "staff"),
        name if TWO_ISSUERS.contains(&name) => {
            let stack = with_two_issuers(stack);
            if case.value("swap") == "registration_endpoint" {
                // The app registers itself at the malicious issuer.
                stack
                    .app_variable("OIDC_REGISTER", "true")
                    .app_variable("OIDC_CLIENT_ID", "")
                    .app_variable("OIDC_CLIENT_SECRET", "")
            } else {
                stack
            }
        }
        _ => stack,
    }
}

/// An app with a provider for each issuer, where clients can register themselves.
fn with_two_issuers(stack: StackBuilder) -> StackBuilder {
    stack
        .provider(|provider| provider.settings(|settings| settings.client_registration = true))
        .provider_for_app(|provider, app| {
            let callback = format!("{app}auth/callback");
            let second = format!("{callback}/{SECOND}");
            let client = Client::new(CLIENT_ID).secret(CLIENT_SECRET);
            provider.client(client.redirect_uri(callback.as_str()).redirect_uri(second.as_str()))
        })
        .app_variable("OIDC_PROVIDERS", format!("first {SECOND}"))
        .app_variable("OIDC_PROVIDER_OTHER_AUTHORITY", format!("{{issuer}}/issuers/{SECOND}"))
        .app_variable("OIDC_PROVIDER_OTHER_CLIENT_ID", CLIENT_ID)
        .app_variable("OIDC_PROVIDER_OTHER_CLIENT_SECRET", CLIENT_SECRET)
}

/// The app and its registration, for ID tokens that are signed with ES256.
fn signed_with_es256(stack: StackBuilder) -> StackBuilder {
    let client = client().secret(CLIENT_SECRET).id_token_signed_response_alg(Algorithm::ES256);
    stack.provider(|provider| provider.client(client)).app_variable("OIDC_SIGNING_ALGS", "ES256")
}

/// Modes with a malicious issuer and an honest one.
const TWO_ISSUERS: [&str; 4] = [
    "authorization-mixup",
    "authorization-session-overwriting",
    "claims-foreign-identity",
    "discovery-endpoint-foreign",
];

/// The name of the second issuer at the provider, and of the second provider in the app.
const SECOND: &str = "other";

/// The logout endpoints of the app.
const BACK_CHANNEL: &str = "auth/backchannel-logout";
const FRONT_CHANNEL: &str = "auth/frontchannel-logout";

/// A secret that a client must encode correctly.
const SPECIAL_SECRET: &str = "a+b c%2B:d&e=f/g?\u{e9}";

/// The app as the provider knows it.
fn client() -> Client {
    Client::new(CLIENT_ID)
        .redirect_uri("http://127.0.0.1:*/*")
        .post_logout_redirect_uri("http://127.0.0.1:*/*")
}

impl Bench for AppBench {
    fn issuer(&self) -> &IssuerHandle {
        &self.issuer
    }

    fn second_issuer(&self) -> Option<&IssuerHandle> {
        self.second_issuer.as_ref()
    }

    fn cast(&self) -> &Cast {
        &self.cast
    }

    async fn start(&mut self) -> Result<()> {
        let stack = self.half.take().context("the app has been started already")?.start();
        let several = self.second_issuer.is_some();
        let url = |path| Url::parse(&stack.url(path));
        let relying_party = RelyingParty {
            login: url(if several { "auth/login?provider=first" } else { "auth/login" })?,
            second_login: several.then(|| url("auth/login?provider=other")).transpose()?,
            identity: url("")?,
            signed_out: Some("Please log in".to_owned()),
            denied: Some("you do not have".to_owned()),
            logout: Some(url("auth/logout")?),
            backchannel_logout: Some(url(BACK_CHANNEL)?),
            frontchannel_logout: Some(url(FRONT_CHANNEL)?),
            refreshes_after: Some(ACCESS_TOKEN_LIFETIME),
            watches_session: false,
            initiate_login: None,
        };
        self.running = Some((stack, relying_party));
        Ok(())
    }

    fn relying_party(&self) -> &RelyingParty {
        &self.running.as_ref().expect("the app was started").1
    }

    fn advance(&self, by: Duration) -> bool {
        let Some((stack, _)) = &self.running else { return false };
        stack.advance(by);
        self.second_issuer.iter().for_each(|issuer| issuer.clock().advance(by));
        true
    }
}

/// A file with the only authority that the app trusts. Reading all authorities of the system takes longer
/// than most cases.
fn authority() -> Result<String> {
    static FILE: OnceLock<NamedTempFile> = OnceLock::new();
    let file = match FILE.get() {
        Some(file) => file,
        None => {
            let mut file = NamedTempFile::new()?;
            file.write_all(MockProvider::builder().try_start()?.ca_certificate().as_bytes())?;
            FILE.get_or_init(|| file)
        }
    };
    Ok(file.path().to_str().context("the path of a temporary file is not valid UTF-8")?.to_owned())
}
