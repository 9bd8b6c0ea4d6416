//! A user as shown on every page: avatar, name, email address and groups.

/// One user on a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct UserCard {
    /// The `sub` claim, which the form sends.
    pub(crate) subject: String,
    /// The `name` claim. It defaults to the email address, then to the subject.
    pub(crate) name: Option<String>,
    /// The `email` claim.
    pub(crate) email: Option<String>,
    /// Names of the user's groups, in display order.
    pub(crate) groups: Vec<String>,
    /// The `picture` claim, a URL. Until it has loaded, or if it fails to load,
    /// the initials are shown.
    pub(crate) picture: Option<String>,
    /// Whether the card asks for a password.
    pub(crate) has_password: bool,
    /// Marks the user as disabled. The button stays, so that the client's reaction
    /// to the refusal can be tested.
    pub(crate) disabled: bool,
    /// A remark about the user, as a sentence.
    pub(crate) note: Option<String>,
    /// Whether the request's `login_hint` matches this user.
    pub(crate) hinted: bool,
}

impl UserCard {
    /// The number of classes `hue-0`, `hue-1`, … in the stylesheet.
    const HUES: u32 = 12;

    /// The name to show; never empty unless the subject is.
    pub(super) fn display_name(&self) -> &str {
        self.names().next().unwrap_or(&self.subject)
    }

    /// A second identifier besides the display name: the email address or the
    /// subject.
    pub(super) fn detail(&self) -> Option<&str> {
        let shown = self.display_name();
        self.names().skip(1).chain([self.subject.as_str()]).find(|detail| *detail != shown)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.email]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|name| !name.trim().is_empty())
    }

    /// One or two letters for the avatar. Scripts without upper case get one, because
    /// two of their letters would join or form another word.
    pub(super) fn initials(&self) -> String {
        let mut letters = self
            .display_name()
            .split_whitespace()
            .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
        let Some(first) = letters.next() else {
            return "?".to_owned();
        };
        let has_case = |letter: &char| letter.is_lowercase() || letter.is_uppercase();
        let last = letters.next_back().filter(has_case).filter(|_| has_case(&first));
        first.to_uppercase().chain(last.into_iter().flat_map(char::to_uppercase)).collect()
    }

    /// The colour of the avatar, which is the same for a subject on every page and
    /// in every run (FNV-1a).
    pub(super) fn hue(&self) -> u32 {
        let hash = self
            .subject
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        hash % Self::HUES
    }
}

#[cfg(test)]
mod tests {
    use super::UserCard;

    fn named(name: &str) -> UserCard {
        UserCard { subject: "u1".to_owned(), name: Some(name.to_owned()), ..UserCard::default() }
    }

    #[test]
    fn initials_are_those_of_the_first_and_the_last_word() {
        for (name, initials) in [
            ("Alice Adams", "AA"),
            ("alice van der berg", "AB"),
            ("Prince", "P"),
            ("Älva Ößterreich", "ÄÖ"),
            ("(Dr.) Eve \"the\" O'Neill", "DO"),
            ("山田 太郎", "山"),
            ("ليلى حسن", "ل"),
            ("<img src=x>", "IS"),
            ("🦀", "?"),
        ] {
            assert_eq!(named(name).initials(), initials, "{name}");
        }
    }

    #[test]
    fn a_user_without_a_name_goes_by_email_address_and_then_by_subject() {
        let mut user = named("  ");
        assert_eq!((user.display_name(), user.detail()), ("u1", None));
        user.email = Some("u1@example.com".to_owned());
        assert_eq!((user.display_name(), user.detail()), ("u1@example.com", Some("u1")));
        user.name = Some("Uma One".to_owned());
        assert_eq!((user.display_name(), user.detail()), ("Uma One", Some("u1@example.com")));
        user.email = None;
        assert_eq!((user.display_name(), user.detail()), ("Uma One", Some("u1")));
    }

    #[test]
    fn every_hue_has_its_class_in_the_stylesheet() {
        for hue in 0..UserCard::HUES {
            assert!(super::super::policy::STYLE.contains(&format!(".hue-{hue} ")), "hue {hue}");
        }
    }

    #[test]
    fn hues_are_spread_evenly() {
        let mut users = [0; UserCard::HUES as usize];
        for index in 0..1200 {
            let user = UserCard { subject: format!("user-{index}"), ..UserCard::default() };
            users[user.hue() as usize] += 1;
        }
        assert!(users.iter().all(|count| (50..=150).contains(count)), "{users:?}");
    }
}
