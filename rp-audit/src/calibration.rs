//! Learns what is normal for a relying party, before the first case.

use anyhow::{Result, ensure};
use mock_provider::{Endpoint, Exchange};

use crate::oracle::Who;
use crate::relying_party::Bench;
use crate::user_agent::{UserAgent, UserAgents};
use crate::visit;

/// What is normal for a relying party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// The number of authorization requests in a login.
    pub authorizations: usize,
    /// The title of its own error page for a failed login, if it has one.
    pub error_title: Option<String>,
}

impl Calibration {
    /// Learns what is normal from two logins and a denied login.
    ///
    /// # Errors
    ///
    /// When the oracle cannot distinguish the users, or a signed-in user from a signed-out one. Then no
    /// case would prove anything.
    pub async fn learn(bench: &mut impl Bench, agents: &impl UserAgents) -> Result<Self> {
        bench.start().await?;
        let (rp, cast) = (bench.relying_party(), bench.cast());
        for person in [&cast.control, &cast.user] {
            let mut agent = agents.fresh().await?;
            let (before, page) = visit::identity(&mut agent, rp, person, cast).await?;
            ensure!(before == Who::Nobody, "{} shows {before:?} before any login", page.url);
            bench.issuer().clear_journal();
            visit::sign_in(&mut agent, &rp.login, person).await?;
            let (after, page) = visit::identity(&mut agent, rp, person, cast).await?;
            ensure!(
                after == Who::Expected { foreign_attributes: false },
                "{} shows {after:?} after {} signed in: {}",
                page.url,
                person.subject,
                page.text()
            );
        }
        let journal = bench.issuer().journal();
        let mut agent = agents.fresh().await?;
        let page = agent.open(&rp.login).await?;
        let denied = visit::deny(&mut agent, &page).await?.filter(|page| page.is_at(&rp.login));
        let error_title = denied.map(|page| page.title().to_owned());
        Ok(Self {
            authorizations: authorizations(&journal),
            error_title: error_title.filter(|title| !title.is_empty()),
        })
    }
}

/// The number of authorization requests in a journal.
pub(crate) fn authorizations(journal: &[Exchange]) -> usize {
    journal.iter().filter(|it| it.endpoint == Endpoint::Authorization).count()
}
