//! One failure in full: what it does, the correct reaction, and how to arm it.

use std::fmt::Write;

use crate::failure::spec::failure::Failure;
use crate::failure::spec::mode::{Expected, Mode};

/// The text for a terminal.
pub(crate) fn page(failure: &Failure) -> String {
    let mode = failure.mode();
    let mut text = format!("{}\n  {}\n", mode.name, mode.effect);
    let class = mode.class();
    section(&mut text, "class", [format!("{} ({class})", class.title())]);
    section(
        &mut text,
        "reaction of a correct relying party",
        expectations(mode).map(|(when, expected)| {
            let when = when.map(|when| format!(", for {when}")).unwrap_or_default();
            format!("{expected}{when}: {}", expected.meaning())
        }),
    );
    let severity = mode.severity;
    section(
        &mut text,
        "severity of any other reaction",
        [format!("{severity}: {}", severity.meaning())],
    );
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
        // A failure that has selectors already needs no examples.
        .filter(|_| !failure.to_string().contains('@')),
    );
    text.trim_end().to_owned()
}

/// The reaction of a correct relying party: in general, and for values with another one.
pub(crate) fn expectations(
    mode: &'static Mode,
) -> impl Iterator<Item = (Option<String>, Expected)> {
    let exceptions = mode.exceptions.iter();
    std::iter::once((None, mode.expected)).chain(
        exceptions.map(|(name, value, expected)| (Some(format!("{name}={value}")), *expected)),
    )
}

/// Each way to arm a failure.
pub(crate) fn ways(failure: &Failure) -> [(&'static str, String); 6] {
    // Shells leave single-quoted text alone. Only selectors can contain a single quote.
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
