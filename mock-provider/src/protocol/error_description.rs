//! `error_description`, which every endpoint sends with a refusal.

/// Keeps a description to the characters that it may have, %x20-21, %x23-5B and %x5D-7E
/// ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2), and likewise
/// section 4.1.2.1 and RFC 6750, section 3); what a request brought may be anything.
pub(crate) fn description_characters(text: &str) -> String {
    let allowed = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    text.chars().map(|c| if allowed(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_keep_to_their_alphabet() {
        assert_eq!(description_characters("a \"b\"\\\nü"), "a ?b????");
    }
}
