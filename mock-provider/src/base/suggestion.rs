//! Suggests the right name for a wrong one.

/// The minimum similarity, from 0 to 1, of a name that is suggested. Less similar names would
/// confuse.
const MIN_SIMILARITY: f64 = 0.8;

/// How many names are listed; the rest are counted.
const MAX_LISTED: usize = 24;

/// How long a wrong name may be, in bytes, to be compared: comparing takes time for each character,
/// and clients may send thousands.
const MAX_LENGTH: usize = 128;

/// Names whose similarities differ by at most this much are all suggested.
const TIE: f64 = 0.02;

/// The name that was probably meant by `wrong`: one with a similar spelling, or one that `wrong`
/// has as its last words, as in `client_id` for the `id` of a client.
pub(crate) fn nearest<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    alike(wrong, names).first().copied()
}

/// The names that were probably meant by `wrong`, the likeliest first.
fn alike<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if wrong.len() > MAX_LENGTH {
        return Vec::new();
    }
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let wrong = plain(wrong);
    let similarity = |name: &str| match wrong.strip_suffix(&plain(name)) {
        Some(owner) if owner.ends_with('_') => MIN_SIMILARITY,
        _ => strsim::jaro_winkler(&wrong, &plain(name)),
    };
    let names = names.into_iter().map(|name| (similarity(name), name));
    let mut alike: Vec<_> = names.filter(|(similarity, _)| *similarity >= MIN_SIMILARITY).collect();
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let best = alike.first().map_or(0.0, |(similarity, _)| *similarity);
    // A name that differs only in its case is suggested alone.
    let tie = if best < 1.0 { TIE } else { 0.0 };
    alike
        .into_iter()
        .take_while(|(similarity, _)| best - similarity <= tie)
        .map(|(_, name)| name)
        .collect()
}

/// Advice for correcting `wrong`: the nearest name, else the names that share words with it, else
/// all of them.
pub(crate) fn advice(wrong: &str, names: &[&str]) -> String {
    for likely in [alike(wrong, names.iter().copied()), sharing_words(wrong, names)] {
        match likely.as_slice() {
            [] => {}
            [only] => return format!("did you mean `{only}`?"),
            some => return format!("did you mean one of `{}`?", some.join("`, `")),
        }
    }
    let (listed, more) = names.split_at(names.len().min(MAX_LISTED));
    match (listed, more.len()) {
        ([], _) => "there is none".to_owned(),
        ([only], _) => format!("there is only `{only}`"),
        (_, 0) => format!("there are `{}`", listed.join("`, `")),
        (_, more) => format!("there are `{}` and {more} more", listed.join("`, `")),
    }
}

/// The names that share the most words with `wrong`, and at least one: `wrong-nonce` is about
/// nonces.
fn sharing_words<'a>(wrong: &str, names: &[&'a str]) -> Vec<&'a str> {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|character: char| !character.is_alphanumeric());
        words.filter(|word| word.len() > 2).map(str::to_lowercase).collect()
    };
    let wrong = words(wrong);
    let shared = |name: &str| words(name).iter().filter(|word| wrong.contains(word)).count();
    let most = names.iter().map(|name| shared(name)).max().unwrap_or_default();
    let sharing: Vec<_> = names.iter().filter(|name| shared(name) == most).copied().collect();
    if most > 0 && sharing.len() <= MAX_LISTED { sharing } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_are_recognised_and_unrelated_names_are_not() {
        let names = ["subject", "email", "email_verified", "groups", "redirect_uris"];
        let nearest = |wrong| nearest(wrong, names);
        assert_eq!(nearest("emial"), Some("email"));
        assert_eq!(nearest("sub"), Some("subject"));
        assert_eq!(nearest("redirect-uri"), Some("redirect_uris"));
        assert_eq!(nearest("Groups"), Some("groups"));
        assert_eq!(nearest("user_subject"), Some("subject"));
        assert_eq!(nearest("roles"), None);
        assert_eq!(nearest("subject"), Some("subject"));
        assert_eq!(nearest(&format!("{}_subject", "a".repeat(MAX_LENGTH))), None);
    }

    #[test]
    fn a_part_of_a_name_is_enough() {
        let names = ["id-token-nonce-mismatch", "id-token-sub-invalid", "logout-nonce"];
        let one = "did you mean `id-token-nonce-mismatch`?";
        assert_eq!(advice("nonce-mismatch", &names), one);
        assert_eq!(
            advice("wrong-nonce", &names),
            "did you mean one of `id-token-nonce-mismatch`, `logout-nonce`?"
        );
        assert!(advice("roles", &names).starts_with("there are `id-token-nonce-mismatch`"));
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: Vec<_> = (0..30).map(|number| format!("x{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(advice("roles", &names).ends_with("`x23` and 6 more"));
    }
}
