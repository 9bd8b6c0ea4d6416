//! The nearest right name for a wrong one.

/// Names at least this alike are offered; below it a suggestion puzzles more than it helps.
const ALIKE: f64 = 0.8;

/// The name that `wrong` was probably meant to be.
pub(crate) fn nearest<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let wrong = plain(wrong);
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong, &plain(name)), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// What to do instead of writing `wrong`: the nearest name, else all of them.
pub(crate) fn advice(wrong: &str, names: &[&str]) -> String {
    match (nearest(wrong, names.iter().copied()), names) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, []) => "there is none".to_owned(),
        (None, [only]) => format!("there is only `{only}`"),
        (None, _) => format!("there are `{}`", names.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_keyboard_are_recognised_and_strangers_are_not() {
        let names = ["subject", "email", "email_verified", "groups", "redirect_uris"];
        let nearest = |wrong| nearest(wrong, names);
        assert_eq!(nearest("emial"), Some("email"));
        assert_eq!(nearest("sub"), Some("subject"));
        assert_eq!(nearest("redirect-uri"), Some("redirect_uris"));
        assert_eq!(nearest("Groups"), Some("groups"));
        assert_eq!(nearest("roles"), None);
    }
}
