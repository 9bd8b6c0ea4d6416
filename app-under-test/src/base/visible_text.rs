//! Untrusted text, made safe to display.

/// The visible part of `text`, at most `max_length` characters: without control characters,
/// characters that change the text direction, and surrounding white space. Empty if no character
/// is visible.
///
/// Markup is not removed; the templates escape it.
pub(crate) fn visible_text(text: &str, max_length: usize) -> String {
    let visible: String = text.chars().filter(|c| !c.is_control() && !is_formatting(*c)).collect();
    let visible = visible.trim();
    if !visible.chars().any(is_visible_alone) {
        return String::new();
    }
    match visible.char_indices().nth(max_length) {
        Some((end, _)) => format!("{}…", visible[..end].trim_end()),
        None => visible.to_owned(),
    }
}

/// Unicode's invisible marks: text direction (bidi) controls and line separators. The joiners that
/// scripts and emoji need are kept.
fn is_formatting(character: char) -> bool {
    matches!(character,
        '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a character is visible by itself. White space is not, including the Braille blank, nor are
/// joiners, fillers and selectors, which Unicode calls default ignorable.
fn is_visible_alone(character: char) -> bool {
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
    fn invisible_and_control_characters_are_removed() {
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
