//! One failure in full: what it does, what is right to do about it, and how to write it.

use std::fmt::Write;

use crate::failure::spec::failure::Failure;
use crate::failure::spec::mode::{Expected, Mode};

/// The failure for a terminal.
pub(crate) fn page(failure: &Failure) -> String {
    let mode = failure.mode();
    let mut text = format!("{}\n  {}\n", mode.name, mode.effect);
    let class = mode.class();
    section(&mut text, "class", [format!("{} ({class})", class.title())]);
    section(
        &mut text,
        "a correct relying party answers by",
        expectations(mode).map(|(when, expected)| {
            let when = when.map(|when| format!(", for {when}")).unwrap_or_default();
            format!("{expected}{when}: {}", expected.meaning())
        }),
    );
    let severity = mode.severity;
    section(&mut text, "if it does not", [format!("{severity}: {}", severity.meaning())]);
    section(
        &mut text,
        "parameters",
        mode.parameters.iter().map(|parameter| {
            let (values, default) = (parameter.values(), parameter.default());
            format!("{}: {values} (default: {default})", parameter.name)
        }),
    );
    section(&mut text, "clauses", mode.clauses.iter().map(ToString::to_string));
    section(&mut text, "note", (!mode.note.is_empty()).then(|| mode.note.to_owned()));
    let ways = ways(failure);
    let width = ways.iter().map(|(way, _)| way.len()).max().unwrap_or_default();
    let rows = ways.iter().map(|(way, written)| format!("{way:width$}  {written}"));
    section(&mut text, "how to arm it", rows);
    section(
        &mut text,
        "where and for how long",
        [
            format!("{failure}@client=shop,user=alice   for this client and this user"),
            format!("{failure}@endpoint=token,from=3    at the token endpoint, from the third on"),
            format!("{failure}@times=1                  once"),
            format!("{failure}@for=10min                for ten minutes of the provider's clock"),
        ]
        .into_iter()
        // One that says so already needs no examples.
        .filter(|_| !failure.to_string().contains('@')),
    );
    text.trim_end().to_owned()
}

/// What a correct relying party does: in general, and for values that are answered otherwise.
pub(crate) fn expectations(
    mode: &'static Mode,
) -> impl Iterator<Item = (Option<String>, Expected)> {
    let exceptions = mode.exceptions.iter();
    std::iter::once((None, mode.expected)).chain(
        exceptions.map(|(name, value, expected)| (Some(format!("{name}={value}")), *expected)),
    )
}

/// How a failure is armed, in each way.
pub(crate) fn ways(failure: &Failure) -> [(&'static str, String); 6] {
    // A shell leaves alone what stands in single quotes, and a failure has none unless a selector
    // does.
    let shell = format!("'{}'", failure.to_string().replace('\'', r"'\''"));
    let quoted = format!("{:?}", failure.to_string());
    let body = format!(r#"{{"failure": {quoted}}}"#).replace('\'', r"'\''");
    [
        ("option", format!("mock-provider --fail {shell}")),
        ("variable", format!("MOCK_PROVIDER_FAIL={shell}")),
        ("file", format!("fail = [{quoted}]")),
        ("issuer", format!("http://127.0.0.1:9400/failing/{}", failure.in_path())),
        ("Rust", format!("let failure = provider.fail({quoted});")),
        (
            "curl",
            format!("curl http://127.0.0.1:9400/control/issuers/default/failures --json '{body}'"),
        ),
    ]
}

fn section(text: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_some() {
        let _ = write!(text, "\n{title}\n");
    }
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
