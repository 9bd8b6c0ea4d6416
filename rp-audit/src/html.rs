//! Reads a page as a browser does: its text, its forms, and where it leads by itself.

use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use crate::page::Page;

/// What stands on a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) forms: Vec<Form>,
    /// Pages within the page.
    pub(crate) frames: Vec<Url>,
    /// Where the page goes by itself.
    pub(crate) refresh: Option<Url>,
    /// Whether a script sends the only form at once.
    pub(crate) submits_itself: bool,
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it is sent.
    pub action: Url,
    /// Whether it is posted.
    pub post: bool,
    /// Names and values of its fields, buttons apart.
    pub fields: Vec<(String, String)>,
    /// Its buttons that send it.
    pub buttons: Vec<Button>,
    /// A CSS selector of the form.
    pub selector: String,
}

/// A button that sends a form.
#[derive(Clone, Debug)]
pub struct Button {
    /// The name; empty where it has none.
    pub name: String,
    /// The value.
    pub value: String,
    /// A CSS selector of the button.
    pub selector: String,
}

impl Form {
    /// A form of somebody else's that posts what stands in the query of an address.
    pub(crate) fn posting(url: &Url) -> Self {
        let fields = url.query_pairs().map(|(a, b)| (a.into_owned(), b.into_owned())).collect();
        let mut action = url.clone();
        action.set_query(None);
        Self { action, post: true, fields, buttons: vec![], selector: String::new() }
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The button of that name and value.
    pub fn button(&self, name: &str, value: &str) -> Option<&Button> {
        self.buttons.iter().find(|button| button.name == name && button.value == value)
    }
}

/// Reads a page; one that is not HTML is nothing but text.
pub(crate) fn read(page: &Page) -> Document {
    if !page.is_html() {
        return Document { text: squeezed(&page.source), ..Document::default() };
    }
    let html = Html::parse_document(&page.source);
    let base = first(&html, "base[href]")
        .and_then(|base| page.url.join(base.attr("href")?).ok())
        .unwrap_or_else(|| page.url.clone());
    let forms: Vec<_> = all(&html, "form").map(|form| form_of(form, &base)).collect();
    Document {
        title: first(&html, "title").map(|title| squeezed(&own_text(title))).unwrap_or_default(),
        text: squeezed(&visible_text(html.root_element())),
        frames: all(&html, "iframe[src], frame[src]")
            .filter_map(|frame| base.join(frame.attr("src")?).ok())
            .collect(),
        refresh: first(&html, "meta[http-equiv=refresh i]")
            .and_then(|meta| refresh(meta.attr("content")?, &base)),
        submits_itself: forms.len() == 1 && submits_itself(&html),
        forms,
    }
}

/// Whether a browser would run text that came from the provider: as a script, as a handler of an
/// event, or as an address that is a script.
pub(crate) fn runs(page: &Page, texts: &[String]) -> bool {
    let suspicious = |text: &String| {
        let text = text.to_ascii_lowercase();
        text.contains('<') || text.contains("javascript:") || text.contains("on")
    };
    // Most pages hold nothing of the kind, and need not be read.
    let texts: Vec<_> = texts
        .iter()
        .filter(|text| suspicious(text) && page.source.contains(text.as_str()))
        .collect();
    if texts.is_empty() || !page.is_html() {
        return false;
    }
    let came =
        |part: &str| !part.trim().is_empty() && texts.iter().any(|text| text.contains(part.trim()));
    let html = Html::parse_document(&page.source);
    let elements = html.tree.nodes().filter_map(ElementRef::wrap);
    elements.into_iter().any(|element| {
        let script = element.value().name() == "script" && came(&own_text(element));
        script
            || element.value().attrs().any(|(name, value)| {
                let is_script = value.trim_start().to_ascii_lowercase().starts_with("javascript:");
                (name.starts_with("on") || is_script) && came(value)
            })
    })
}

fn form_of(form: ElementRef<'_>, base: &Url) -> Form {
    let action = form.attr("action").and_then(|action| base.join(action).ok());
    let fields = select(form, "input[name], select[name], textarea[name]")
        .filter(|field| {
            !matches!(field.attr("type"), Some("submit" | "image" | "button" | "reset"))
        })
        .filter(|field| {
            !matches!(field.attr("type"), Some("checkbox" | "radio"))
                || field.attr("checked").is_some()
        })
        .map(|field| (field.attr("name").unwrap_or_default().to_owned(), value_of(field)))
        .collect();
    let buttons = select(form, "button, input[type=submit]")
        .filter(|button| !matches!(button.attr("type"), Some("button" | "reset")))
        .map(|button| Button {
            name: button.attr("name").unwrap_or_default().to_owned(),
            value: button.attr("value").unwrap_or_default().to_owned(),
            selector: selector_of(button),
        })
        .collect();
    Form {
        action: action.unwrap_or_else(|| base.clone()),
        post: form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
        fields,
        buttons,
        selector: selector_of(form),
    }
}

fn value_of(field: ElementRef<'_>) -> String {
    match field.value().name() {
        "textarea" => own_text(field),
        "select" => {
            let chosen = select(field, "option[selected]").next();
            let option = chosen.or_else(|| select(field, "option").next());
            option
                .map(|option| option.attr("value").map_or_else(|| own_text(option), str::to_owned))
                .unwrap_or_default()
        }
        _ => field.attr("value").unwrap_or_default().to_owned(),
    }
}

/// `0; url=/next`: only what leads on soon counts.
fn refresh(content: &str, base: &Url) -> Option<Url> {
    const SOON: f64 = 10.0;
    let (delay, rest) = content.split_once([';', ','])?;
    let rest = rest.trim();
    let address = match rest.get(..3) {
        Some(url) if url.eq_ignore_ascii_case("url") => rest[3..].trim_start().strip_prefix('=')?,
        _ => rest,
    };
    let soon = delay.trim().parse::<f64>().is_ok_and(|delay| delay <= SOON);
    soon.then(|| base.join(address.trim().trim_matches(['"', '\''])).ok()).flatten()
}

fn submits_itself(html: &Html) -> bool {
    all(html, "script").any(|script| own_text(script).contains("submit("))
        || all(html, "[onload]")
            .any(|element| element.attr("onload").is_some_and(|code| code.contains("submit(")))
}

fn own_text(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// The text that a person reads.
fn visible_text(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    add_visible_text(element, &mut text);
    text
}

fn add_visible_text(element: ElementRef<'_>, text: &mut String) {
    let name = element.value().name();
    if matches!(name, "head" | "script" | "style" | "template" | "noscript") {
        return;
    }
    for child in element.children() {
        match (child.value(), ElementRef::wrap(child)) {
            (Node::Text(part), _) => text.push_str(part),
            (_, Some(child)) => add_visible_text(child, text),
            _ => {}
        }
    }
    if !is_inline(name) {
        text.push(' ');
    }
}

fn is_inline(name: &str) -> bool {
    matches!(name, "a" | "b" | "bdi" | "code" | "em" | "i" | "small" | "span" | "strong")
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A selector of this element and no other, by its place.
fn selector_of(element: ElementRef<'_>) -> String {
    let mut steps = vec![];
    let mut next = Some(element);
    while let Some(element) = next {
        let before = element.prev_siblings().filter(|sibling| sibling.value().is_element()).count();
        let place = match element.parent().and_then(ElementRef::wrap) {
            Some(_) => format!(":nth-child({})", before + 1),
            None => String::new(),
        };
        steps.push(format!("{}{place}", element.value().name()));
        next = element.parent().and_then(ElementRef::wrap);
    }
    steps.reverse();
    steps.join(" > ")
}

fn all<'a>(html: &'a Html, selector: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<_> = Selector::parse(selector)
        .map(|selector| html.select(&selector).collect())
        .unwrap_or_default();
    found.into_iter()
}

fn first<'a>(html: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    all(html, selector).next()
}

fn select<'a>(element: ElementRef<'a>, selector: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<_> = Selector::parse(selector)
        .map(|selector| element.select(&selector).collect())
        .unwrap_or_default();
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(source: &str) -> Page {
        Page::html("http://127.0.0.1/at/here", source)
    }

    #[test]
    fn what_a_person_reads_is_told_from_the_rest() {
        let read = read(&page(
            "<title> Some\n title</title><style>p {}</style><h1>Hello <bdi>Ada</bdi>!</h1>\
             <p>a &lt;b&gt;</p><script>run()</script>",
        ));
        assert_eq!(read.title, "Some title");
        assert_eq!(read.text, "Hello Ada! a <b>");
    }

    #[test]
    fn a_form_is_sent_as_a_browser_would() {
        let page = page(
            "<p><form method=post action=../there?x=1><input name=a value='&quot;'>\
             <input type=checkbox name=b value=1><input type=checkbox name=c value=2 checked>\
             <select name=d><option>x<option selected value=y>why</select>\
             <button name=go value=now>Go</button></form>",
        );
        let [form] = page.forms() else { panic!("{:?}", page.forms()) };
        assert_eq!(form.action.as_str(), "http://127.0.0.1/there?x=1");
        assert!(form.post);
        let fields: Vec<_> =
            form.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(fields, ["a=\"", "c=2", "d=y"]);
        assert!(
            form.button("go", "now")
                .is_some_and(|button| button.selector.ends_with("button:nth-child(5)"))
        );
    }

    #[test]
    fn a_page_may_lead_on_by_itself() {
        let moved = read(&page("<meta http-equiv=Refresh content='0; URL=/next'>"));
        assert_eq!(moved.refresh.map(String::from).as_deref(), Some("http://127.0.0.1/next"));
        assert!(read(&page("<meta http-equiv=refresh content='60; url=/next'>")).refresh.is_none());
        assert!(
            read(&page("<form></form><script>document.forms[0].submit()</script>")).submits_itself
        );
        assert!(!read(&page("<form></form>")).submits_itself);
    }

    #[test]
    fn text_that_came_along_runs_only_where_it_is_not_escaped() {
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
