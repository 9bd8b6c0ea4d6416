//! The list of rooms as the documentation shows it.

/// The rooms that `markdown` lists for the crate `name`: the first word of each line in the code
/// block that follows the line `<!-- rooms: NAME -->`. Indented lines continue a description.
/// `None` where there is no such block.
pub(crate) fn rooms_in<'a>(markdown: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let marker = format!("<!-- rooms: {name} -->");
    let mut lines = markdown.lines().skip_while(|line| line.trim() != marker).skip(1);
    lines.by_ref().find(|line| !line.trim().is_empty()).filter(|line| line.starts_with("```"))?;
    let rows = lines.take_while(|line| !line.starts_with("```"));
    let rows = rows.filter(|line| !line.starts_with(char::is_whitespace));
    Some(rows.filter_map(|line| line.split_whitespace().next()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_read_from_the_block_after_the_marker() {
        let markdown = "# Map\n\n<!-- rooms: app -->\n\n```text\nbase   clock and\n       \
                        randomness\n\nfailure/engine\n```\n\n```text\nother\n```\n";
        assert_eq!(rooms_in(markdown, "app"), Some(vec!["base", "failure/engine"]));
        assert_eq!(rooms_in(markdown, "provider"), None);
        assert_eq!(rooms_in("<!-- rooms: app -->\nNo block.\n", "app"), None);
    }
}
