//! Texts that break applications that handle them carelessly.

use aws_lc_rs::digest::{SHA256, digest};

use super::near_miss::{noise, other_case};
use crate::failure::engine::fault::Fault;

impl Fault<'_> {
    /// The canary's address with a name that identifies the visit in the journal.
    pub(crate) fn canary_for(&self, name: &str) -> String {
        format!("{}?for={name}", self.canary())
    }
}

/// An awkward subject, derived from a plain one.
pub(crate) fn subject(kind: &str, own: &str) -> String {
    match kind {
        "255-chars" => format!("{own}{}", noise(own, 255_usize.saturating_sub(own.len()))),
        "leading-zero-twin" => format!("0{own}"),
        // Only digits, different for every subject.
        "numeric" => digest(&SHA256, own.as_bytes()).as_ref()[..8]
            .iter()
            .map(|byte| format!("{byte:03}"))
            .collect(),
        "slashes" => format!("users/{own}//me"),
        "spaces" => format!("{own}  the first "),
        "unicode" => format!("{own}-żółć"),
        "path-like" => format!("../../{own}/.."),
        "sql-like" => format!("{own}' OR '1'='1"),
        _ => other_case(own),
    }
}

/// A name outside printable ASCII.
pub(crate) fn text(kind: &str) -> &'static str {
    match kind {
        "cyrillic" => "Юлия Щукина",
        "cjk" => "山田 太郎",
        "emoji" => "Ann 👩🏽‍🚀 Other",
        // With a right-to-left override, which reverses the rest of the line.
        "rtl" => "שרה \u{202e}לוי",
        "combining" => "Zoe\u{308} A\u{30a}ngstro\u{308}m",
        "4-byte" => "𠮷野 𝒜nn",
        "nul" => "Ann\0Other",
        _ => "Jürgen Größler",
    }
}

/// Markup, or text that a program may mistake for a formula, a template or an address.
pub(crate) fn markup(kind: &str, fault: &Fault<'_>) -> String {
    match kind {
        "img-onerror" => "<img src=x onerror=\"alert('canary')\">".to_owned(),
        "javascript-uri" => "javascript:alert('canary')".to_owned(),
        "template" => "{{7*191}} ${7*191} <%= 7*191 %> #{7*191}".to_owned(),
        "formula" => format!("=HYPERLINK(\"{}\",\"open\")", fault.canary_for("formula")),
        "internal-url-canary" => fault.canary_for(&fault.value("claim")),
        _ => "\"><script>alert('canary')</script>".to_owned(),
    }
}
