//! Plays scenarios: the one place where the user agents of a case act.

use std::borrow::Cow;
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::future::{join, join_all};
use http_browser::{Field, Form, Page};
use jiff::SignedDuration;
use mock_provider::failure::Failure;
use mock_provider::{Endpoint, Exchange, IssuerHandle};
use url::Url;

use crate::oracle::Who;
use crate::person::Person;
use crate::relying_party::{Bench, RelyingParty};
use crate::scenario::Scenario;
use crate::story::Story;
use crate::user_agent::{UserAgent, UserAgents};
use crate::visit::{self, callback, callback_on, sign_in, sign_in_on, sign_out};

/// The environment of a scenario.
pub(crate) struct Stage<'a, B, F> {
    pub(crate) bench: &'a B,
    pub(crate) agents: &'a F,
    pub(crate) failure: &'a Failure,
}

/// Longer than relying parties keep metadata, keys and pending logins.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Longer than any relying party delays another refresh.
const BACK_OFF: Duration = Duration::from_secs(90);

impl<B: Bench, F: UserAgents> Stage<'_, B, F> {
    /// Plays a scenario. `None` if the user agents or the bench lack an ability that it needs.
    ///
    /// # Errors
    ///
    /// When a user agent fails.
    pub(crate) async fn play(&self, scenario: Scenario) -> Result<Option<Story<F::Agent>>> {
        let (rp, user, other) = (self.rp(), self.user(), &self.bench.cast().other);
        let mut agent = self.agents.fresh().await?;
        let story = match scenario {
            Scenario::Login => self.login(agent).await?,
            Scenario::LoginAfterDays => {
                for _ in 0..2 {
                    if !self.bench.advance(A_DAY) {
                        return Ok(None);
                    }
                    sign_in(&mut self.agents.fresh().await?, &rp.login, user).await?;
                }
                self.login(agent).await?.logins(3)
            }
            Scenario::Denial => {
                let page = agent.open(&rp.login).await?;
                let page = visit::deny(&mut agent, &page).await?.unwrap_or(page);
                self.end(agent, page, user).await?
            }
            Scenario::WhileAnotherLoginWaits => {
                self.agents.fresh().await?.open(&rp.login).await?;
                self.login(agent).await?.logins(2)
            }
            Scenario::AfterAnotherLogin => {
                sign_in(&mut self.agents.fresh().await?, &rp.login, other).await?;
                self.login(agent).await?.logins(2)
            }
            Scenario::AfterForeignLogin => {
                let second = rp.second_login.as_ref().context("there is no second issuer")?;
                sign_in(&mut self.agents.fresh().await?, second, other).await?;
                self.login(agent).await?
            }
            Scenario::AfterTwoLogins => {
                for person in [other, &self.bench.cast().control] {
                    sign_in(&mut self.agents.fresh().await?, &rp.login, person).await?;
                }
                self.login(agent).await?.logins(3)
            }
            Scenario::AfterTheSameUser => {
                sign_in(&mut self.agents.fresh().await?, &rp.login, user).await?;
                self.login(agent).await?.logins(2)
            }
            Scenario::DuringAnotherLogin => {
                let begun = agent.open(&rp.login).await?;
                sign_in(&mut self.agents.fresh().await?, &rp.login, user).await?;
                let page = sign_in_on(&mut agent, begun, user).await?;
                self.end(agent, page, user).await?.logins(2)
            }
            Scenario::OnceMore => {
                sign_in(&mut agent, &rp.login, user).await?;
                if !agent.forget(&rp.identity) {
                    return Ok(None);
                }
                self.login(agent).await?.logins(2)
            }
            Scenario::Storm => self.storm(agent).await?,
            Scenario::Refresh | Scenario::RefreshAgain => {
                let rounds = self.number("rounds", 2);
                let page = sign_in(&mut agent, &rp.login, user).await?;
                for _ in 0..rounds {
                    if !self.bench.advance(rp.refreshes_after.unwrap_or_default()) {
                        return Ok(None);
                    }
                    visit::identity(&mut agent, rp, user, self.bench.cast()).await?;
                }
                if scenario == Scenario::RefreshAgain {
                    self.bench.advance(BACK_OFF);
                }
                self.end(agent, page, user).await?.about_identity()
            }
            Scenario::ParallelRefresh => {
                let page = sign_in(&mut agent, &rp.login, user).await?;
                let tabs: Option<Vec<_>> =
                    (0..self.number("parallel", 2)).map(|_| agent.tab()).collect();
                let Some(mut tabs) = tabs else { return Ok(None) };
                if !self.bench.advance(rp.refreshes_after.unwrap_or_default()) {
                    return Ok(None);
                }
                join_all(tabs.iter_mut().map(|tab| tab.open(&rp.identity))).await;
                self.end(agent, page, user).await?.about_identity()
            }
            Scenario::Logout => {
                sign_in(&mut agent, &rp.login, user).await?;
                let page = sign_out(&mut agent, self.logout()?).await?;
                self.end(agent, page, user).await?
            }
            Scenario::ProviderLogout => {
                sign_in(&mut agent, &rp.login, user).await?;
                self.provider_logout(agent).await?
            }
            Scenario::LoginAfterProviderLogout => {
                sign_in(&mut agent, &rp.login, user).await?;
                visit::sign_out_at_provider(&mut agent, self.issuer()).await?;
                let page = sign_in(&mut agent, &rp.login, user).await?;
                if !self.bench.advance(self.duration("delay")) {
                    return Ok(None);
                }
                visit::identity(&mut agent, rp, user, self.bench.cast()).await?;
                self.end(agent, page, user).await?.logins(2)
            }
            Scenario::ProviderLogoutAfterLogout => {
                sign_in(&mut agent, &rp.login, user).await?;
                sign_out(&mut agent, self.logout()?).await?;
                self.provider_logout(agent).await?
            }
            Scenario::ForeignCallback => self.foreign_callback(agent).await?,
            Scenario::OverwrittenSession => self.overwritten_session(agent).await?,
            Scenario::CallbackTwice => {
                let callback = callback(&mut agent, self.issuer(), &rp.login, user).await?;
                agent.open(&callback).await?;
                if self.failure.value("session") == "gone" && !agent.forget(&rp.identity) {
                    return Ok(None);
                }
                let page = agent.open(&callback).await?;
                self.end(agent, page, user).await?.by_user_agent()
            }
            Scenario::CallbackTwiceAtOnce => {
                let callback = callback(&mut agent, self.issuer(), &rp.login, user).await?;
                let Some(mut tab) = agent.tab() else { return Ok(None) };
                let (page, _) = join(agent.open(&callback), tab.open(&callback)).await;
                self.end(agent, page?, user).await?.by_user_agent()
            }
            Scenario::CallbackElsewhere => {
                let callback = callback(&mut agent, self.issuer(), &rp.login, user).await?;
                agent.open(&callback).await?;
                let mut elsewhere = self.agents.fresh().await?;
                let page = elsewhere.open(&callback).await?;
                // A session there would belong to the user, who is the victim.
                self.end(elsewhere, page, other).await?.by_user_agent()
            }
            Scenario::ManyTabs => self.many_tabs(agent).await?,
            Scenario::SlowUser => {
                let page = agent.open(&rp.login).await?;
                if !self.bench.advance(self.duration("time")) {
                    return Ok(None);
                }
                let page = sign_in_on(&mut agent, page, user).await?;
                self.end(agent, page, user).await?.by_user_agent()
            }
            Scenario::CookiesCleared => {
                let page = agent.open(&rp.login).await?;
                if !agent.forget(&rp.identity) {
                    return Ok(None);
                }
                let page = sign_in_on(&mut agent, page, user).await?;
                self.end(agent, page, user).await?.by_user_agent()
            }
            Scenario::UserSwitch => {
                sign_in(&mut agent, &rp.login, user).await?;
                let page = sign_in(&mut agent, &rp.login, user).await?;
                self.end(agent, page, other).await?.logins(2)
            }
            Scenario::UsersAtOnce => self.users_at_once().await?,
            Scenario::CookieAfterLogout => {
                sign_in(&mut agent, &rp.login, user).await?;
                let Some(thief) = agent.copy() else { return Ok(None) };
                let page = sign_out(&mut agent, self.logout()?).await?;
                self.end(thief, page, user).await?.by_user_agent()
            }
            Scenario::CallbackAfterLogout => {
                let callback = callback(&mut agent, self.issuer(), &rp.login, user).await?;
                agent.open(&callback).await?;
                sign_out(&mut agent, self.logout()?).await?;
                let page = agent.open(&callback).await?;
                self.end(agent, page, user).await?.by_user_agent()
            }
        };
        Ok(Some(story))
    }

    async fn login(&self, mut agent: F::Agent) -> Result<Story<F::Agent>> {
        let page = sign_in(&mut agent, &self.rp().login, self.user()).await?;
        self.end(agent, page, self.user()).await
    }

    /// Ends a scenario: opens the page that shows who is signed in.
    async fn end(
        &self,
        mut agent: F::Agent,
        page: Page,
        expected: &Person,
    ) -> Result<Story<F::Agent>> {
        let (who, identity) =
            visit::identity(&mut agent, self.rp(), expected, self.bench.cast()).await?;
        let mut notes = vec![];
        // A page of the provider shows nothing about the relying party.
        let page = if page.is_at(&self.rp().identity) {
            page
        } else {
            notes.push(format!("the scenario ended at {}: {:?}", page.url, page.title()));
            identity.clone()
        };
        let logout_token_status = logout_token_status(&self.issuer().journal());
        Ok(Story {
            page,
            identity,
            who,
            agent,
            logins: 1,
            by_user_agent: false,
            logout_token_status,
            hammers: false,
            notes,
        })
    }

    async fn storm(&self, mut agent: F::Agent) -> Result<Story<F::Agent>> {
        let logins = self.number("count", 20);
        for _ in 1..logins {
            sign_in(&mut agent, &self.rp().login, self.user()).await?;
        }
        let story = self.login(agent).await?.logins(logins);
        let is_fetch = |exchange: &&Exchange| exchange.endpoint == Endpoint::Jwks;
        let fetches = self.issuer().journal().iter().filter(is_fetch).count();
        let hammers = logins > 1 && fetches >= logins;
        Ok(Story { hammers, ..story }.note(format!("{logins} logins, {fetches} requests for keys")))
    }

    async fn provider_logout(&self, mut agent: F::Agent) -> Result<Story<F::Agent>> {
        let page = visit::sign_out_at_provider(&mut agent, self.issuer()).await?;
        self.end(agent, page, self.user()).await
    }

    async fn foreign_callback(&self, mut agent: F::Agent) -> Result<Story<F::Agent>> {
        let (rp, user, other) = (self.rp(), self.user(), &self.bench.cast().other);
        let mut attacker = self.agents.fresh().await?;
        let mut callback = callback(&mut attacker, self.issuer(), &rp.login, other).await?;
        if self.failure.value("state") == "none" {
            callback = with_parameter(&callback, "state", None);
        }
        if self.failure.value("victim") == "logged-in" {
            sign_in(&mut agent, &rp.login, user).await?;
        }
        let page = match self.failure.value("method").as_str() {
            "post" => agent.submit(&form_posting(&callback), None).await?,
            _ => agent.open(&callback).await?,
        };
        Ok(self.end(agent, page, user).await?.logins(2).by_user_agent())
    }

    async fn users_at_once(&self) -> Result<Story<F::Agent>> {
        let (rp, cast) = (self.rp(), self.bench.cast());
        let pairs = self.number("pairs", 1);
        let one = async |person| {
            let mut agent = self.agents.fresh().await?;
            let page = sign_in(&mut agent, &rp.login, person).await?;
            self.end(agent, page, person).await
        };
        let logins = (0..pairs).flat_map(|_| [&cast.user, &cast.other]).map(one);
        let stories: Result<Vec<_>> = join_all(logins).await.into_iter().collect();
        // If a person does not see exactly their own attributes, that story is the one to report.
        let own = Who::Expected { foreign_attributes: false };
        let mut stories = stories?;
        let reported = stories.iter().position(|story| story.who != own).unwrap_or_default();
        Ok(stories.swap_remove(reported).logins(2 * pairs).by_user_agent())
    }

    async fn overwritten_session(&self, mut agent: F::Agent) -> Result<Story<F::Agent>> {
        let (rp, user) = (self.rp(), self.user());
        let second = rp.second_login.as_ref().context("there is no second issuer")?;
        let (paused, begun) = match self.failure.value("order").as_str() {
            "honest-first" => (second, &rp.login),
            _ => (&rp.login, second),
        };
        let first = agent.open(paused).await?;
        agent.open(begun).await?;
        let page = sign_in_on(&mut agent, first, user).await?;
        Ok(self.end(agent, page, user).await?.logins(2).by_user_agent())
    }

    async fn many_tabs(&self, mut agent: F::Agent) -> Result<Story<F::Agent>> {
        let (rp, user) = (self.rp(), self.user());
        let begun = self.number("tabs", 2).max(2);
        let mut pages = vec![];
        for _ in 0..begun {
            pages.push(agent.open(&rp.login).await?);
        }
        let mut callbacks = vec![];
        for page in &pages {
            callbacks.push(callback_on(page, self.issuer(), user).await?);
        }
        match self.failure.value("order").as_str() {
            "first" => callbacks.truncate(1),
            "second" => drop(callbacks.drain(..begun - 1)),
            _ => callbacks.reverse(),
        }
        let mut page = pages.swap_remove(0);
        for callback in &callbacks {
            page = agent.open(callback).await?;
        }
        Ok(self.end(agent, page, user).await?.logins(begun).by_user_agent())
    }

    fn rp(&self) -> &RelyingParty {
        self.bench.relying_party()
    }

    fn issuer(&self) -> &IssuerHandle {
        self.bench.issuer()
    }

    fn user(&self) -> &Person {
        &self.bench.cast().user
    }

    fn logout(&self) -> Result<&Url> {
        self.rp().logout.as_ref().context("the relying party has no logout")
    }

    /// The value of a parameter of the failure that is a duration.
    fn duration(&self, name: &str) -> Duration {
        let value = self.failure.value(name).parse::<SignedDuration>();
        value.ok().and_then(|value| value.try_into().ok()).unwrap_or(A_DAY)
    }

    /// The value of a parameter of the failure that is a number.
    fn number(&self, name: &str, default: usize) -> usize {
        self.failure.value(name).parse().unwrap_or(default)
    }
}

/// The status of the relying party's response to the latest logout token.
fn logout_token_status(journal: &[Exchange]) -> Option<u16> {
    let posted = |exchange: &&Exchange| exchange.endpoint.name() == "back-channel-logout";
    journal.iter().rev().find(posted).map(|exchange| exchange.status)
}

/// A form of another site that posts the query of an address to it.
fn form_posting(url: &Url) -> Form {
    let field = |(name, value): (Cow<'_, str>, Cow<'_, str>)| Field {
        name: name.into_owned(),
        value: value.into_owned(),
        hidden: true,
    };
    let fields = url.query_pairs().map(field).collect();
    let mut action = url.clone();
    action.set_query(None);
    Form { action, post: true, fields, buttons: vec![], selector: String::new() }
}

/// The address with another value of a parameter, or without the parameter.
fn with_parameter(url: &Url, name: &str, value: Option<&str>) -> Url {
    let kept: Vec<_> = url
        .query_pairs()
        .filter(|(key, _)| key != name)
        .map(|(a, b)| (a.into_owned(), b.into_owned()))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    url
}
