//! Finds text of the provider that a page would run as a script.

use http_browser::Page;
use scraper::{ElementRef, Html};

/// Whether a browser would run any of `texts` on the page: as a script, as an event handler, or as
/// an address that is a script.
pub(crate) fn runs(page: &Page, texts: &[String]) -> bool {
    let suspicious = |text: &String| {
        let text = text.to_ascii_lowercase();
        text.contains('<') || text.contains("javascript:") || text.contains("on")
    };
    // Most pages contain none of the texts and need not be parsed.
    let texts: Vec<_> = texts
        .iter()
        .filter(|text| suspicious(text) && page.source.contains(text.as_str()))
        .collect();
    if texts.is_empty() || !page.is_html() {
        return false;
    }
    let is_given = |code: &str| {
        let code = code.trim();
        !code.is_empty() && texts.iter().any(|text| text.contains(code))
    };
    let html = Html::parse_document(&page.source);
    let elements = html.tree.nodes().filter_map(ElementRef::wrap);
    elements.into_iter().any(|element| {
        let is_script = element.value().name() == "script";
        (is_script && is_given(&element.text().collect::<String>()))
            || element.value().attrs().any(|(name, value)| {
                let is_address = value.trim_start().to_ascii_lowercase().starts_with("javascript:");
                (name.starts_with("on") || is_address) && is_given(value)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(source: &str) -> Page {
        Page::new("http://127.0.0.1/".parse().unwrap(), source.to_owned())
    }

    #[test]
    fn text_runs_only_where_it_is_not_escaped() {
        let script = ["<script>alert(1)</script>".to_owned()];
        assert!(runs(&page("<p>Hello <script>alert(1)</script>"), &script));
        assert!(!runs(&page("<p>Hello &lt;script>alert(1)&lt;/script>"), &script));
        assert!(!runs(&page("<p>Hello<script>own()</script>"), &script));
        let handler = ["<img src=x onerror=alert(1)>".to_owned()];
        assert!(runs(&page("<p><img src=x onerror=alert(1)>"), &handler));
        assert!(!runs(&page("<textarea><img src=x onerror=alert(1)></textarea>"), &handler));
        let address = ["javascript:alert(1)".to_owned()];
        assert!(runs(&page("<a href='javascript:alert(1)'>"), &address));
        assert!(!runs(&page("<p>javascript:alert(1)"), &address));
    }
}
