//! The audit itself: the verdict `pass` means something only if careless relying parties fail.

use std::time::Duration;

use anyhow::{Context, Result};
use mock_provider::failure::Failure;
use mock_provider::{Client, IssuerHandle, MockProvider};
use rp_audit::http_agent::HttpAgents;
use rp_audit::{Bench, Calibration, Cast, Outcome, RelyingParty, Report, Verdict, run};
use tokio::net::TcpListener;
use url::Url;

use crate::careless::{self, CLIENT_ID, CLIENT_SECRET};

/// How long a user agent waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A provider and the careless relying party, which stops with the runtime of the test.
struct CarelessBench {
    cast: Cast,
    provider: MockProvider,
    listener: Option<TcpListener>,
    relying_party: RelyingParty,
}

impl CarelessBench {
    async fn new(mark: &str) -> Result<Self> {
        let cast = Cast::new(mark);
        let client = Client::new(CLIENT_ID).secret(CLIENT_SECRET);
        let builder = MockProvider::builder()
            .issuer_host("localhost")
            .client(client.redirect_uri("http://127.0.0.1:*/callback"));
        let provider = cast
            .all()
            .into_iter()
            .fold(builder, |builder, person| builder.user(person.account()))
            .try_start()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = Url::parse(&format!("http://{}/", listener.local_addr()?))?;
        let relying_party = RelyingParty {
            login: url.join("login")?,
            second_login: None,
            identity: url,
            signed_out: Some(careless::SIGNED_OUT.to_owned()),
            denied: None,
            logout: None,
            backchannel_logout: None,
            frontchannel_logout: None,
            refreshes_after: None,
            watches_session: false,
            initiate_login: None,
        };
        Ok(Self { cast, provider, listener: Some(listener), relying_party })
    }
}

impl Bench for CarelessBench {
    fn issuer(&self) -> &IssuerHandle {
        &self.provider
    }

    fn second_issuer(&self) -> Option<&IssuerHandle> {
        None
    }

    fn cast(&self) -> &Cast {
        &self.cast
    }

    async fn start(&mut self) -> Result<()> {
        let router = careless::router(self.provider.issuer(), &self.relying_party.identity)?;
        let listener =
            self.listener.take().context("the relying party has been started already")?;
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(())
    }

    fn relying_party(&self) -> &RelyingParty {
        &self.relying_party
    }

    fn advance(&self, _: Duration) -> bool {
        false
    }
}

/// The report on the careless relying party.
async fn report(case: &str) -> Result<Report> {
    let agents = HttpAgents::new(TIMEOUT)?;
    let calibration =
        Calibration::learn(&mut CarelessBench::new("calibration").await?, &agents).await?;
    let case = Failure::parse(case)?;
    run(&mut CarelessBench::new("q7f3az").await?, &agents, &calibration, &case).await
}

#[tokio::test]
async fn a_relying_party_that_checks_nothing_fails() -> Result<()> {
    use Outcome::{ScriptExecuted, SessionExpected, SessionVictim};
    for (case, outcome) in [
        ("discovery-issuer-mismatch", SessionExpected),
        ("authorization-state-mismatch", SessionExpected),
        ("authorization-login-csrf:victim=logged-in", SessionVictim),
        ("authorization-iss-mismatch", SessionExpected),
        ("authorization-code-injection", SessionVictim),
        ("authorization-error-markup:payload=script", ScriptExecuted),
        ("id-token-alg-none", SessionExpected),
        ("id-token-alg-hs256-public-key", SessionExpected),
        ("id-token-embedded-key", SessionExpected),
        ("id-token-sig-invalid", SessionExpected),
        ("id-token-sig-wrong-key", SessionExpected),
        ("id-token-iss-mismatch", SessionExpected),
        ("id-token-aud-mismatch", SessionExpected),
        ("id-token-exp-invalid", SessionExpected),
        ("id-token-nonce-mismatch", SessionExpected),
        ("claims-markup:claim=name,payload=script", ScriptExecuted),
    ] {
        let report = report(case).await?;
        assert_eq!(report.outcome, outcome, "{report}");
        assert!(matches!(report.verdict, Verdict::Fail(..)), "{report}");
    }
    Ok(())
}

#[tokio::test]
async fn a_relying_party_that_checks_nothing_passes_if_nothing_must_be_refused() -> Result<()> {
    for case in ["id-token-aud-array-single", "token-token-type-case", "discovery-sparse-or-extra"]
    {
        let report = report(case).await?;
        assert_eq!(report.outcome, Outcome::SessionExpected, "{report}");
        assert!(report.verdict.is_pass(), "{report}");
    }
    Ok(())
}
