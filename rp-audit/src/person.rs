//! The end users of a case.

use mock_provider::User;

/// An end user with unguessable attributes: a page that shows one of them shows who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The subject at the provider.
    pub subject: String,
    /// The full name.
    pub name: String,
    /// The email address.
    pub email: String,
}

/// The end users of a case. Each case has its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The user that the case is about.
    pub user: Person,
    /// The victim of an attack, or the attacker.
    pub other: Person,
    /// The user whose logins prove that logins work.
    pub control: Person,
}

impl Person {
    /// A person whose attributes all contain `mark`: letters and digits that occur nowhere else.
    pub fn new(role: &str, mark: &str) -> Self {
        Self {
            subject: format!("{role}-{mark}"),
            name: format!("{} N{mark}", capitalize(role)),
            email: format!("{role}.m{mark}@example.org"),
        }
    }

    /// The person as a user of the provider. The email address is verified, and the login name is its
    /// local part.
    pub fn account(&self) -> User {
        User::new(&self.subject)
            .name(&self.name)
            .email(&self.email)
            .email_verified(true)
            .preferred_username(self.email.split('@').next().unwrap_or_default())
    }
}

impl Cast {
    /// Three people whose attributes contain `mark`.
    pub fn new(mark: &str) -> Self {
        Self {
            user: Person::new("user", mark),
            other: Person::new("other", mark),
            control: Person::new("control", mark),
        }
    }

    /// All of them. `other` comes first, because failures about another user take the first user of the
    /// provider who is not signed in.
    pub fn all(&self) -> [&Person; 3] {
        [&self.other, &self.user, &self.control]
    }
}

fn capitalize(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_attribute_is_part_of_an_attribute_of_another_person() {
        let cast = Cast::new("4f1c");
        for one in cast.all() {
            for other in cast.all() {
                for text in [&other.subject, &other.name, &other.email] {
                    let own = [&one.subject, &one.name, &one.email];
                    assert_eq!(own.iter().any(|own| own.contains(text)), one == other, "{text}");
                }
            }
        }
    }
}
