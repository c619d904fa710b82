//! Who reads a page and where a card stands: what the views need to know besides their subject.
use crate::domain::ids::ThreadId;
use crate::domain::person::Person;
use crate::domain::time::Millis;

pub struct Reader {
    pub person: Person,
    pub persons: Vec<Person>,
    pub is_sandbox: bool,
    /// Some part of the desk speaks with a real vendor.
    pub is_partly_live: bool,
    /// Things that need somebody, as the control centre lists them.
    pub alerts: usize,
    /// `light`, `dark`, or empty for what the system says.
    pub theme: String,
    /// What each form carries to show that this page sent it.
    pub token: String,
    pub now: Millis,
    /// The id of the next message: sending the same form twice is one message.
    pub event: String,
    pub upload_max: usize,
}

/// Where a card stands.
pub struct Place<'a> {
    pub reader: &'a Reader,
    pub thread: &'a ThreadId,
    /// The reader may decide something in this thread.
    pub waits: bool,
}

impl<'a> Place<'a> {
    pub fn new(reader: &'a Reader, thread: &'a ThreadId, waits: bool) -> Self {
        Self { reader, thread, waits }
    }
}

impl Reader {
    /// The person behind an author's id or name.
    pub fn known(&self, author: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.id == author || person.name == author)
    }
}

/// "rep, manager".
pub fn roles(person: &Person) -> String {
    if person.roles.is_empty() {
        return "no role".to_owned();
    }
    person.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
}

/// Two letters in place of a picture.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_first_and_the_last() {
        for (name, expected) in [("Ava", "A"), ("Mona Falk", "MF"), ("Jean de la Tour", "JT"), ("", "")] {
            assert_eq!(initials(name), expected);
        }
    }
}
