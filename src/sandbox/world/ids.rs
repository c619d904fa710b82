//! Vendor ids of people and companies: hexadecimal, stable, and readable back without a table.
use crate::sandbox::random::hash;
use crate::sandbox::world::World;

/// Which vendor's id, of what.
#[derive(Clone, Copy)]
pub enum Kind {
    ApolloPerson = 1,
    ApolloCompany = 2,
    ExploriumPerson = 3,
    ExploriumCompany = 4,
    Profile = 5,
}

impl Kind {
    fn length(self) -> usize {
        match self {
            Self::ApolloPerson | Self::ApolloCompany => 24,
            Self::ExploriumPerson => 40,
            Self::ExploriumCompany => 32,
            Self::Profile => 8,
        }
    }
}

impl World {
    /// The id: a veiled index, then hash digits that nobody can guess right.
    pub fn id(&self, kind: Kind, index: u32) -> String {
        let mask = hash(&[self.seed, kind as u64, 0xA11]) as u32;
        let mut out = format!("{:08x}", index ^ mask);
        let mut part = 0;
        while out.len() < kind.length() {
            out.push_str(&format!("{:016x}", hash(&[self.seed, kind as u64, u64::from(index), part])));
            part += 1;
        }
        out.truncate(kind.length());
        out
    }

    /// The index behind an id, if it is one of ours.
    pub fn index_of(&self, kind: Kind, id: &str) -> Option<u32> {
        let head = id.get(..8)?;
        let mask = hash(&[self.seed, kind as u64, 0xA11]) as u32;
        let index = u32::from_str_radix(head, 16).ok()? ^ mask;
        let there = match kind {
            Kind::ApolloCompany | Kind::ExploriumCompany => self.companies.len(),
            Kind::ApolloPerson | Kind::ExploriumPerson | Kind::Profile => self.people.len(),
        };
        ((index as usize) < there && self.id(kind, index) == id).then_some(index)
    }
}
