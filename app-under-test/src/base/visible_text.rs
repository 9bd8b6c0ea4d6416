//! Text of others, made fit to stand in a page.

/// What is visible of `text`: no control characters, none that change the direction of what
/// follows, no blanks at the ends, and at most `length` characters. Nothing, where none of it can
/// be seen.
///
/// Markup is the templates' business, which escape it.
pub(crate) fn visible_text(text: &str, length: usize) -> String {
    let visible: String = text.chars().filter(|c| !c.is_control() && !is_formatting(*c)).collect();
    let visible = visible.trim();
    if !visible.chars().any(is_seen) {
        return String::new();
    }
    match visible.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", visible[..end].trim_end()),
        None => visible.to_owned(),
    }
}

/// Unicode's invisible marks: direction (bidi) controls and separators of lines. The joiners
/// that scripts and emoji need are left alone.
fn is_formatting(character: char) -> bool {
    matches!(character,
        '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a character can be seen by itself: not so the joiners, fillers and selectors that
/// Unicode has displays ignore, and blanks, one of which is Braille's.
fn is_seen(character: char) -> bool {
    let is_ignored = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}');
    !is_ignored && !character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_disturbs_is_left_out() {
        assert_eq!(visible_text(" a\u{202e}b\r\nc\0d ", 10), "abcd");
        for unseen in
            [" \t\u{200b}", "\u{200d}", "\u{ad}\u{3164}", "\u{2800} \u{fe0f}", "\u{e0020}"]
        {
            assert_eq!(visible_text(unseen, 10), "");
        }
    }

    #[test]
    fn scripts_and_emoji_are_kept() {
        for text in ["Zoë Ångström", "אליס", "李小龍", "👩‍🚀 Ann", "<b>Ann</b>"] {
            assert_eq!(visible_text(text, 50), text);
        }
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(visible_text("éééé", 4), "éééé");
        assert_eq!(visible_text("éé éé", 3), "éé…");
    }
}
