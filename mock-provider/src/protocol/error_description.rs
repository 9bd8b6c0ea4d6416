//! `error_description`, which every error response contains.

/// Replaces the characters that a description must not contain; it may quote anything from a request.
/// Allowed are %x20-21, %x23-5B and %x5D-7E
/// ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2), and likewise
/// section 4.1.2.1 and RFC 6750, section 3).
pub(crate) fn description_characters(text: &str) -> String {
    let allowed = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    text.chars().map(|c| if allowed(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_the_alphabet_are_replaced() {
        assert_eq!(description_characters("a \"b\"\\\nü"), "a ?b????");
    }
}
