//! Just enough HTML to read the provider's own pages, whose attributes always stand in double
//! quotes.

/// Elements that do not part words.
const INLINE: [&str; 5] = ["a", "bdi", "code", "small", "span"];

/// What a person reads: no tags, no style, runs of blanks as one.
pub(crate) fn text(html: &str) -> String {
    let body = html.split_once("</head>").map_or(html, |(_, body)| body);
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap_or_default();
        if !INLINE.contains(&name) {
            text.push(' ');
        }
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names and values of the hidden fields of the first form.
pub(crate) fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let form = html.split_once("<form").and_then(|(_, form)| form.split_once("</form>"));
    let form = form.map_or("", |(form, _)| form);
    let inputs = form.split("<input type=\"hidden\"").skip(1);
    inputs.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect()
}

fn attribute(tag: &str, name: &str) -> String {
    let value = tag.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
    unescaped(value.map_or("", |(value, _)| value))
}

/// Replaces the character references that the templates write.
fn unescaped(html: &str) -> String {
    let references = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")];
    let text = references.iter().fold(html.to_owned(), |text, (from, to)| text.replace(from, to));
    // Last, or an escaped ampersand would begin another reference.
    text.replace("&#38;", "&").replace("&amp;", "&")
}
