//! Reads from a page who is signed in.

use http_browser::Page;

use crate::person::{Cast, Person};

/// Who is signed in according to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// No user.
    Nobody,
    /// The person whom the case expects.
    Expected {
        /// Whether the page also shows attributes of another person.
        foreign_attributes: bool,
    },
    /// Another person of the case.
    AnotherPerson {
        /// Whether the page also shows attributes of the expected person.
        own_attributes: bool,
    },
    /// A user is signed in, but the page does not show which.
    Unknown,
}

/// Texts of the page that shows who is signed in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks<'a> {
    /// The page contains this text if, and only if, no user is signed in. If it is not known, a page that
    /// shows no attributes means that no user is signed in.
    pub signed_out: Option<&'a str>,
    /// The page contains this text if, and only if, the user is denied access.
    pub denied: Option<&'a str>,
}

/// Reads from a page who is signed in. Subjects take precedence, because failures may change names and
/// email addresses.
///
/// A page that denies access counts as [`Who::Nobody`], even if it names the user.
pub fn who(page: &Page, expected: &Person, cast: &Cast, marks: Marks<'_>) -> Who {
    let has = |mark: Option<&str>| mark.map(|mark| page.source.contains(mark));
    if has(marks.denied) == Some(true) {
        return Who::Nobody;
    }
    let shows = |text: &String| page.source.contains(text.as_str());
    let others = || cast.all().into_iter().filter(|other| *other != expected);
    let attributes = |person: &Person| shows(&person.name) || shows(&person.email);
    let foreign_attributes = others().any(|other| shows(&other.subject) || attributes(other));
    if shows(&expected.subject) || (attributes(expected) && !others().any(|it| shows(&it.subject)))
    {
        return Who::Expected { foreign_attributes };
    }
    if foreign_attributes {
        return Who::AnotherPerson { own_attributes: attributes(expected) };
    }
    match has(marks.signed_out) {
        Some(false) if page.trouble.is_none() => Who::Unknown,
        _ => Who::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Who {
        let page = Page::new("http://127.0.0.1/".parse().unwrap(), source.to_owned());
        let cast = Cast::new("7e");
        let marks = Marks { signed_out: Some("Sign in"), denied: Some("Not for you") };
        who(&page, &cast.user, &cast, marks)
    }

    #[test]
    fn a_page_shows_who_is_signed_in() {
        assert_eq!(read("Hello user-7e"), Who::Expected { foreign_attributes: false });
        assert_eq!(read("Hello User N7e"), Who::Expected { foreign_attributes: false });
        assert_eq!(read("Hello other-7e"), Who::AnotherPerson { own_attributes: false });
        assert_eq!(read("Hello Other N7e"), Who::AnotherPerson { own_attributes: false });
        assert_eq!(read("Sign in"), Who::Nobody);
        assert_eq!(read("Hello stranger"), Who::Unknown);
    }

    #[test]
    fn a_user_who_is_denied_access_has_no_session() {
        assert_eq!(read("user-7e: Not for you"), Who::Nobody);
    }

    #[test]
    fn the_subject_takes_precedence_and_foreign_attributes_are_reported() {
        let own = Who::Expected { foreign_attributes: true };
        assert_eq!(read("user-7e other.m7e@example.org"), own);
        let other = Who::AnotherPerson { own_attributes: true };
        assert_eq!(read("other-7e user.m7e@example.org"), other);
    }
}
