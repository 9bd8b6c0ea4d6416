//! The report on a case.

use std::fmt;

use http_browser::Page;
use mock_provider::Exchange;
use mock_provider::failure::{Expected, Failure};

use crate::outcome::Outcome;
use crate::verdict::Verdict;

/// The result of a case.
#[derive(Clone, Debug)]
pub struct Report {
    /// The failure as written on a command line.
    pub case: String,
    /// What a correct relying party does.
    pub expected: Expected,
    /// What happened.
    pub outcome: Outcome,
    /// The judgement.
    pub verdict: Verdict,
    /// The observations that support the judgement.
    pub evidence: Vec<String>,
}

impl Report {
    /// A report without evidence.
    pub(crate) fn new(failure: &Failure, outcome: Outcome, verdict: Verdict) -> Self {
        let (case, expected) = (failure.to_string(), failure.expected());
        Self { case, expected, outcome, verdict, evidence: vec![] }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.case)?;
        writeln!(f, "  expected  {}", self.expected)?;
        writeln!(f, "  outcome   {}", self.outcome)?;
        write!(f, "  verdict   {}", self.verdict)?;
        for line in &self.evidence {
            write!(f, "\n    {line}")?;
        }
        Ok(())
    }
}

/// A page in a few lines: its address, status and text.
pub(crate) fn page_lines(what: &str, page: &Page) -> Vec<String> {
    const MAX_TEXT: usize = 240;
    let status = page.status.map_or_else(String::new, |status| format!(" {status}"));
    let media_type = page.content_type().unwrap_or_default();
    let mut lines = vec![format!("{what}: {}{status} {media_type}", page.url)];
    if let Some(trouble) = &page.trouble {
        lines.push(format!("  {trouble:?}"));
    }
    lines.push(format!("  {:?}", shorten(page.text(), MAX_TEXT)));
    lines
}

/// The exchanges with the provider, and what failures altered.
pub(crate) fn journal_lines(journal: &[Exchange]) -> Vec<String> {
    const MAX_VALUE: usize = 100;
    let mut lines = vec![];
    for exchange in journal {
        let Exchange { endpoint, method, status, summary, .. } = exchange;
        lines.push(format!("provider: {endpoint} {method} {status} {summary}"));
        if let Some(refusal) = &exchange.refusal {
            lines.push(format!("  refused: {}: {}", refusal.error, refusal.reason));
        }
        for alteration in &exchange.alterations {
            let words = |value: &Option<serde_json::Value>| {
                value
                    .as_ref()
                    .map_or("nothing".to_owned(), |value| shorten(&value.to_string(), MAX_VALUE))
            };
            let (honest, sent) = (words(&alteration.honest), words(&alteration.sent));
            lines.push(format!("  altered: {} is {sent} instead of {honest}", alteration.place));
        }
    }
    lines
}

fn shorten(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
