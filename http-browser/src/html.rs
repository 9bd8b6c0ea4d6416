//! Reads HTML as a browser does: the text, the forms, and where a page navigates by itself.

use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

/// A refresh after a longer delay, in seconds, is not followed: the user reads the page first.
const MAX_REFRESH_DELAY: f64 = 10.0;

/// The content of a page.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The title.
    pub title: String,
    /// The visible text, with each run of whitespace as one space.
    pub text: String,
    /// The forms, in order.
    pub forms: Vec<Form>,
    /// The addresses of the frames.
    pub frames: Vec<Url>,
    /// Where `<meta http-equiv="refresh">` leads, within ten seconds.
    pub refresh: Option<Url>,
    /// Whether a script submits the only form when the page has loaded.
    pub submits_itself: bool,
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The address that it is submitted to.
    pub action: Url,
    /// Whether the method is POST.
    pub post: bool,
    /// The fields that are submitted, without the buttons.
    pub fields: Vec<Field>,
    /// The buttons that submit it.
    pub buttons: Vec<Button>,
    /// A CSS selector that matches this form only.
    pub selector: String,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value before the user changes it.
    pub value: String,
    /// Whether its type is `hidden`.
    pub hidden: bool,
}

/// A button that submits a form.
#[derive(Clone, Debug)]
pub struct Button {
    /// The name; empty without one.
    pub name: String,
    /// The value.
    pub value: String,
    /// A CSS selector that matches this button only.
    pub selector: String,
}

impl Form {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }

    /// The button with this name and value.
    pub fn button(&self, name: &str, value: &str) -> Option<&Button> {
        self.buttons.iter().find(|button| button.name == name && button.value == value)
    }
}

impl Document {
    /// Reads the HTML of the page at `url`.
    pub fn read(source: &str, url: &Url) -> Self {
        let html = Html::parse_document(source);
        let base = first(&html, "base[href]")
            .and_then(|base| url.join(base.attr("href")?).ok())
            .unwrap_or_else(|| url.clone());
        let forms: Vec<_> = all(&html, "form").map(|form| form_of(form, &base)).collect();
        let title = first(&html, "title").map(own_text).unwrap_or_default();
        Self {
            title: squeeze(&title),
            text: squeeze(&visible_text(html.root_element())),
            frames: all(&html, "iframe[src], frame[src]")
                .filter_map(|frame| base.join(frame.attr("src")?).ok())
                .collect(),
            refresh: first(&html, "meta[http-equiv=refresh i]")
                .and_then(|meta| refresh(meta.attr("content")?, &base)),
            submits_itself: forms.len() == 1 && submits_itself(&html),
            forms,
        }
    }

    /// A page that is not HTML, which consists of text only.
    pub fn of_text(source: &str) -> Self {
        Self { text: squeeze(source), ..Self::default() }
    }
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
        .map(|field| Field {
            name: field.attr("name").unwrap_or_default().to_owned(),
            value: value_of(field),
            hidden: field.attr("type") == Some("hidden"),
        })
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

/// The address in `0; url=/next`.
fn refresh(content: &str, base: &Url) -> Option<Url> {
    let (delay, rest) = content.split_once([';', ','])?;
    let rest = rest.trim();
    let address = match rest.get(..3) {
        Some(url) if url.eq_ignore_ascii_case("url") => rest[3..].trim_start().strip_prefix('=')?,
        _ => rest,
    };
    let is_soon = delay.trim().parse::<f64>().is_ok_and(|delay| delay <= MAX_REFRESH_DELAY);
    is_soon.then(|| base.join(address.trim().trim_matches(['"', '\''])).ok()).flatten()
}

fn submits_itself(html: &Html) -> bool {
    all(html, "script").any(|script| own_text(script).contains("submit("))
        || all(html, "[onload]")
            .any(|element| element.attr("onload").is_some_and(|code| code.contains("submit(")))
}

fn own_text(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// The text that a user sees.
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
    if !is_inline(name) {
        text.push(' ');
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

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A selector that matches this element only, by its position.
fn selector_of(element: ElementRef<'_>) -> String {
    let mut steps = vec![];
    let mut next = Some(element);
    while let Some(element) = next {
        let before = element.prev_siblings().filter(|sibling| sibling.value().is_element()).count();
        let position = match element.parent().and_then(ElementRef::wrap) {
            Some(_) => format!(":nth-child({})", before + 1),
            None => String::new(),
        };
        steps.push(format!("{}{position}", element.value().name()));
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

    fn read(source: &str) -> Document {
        Document::read(source, &"http://127.0.0.1/at/here".parse().unwrap())
    }

    #[test]
    fn only_visible_text_is_read() {
        let read = read(
            "<title> Some\n title</title><style>p {}</style><h1>Hello <bdi>Ada</bdi>!</h1>\
             <p>a &lt;b&gt;<div>c</div></p><script>run()</script>",
        );
        assert_eq!(read.title, "Some title");
        assert_eq!(read.text, "Hello Ada! a <b> c");
    }

    #[test]
    fn a_form_is_read_as_a_browser_submits_it() {
        let document = read(
            "<p><form method=post action=../there?x=1><input type=hidden name=h value=1><input name=a value='&quot;'>\
             <input type=checkbox name=b value=1><input type=checkbox name=c value=2 checked>\
             <select name=d><option>x<option selected value=y>why</select>\
             <button name=go value=now>Go</button></form>",
        );
        let [form] = &*document.forms else { panic!("{:?}", document.forms) };
        assert_eq!(form.action.as_str(), "http://127.0.0.1/there?x=1");
        assert!(form.post);
        let fields: Vec<_> =
            form.fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
        assert_eq!(fields, ["h=1", "a=\"", "c=2", "d=y"]);
        assert!(form.fields.iter().all(|field| field.hidden == (field.name == "h")));
        assert!(
            form.button("go", "now")
                .is_some_and(|button| button.selector.ends_with("button:nth-child(6)"))
        );
    }

    #[test]
    fn a_page_may_navigate_by_itself() {
        let moved = read("<meta http-equiv=Refresh content='0; URL=/next'>");
        assert_eq!(moved.refresh.map(String::from).as_deref(), Some("http://127.0.0.1/next"));
        assert!(read("<meta http-equiv=refresh content='60; url=/next'>").refresh.is_none());
        assert!(read("<form></form><script>document.forms[0].submit()</script>").submits_itself);
        assert!(!read("<form></form>").submits_itself);
    }
}
