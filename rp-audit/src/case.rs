//! Runs one case, with the failure and then without it, and judges the outcome.
//!
//! A refused login proves nothing unless the same login works without the failure. A second login
//! therefore follows in the same relying party and the same browser, which also proves that they recover
//! from the failure. A case that ends with a session needs no such proof.

use std::time::Duration;

use anyhow::{Context, Result};
use http_browser::Page;
use mock_provider::failure::{Expected, Failure};
use mock_provider::{Endpoint, Exchange};
use serde_json::Value;

use crate::calibration::{Calibration, authorizations};
use crate::oracle::Who;
use crate::outcome::{Outcome, Seen, outcome};
use crate::person::Person;
use crate::plan::{Plan, Start};
use crate::relying_party::Bench;
use crate::report::{Report, journal_lines, page_lines};
use crate::stage::Stage;
use crate::story::Story;
use crate::user_agent::{UserAgent, UserAgents};
use crate::verdict::{Rule, verdict_by};
use crate::{script, visit};

/// Longer than relying parties wait before they fetch keys again.
const COOL_DOWN: Duration = Duration::from_secs(61);

/// Longer than relying parties keep metadata and keys.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs one case. Each case needs its own bench.
///
/// # Errors
///
/// When a user agent or the bench fails, because the case then proves nothing, or when there is no
/// [`Plan`] for the mode.
pub async fn run(
    bench: &mut impl Bench,
    agents: &impl UserAgents,
    calibration: &Calibration,
    failure: &Failure,
) -> Result<Report> {
    let plan = Plan::of(failure).with_context(|| {
        format!("`Plan::of` must have a plan for the mode {}", failure.mode().name)
    })?;
    if plan.start == Start::Before {
        bench.start().await?;
        if let Some(report) = inapplicable(bench, &plan, failure) {
            return Ok(report);
        }
        // An abandoned login makes the relying party cache metadata and keys.
        agents.fresh().await?.open(&bench.relying_party().login).await?;
        bench.issuer().clear_journal();
    }
    let armed = bench.issuer().fail(failure.clone()).may_not_fire();
    if plan.start == Start::After {
        bench.start().await?;
        if let Some(report) = inapplicable(bench, &plan, failure) {
            return Ok(report);
        }
    }

    let stage = Stage { bench: &*bench, agents, failure };
    let Some(story) = stage.play(plan.scenario).await? else {
        let evidence = vec!["the user agent lacks an ability that the scenario needs".to_owned()];
        return Ok(conclude(failure, &plan, Outcome::NotApplicable, None, evidence));
    };
    let journal = bench.issuer().journal();
    let seen = see(&plan, &story, &journal, armed.fired(), calibration);
    let mut happened = outcome(&seen);
    drop(armed);

    let mut evidence = evidence(&story, &journal, bench);
    let Story { mut agent, logout_token_status: answer, .. } = story;
    let recovers = failure.expected() == Expected::Recover && plan.rule == Rule::Expectation;
    if happened.is_error() {
        if recovers {
            bench.advance(COOL_DOWN);
        }
        // The same browser, because a failed login must not prevent the next one.
        let user = &bench.cast().user;
        let mut refusal = refusal_of(&mut agent, bench, user).await?;
        if refusal.is_some() && !recovers && plan.start == Start::After && bench.advance(A_DAY) {
            // Documents that were fetched while the failure was active may be kept for their usual time.
            refusal = refusal_of(&mut agents.fresh().await?, bench, user).await?;
            evidence.push("logins fail until the cached documents expire".to_owned());
        }
        match refusal {
            None if recovers => happened = Outcome::SessionExpected,
            None => {}
            Some(lines) => {
                evidence.push("afterwards, without the failure, logins do not work:".to_owned());
                evidence.extend(lines);
                if !recovers {
                    happened = Outcome::HarnessBroken;
                }
            }
        }
    }
    Ok(conclude(failure, &plan, happened, answer, evidence))
}

fn inapplicable(bench: &impl Bench, plan: &Plan, failure: &Failure) -> Option<Report> {
    let missing = plan.missing(bench)?;
    let evidence = vec![format!("the relying party lacks {missing:?}")];
    Some(conclude(failure, plan, Outcome::NotApplicable, None, evidence))
}

fn conclude(
    failure: &Failure,
    plan: &Plan,
    outcome: Outcome,
    answer: Option<u16>,
    evidence: Vec<String>,
) -> Report {
    let severity = failure.mode().severity;
    let verdict = verdict_by(plan.rule, outcome, failure.expected(), severity, answer);
    Report { evidence, ..Report::new(failure, outcome, verdict) }
}

/// Signs in without a failure. Returns evidence if that does not lead to a session.
async fn refusal_of(
    agent: &mut impl UserAgent,
    bench: &impl Bench,
    person: &Person,
) -> Result<Option<Vec<String>>> {
    let rp = bench.relying_party();
    let page = visit::sign_in(agent, &rp.login, person).await?;
    let (who, identity) = visit::identity(agent, rp, person, bench.cast()).await?;
    if matches!(who, Who::Expected { .. }) {
        return Ok(None);
    }
    let mut lines = page_lines("the login ended at", &page);
    lines.extend(page_lines("the identity page shows", &identity));
    lines.extend(bench.log());
    Ok(Some(lines))
}

fn see<'a, Agent: UserAgent>(
    plan: &Plan,
    story: &'a Story<Agent>,
    journal: &[Exchange],
    fired: u64,
    calibration: &'a Calibration,
) -> Seen<'a> {
    let altered = journal.iter().any(|exchange| !exchange.alterations.is_empty());
    let texts = sent_texts(journal);
    let pages = [&story.page, &story.identity];
    let usual = story.logins * calibration.authorizations.max(1);
    Seen {
        page: &story.page,
        who: story.who,
        foreign_attributes_count: plan.foreign_attributes_count,
        exercised: plan.is_demand || story.by_user_agent || fired > 0 || altered,
        alive: is_answered(&story.identity),
        script: story.agent.ran_script() || pages.iter().any(|page| script::runs(page, &texts)),
        canary: journal.iter().any(|exchange| match exchange.endpoint {
            Endpoint::Canary => plan.canary_counts,
            Endpoint::Token => plan.honest_codes,
            _ => false,
        }),
        hammers: story.hammers,
        surplus_authorizations: authorizations(journal).saturating_sub(usual),
        error_title: calibration.error_title.as_deref(),
    }
}

/// Whether a server responds.
fn is_answered(page: &Page) -> bool {
    page.status.is_some() || page.trouble.is_none()
}

/// The texts that failures sent in place of honest ones.
fn sent_texts(journal: &[Exchange]) -> Vec<String> {
    let alterations = journal.iter().flat_map(|exchange| &exchange.alterations);
    let mut texts = vec![];
    for sent in alterations.filter_map(|alteration| alteration.sent.as_ref()) {
        collect(sent, &mut texts);
    }
    texts
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            // A parameter of an authorization response is recorded with its name.
            let value = text.split_once('=').map(|(_, value)| value.to_owned());
            texts.extend(value.filter(|value| !value.is_empty()));
            texts.push(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

fn evidence<Agent>(story: &Story<Agent>, journal: &[Exchange], bench: &impl Bench) -> Vec<String> {
    let mut lines = page_lines("the relying party shows", &story.page);
    lines.extend(page_lines(&format!("signed in: {:?}, shown by", story.who), &story.identity));
    lines.extend(story.notes.iter().cloned());
    lines.extend(
        story
            .logout_token_status
            .map(|status| format!("the logout token was answered with {status}")),
    );
    lines.extend(journal_lines(journal));
    lines.extend(bench.log());
    lines
}
