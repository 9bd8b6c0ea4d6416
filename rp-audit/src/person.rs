//! Who takes part in a case.

use mock_provider::User;

/// An end user whom nobody could guess: a page that shows any of this tells who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The subject at the provider.
    pub subject: String,
    /// The full name.
    pub name: String,
    /// The email address.
    pub email: String,
}

/// The people of a case. They take part in no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Whom the case is about.
    pub user: Person,
    /// Whose account an attack is after, or who attacks.
    pub other: Person,
    /// Who proves, before and after, that logins work.
    pub control: Person,
}

impl Person {
    /// A person whose attributes all hold `mark`, which must be unguessable or at least occur
    /// nowhere else: letters and digits.
    pub fn new(role: &str, mark: &str) -> Self {
        Self {
            subject: format!("{role}-{mark}"),
            name: format!("{} N{mark}", capitalised(role)),
            email: format!("{role}.m{mark}@example.org"),
        }
    }

    /// The person as a user of the provider, with a confirmed email address and a login name
    /// that is part of it.
    pub fn account(&self) -> User {
        User::new(&self.subject)
            .name(&self.name)
            .email(&self.email)
            .email_verified(true)
            .preferred_username(self.email.split('@').next().unwrap_or_default())
    }
}

impl Cast {
    /// Three people whose attributes hold `mark`.
    pub fn new(mark: &str) -> Self {
        Self {
            user: Person::new("user", mark),
            other: Person::new("other", mark),
            control: Person::new("control", mark),
        }
    }

    /// Everybody. The other one comes first: failures that are about somebody else take the first
    /// user who is not the one who signed in.
    pub fn everybody(&self) -> [&Person; 3] {
        [&self.other, &self.user, &self.control]
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_attributes_are_part_of_anybody_elses() {
        let cast = Cast::new("4f1c");
        for one in cast.everybody() {
            for other in cast.everybody() {
                for text in [&other.subject, &other.name, &other.email] {
                    let own = [&one.subject, &one.name, &one.email];
                    assert_eq!(own.iter().any(|own| own.contains(text)), one == other, "{text}");
                }
            }
        }
    }
}
