//! The differences that a failure makes to everything that a relying party and a browser receive:
//! one reviewed snapshot per mode.

use mock_provider::failure::{Class, Failure, Mode};
use serde_json::Value;

/// Runs `transcript` without a failure and with each case of a class, and compares the differences
/// with the snapshot of each mode.
///
/// Cases that start with one of `except` are tested elsewhere. Modes without any other case have no
/// snapshot.
pub(super) async fn assert_changes(
    class: Class,
    except: &[&str],
    transcript: impl AsyncFn(Option<Failure>) -> Value,
) {
    let honest = transcript(None).await;
    assert_eq!(honest, transcript(None).await, "two honest runs must be identical");
    let mut unused = except.to_vec();
    for mode in class.modes() {
        let mut changes = String::new();
        for case in mode.cases() {
            let name = case.to_string();
            if except.iter().any(|prefix| name.starts_with(prefix)) {
                unused.retain(|prefix| !name.starts_with(prefix));
                continue;
            }
            let sent = transcript(Some(case)).await;
            let lines = differences(&honest, &sent);
            assert!(!lines.is_empty(), "{name} changed nothing");
            changes.push_str(&section(&name, &lines));
        }
        if !changes.is_empty() {
            assert_snapshot(mode, &changes);
        }
    }
    assert!(unused.is_empty(), "no case starts with {unused:?}");
}

/// A case, and its differences indented below.
pub(super) fn section(case: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("{case}\n{lines}")
}

/// Compares the changes by the cases of a mode with the snapshot named after the mode.
pub(super) fn assert_snapshot(mode: &Mode, changes: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(mode.name, changes);
    });
}

/// Each place where two transcripts differ, in one line.
fn differences(honest: &Value, sent: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", Some(honest), Some(sent), &mut lines);
    lines
}

fn compare(place: &str, honest: Option<&Value>, sent: Option<&Value>, lines: &mut Vec<String>) {
    let inner = |name: &str| if place.is_empty() { name.into() } else { format!("{place}.{name}") };
    match (honest, sent) {
        (honest, sent) if honest == sent => {}
        (Some(Value::Object(honest)), Some(Value::Object(sent)))
            if honest.keys().any(|name| sent.contains_key(name)) =>
        {
            for (name, value) in honest {
                compare(&inner(name), Some(value), sent.get(name), lines);
            }
            for (name, value) in sent.iter().filter(|(name, _)| !honest.contains_key(*name)) {
                compare(&inner(name), None, Some(value), lines);
            }
        }
        (Some(Value::Array(honest)), Some(Value::Array(sent))) if honest.len() == sent.len() => {
            for (index, (honest, sent)) in honest.iter().zip(sent).enumerate() {
                compare(&inner(&index.to_string()), Some(honest), Some(sent), lines);
            }
        }
        (Some(Value::Object(response)), None) if response.contains_key("status") => {
            lines.push(format!("{place}: not requested"));
        }
        (honest, sent) => {
            let (honest, sent) = brief(honest, sent);
            lines.push(format!("{place}: {honest} -> {sent}"));
        }
    }
}

/// An honest value and the value sent in its place, as short as the difference between them allows.
///
/// Of our own pages only the title is shown, because their words and style change more often than
/// the provider does.
fn brief(honest: Option<&Value>, sent: Option<&Value>) -> (String, String) {
    /// Every case repeats the honest values, so a few characters must suffice.
    const MAX_HONEST: usize = 60;
    const MAX_SENT: usize = 160;
    /// How much of a long common start is shown.
    const CONTEXT: usize = 20;
    let (honest, sent) = (text(honest), text(sent));
    let same = honest.chars().zip(sent.chars()).take_while(|(honest, sent)| honest == sent).count();
    let skip = if same > MAX_HONEST { same - CONTEXT } else { 0 };
    (part(&honest, skip, MAX_HONEST), part(&sent, skip, MAX_SENT))
}

/// A value as one line of text.
fn text(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    match value.as_str().and_then(page_title) {
        Some(title) => format!("page `{title}`"),
        None => without_hashes(&value.to_string()),
    }
}

/// `max` characters of a text after the first `skip`, and the size of a text that is large. Other
/// sizes are left out: they would change with every member of the metadata.
fn part(text: &str, skip: usize, max: usize) -> String {
    const LARGE: usize = 3 * 1024;
    let before = if skip > 0 { "…" } else { "" };
    let shown: String = text.chars().skip(skip).take(max).collect();
    match text.chars().count() > skip + max {
        true if text.len() > LARGE => format!("{before}{shown}… ({} kB)", text.len() / 1024),
        true => format!("{before}{shown}…"),
        false => format!("{before}{shown}"),
    }
}

/// The title of a page made from one of the provider's templates.
fn page_title(body: &str) -> Option<&str> {
    let page = body.strip_prefix("<!doctype html>\n<html lang=")?;
    let (_, title) = page.split_once("<title>")?;
    title.split_once("</title>").map(|(title, _)| title)
}

/// Replaces the hashes in a content security policy, which change with every style sheet and script.
fn without_hashes(text: &str) -> String {
    let mut parts = text.split("'sha256-");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hash, rest) = part.split_once('\'').expect("a hash ends in a quote");
        assert_eq!(hash.len(), 44, "{hash}");
        shown.push_str("'sha256-…'");
        shown.push_str(rest);
    }
    shown
}
