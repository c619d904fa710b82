//! Who is away, and who decides in their stead meanwhile. What a person says in chat beats what the file says.
use crate::domain::time::Millis;

/// From one instant up to another; an empty span says "I am here".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    pub person: String,
    pub from: Millis,
    pub until: Millis,
    /// Decides meanwhile; nobody does when it is not named.
    pub delegate: Option<String>,
}

impl Absence {
    pub fn is_on(&self, now: Millis) -> bool {
        self.from <= now && now < self.until
    }

    /// An empty span meets the span it stands in: "I am back" ends what the file says of now.
    fn meets(&self, other: &Self) -> bool {
        self.person == other.person && self.from <= other.until && other.from <= self.until
    }
}

/// All absences: those said, and those of the file that nothing said stands against.
pub fn joined(file: &[Absence], said: &[Absence]) -> Vec<Absence> {
    let kept = file.iter().filter(|written| !said.iter().any(|word| word.meets(written)));
    kept.chain(said).filter(|absence| absence.from < absence.until).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn absence(person: &str, from: i64, until: i64, delegate: Option<&str>) -> Absence {
        Absence {
            person: person.into(),
            from: Millis(from),
            until: Millis(until),
            delegate: delegate.map(str::to_owned),
        }
    }

    #[test]
    fn chat_beats_the_file_where_the_two_meet() {
        let file = [absence("mona", 10, 20, Some("otto")), absence("cora", 10, 20, None)];
        assert_eq!(joined(&file, &[]), file);
        // Back earlier than the file says, and not away at all.
        for here in [absence("mona", 15, 15, None), absence("mona", 10, 10, None)] {
            assert_eq!(joined(&file, &[here]), [file[1].clone()]);
        }
        // Another stand-in for a part of it.
        let other = absence("mona", 12, 18, Some("ben"));
        assert_eq!(joined(&file, std::slice::from_ref(&other)), [file[1].clone(), other]);
        // Another week: both hold.
        let later = absence("mona", 30, 40, None);
        assert_eq!(joined(&file, std::slice::from_ref(&later)), [file[0].clone(), file[1].clone(), later]);
    }

    #[test]
    fn the_first_instant_is_away_and_the_last_is_not() {
        let week = absence("mona", 10, 20, None);
        let away: Vec<bool> = [9, 10, 19, 20].map(|at| week.is_on(Millis(at))).to_vec();
        assert_eq!(away, [false, true, true, false]);
    }
}
