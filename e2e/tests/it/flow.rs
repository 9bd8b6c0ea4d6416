//! The journal of the provider as text for snapshots.
//!
//! Clock and seed are fixed, so nearly everything is the same in each run.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use e2e::stack::Stack;
use mock_provider::Exchange;

use crate::redaction::{origins, unguessable};

/// A line for each exchange, and its parameters below.
pub(crate) fn flow(stack: &Stack) -> Result<String> {
    let journal = stack.provider().journal();
    let mut flows: Vec<&str> = vec![];
    let mut text = String::new();
    for exchange in &journal {
        let Exchange { method, path, status, summary, .. } = exchange;
        write!(text, "{method} {path} {status}: {}", origins(stack, summary))?;
        if let Some(flow) = exchange.flow.as_deref() {
            if !flows.contains(&flow) {
                flows.push(flow);
            }
            let number = flows.iter().position(|known| *known == flow).unwrap_or_default() + 1;
            write!(text, " (login {number})")?;
        }
        text.push('\n');
        for (name, value) in &exchange.parameters {
            let value =
                shown(stack, exchange, name, value).with_context(|| format!("{name} of {path}"))?;
            writeln!(text, "    {name}={value}")?;
        }
    }
    Ok(text)
}

/// A parameter, with placeholders for parts that differ from run to run.
fn shown(stack: &Stack, exchange: &Exchange, name: &str, value: &str) -> Result<String> {
    match name {
        "state" | "nonce" | "code_challenge" => unguessable(value),
        "flow" => {
            ensure!(exchange.flow.as_deref() == Some(value), "{value} is another flow");
            Ok("[the flow]".to_owned())
        }
        // Redacted in the journal, except for the length, which depends on the ports.
        "id_token_hint" | "request" => {
            ensure!(value.starts_with("[redacted: "), "{value} is not redacted");
            Ok("[redacted]".to_owned())
        }
        _ => Ok(origins(stack, value)),
    }
}

/// The refusals of the provider, with a line for each.
pub(crate) fn refusals(stack: &Stack) -> String {
    let refusal = |exchange: &Exchange| {
        let refusal = exchange.refusal.as_ref()?;
        Some(format!("{}: {}", exchange.path, refusal.reason))
    };
    stack.provider().journal().iter().filter_map(refusal).collect::<Vec<_>>().join("\n")
}
