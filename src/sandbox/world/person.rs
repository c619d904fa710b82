//! What can be told about a person: name, title, address, telephone, time zone, profile.
use crate::sandbox::random::hash;
use crate::sandbox::world::NONE;
use crate::sandbox::world::Person;
use crate::sandbox::world::World;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;
use crate::sandbox::world::names;
use crate::sandbox::world::names::ascii;
use crate::sandbox::world::places::COUNTRIES;
use crate::sandbox::world::places::City;
use crate::sandbox::world::places::Country;
use crate::sandbox::world::places::phone;
use crate::sandbox::world::titles::TITLES;
use crate::sandbox::world::titles::Title;

impl World {
    pub fn person(&self, i: u32) -> &Person {
        &self.people[i as usize]
    }

    pub fn has(&self, i: u32, bit: u16) -> bool {
        self.person(i).flags & bit != 0
    }

    /// The first record of the same person.
    pub fn original(&self, i: u32) -> u32 {
        match self.person(i).twin_of {
            NONE => i,
            other => other,
        }
    }

    /// First and last name; the second record of a person has the first name as an initial.
    pub fn name(&self, i: u32) -> (String, String) {
        let p = self.person(i);
        let tongue = COUNTRIES[usize::from(p.tongue)].tongue;
        let (firsts, lasts) = names::of(tongue);
        let first = firsts[usize::from(p.first) % firsts.len()];
        let last = lasts[usize::from(p.last) % lasts.len()].to_owned();
        if p.twin_of == NONE {
            return (first.to_owned(), last);
        }
        let initial: String = first.chars().take(1).collect();
        (format!("{initial}."), last)
    }

    pub fn full_name(&self, i: u32) -> String {
        let (first, last) = self.name(i);
        format!("{first} {last}")
    }

    pub fn title(&self, i: u32) -> &'static Title {
        &TITLES[usize::from(self.person(i).title)]
    }

    pub fn country(&self, i: u32) -> &'static Country {
        &COUNTRIES[usize::from(self.person(i).country)]
    }

    pub fn city(&self, i: u32) -> &'static City {
        let p = self.person(i);
        let cities = self.country(i).cities;
        &cities[usize::from(p.city) % cities.len()]
    }

    /// The address the person has, or that people believe in when it is invalid.
    pub fn mail(&self, i: u32) -> String {
        let i = self.original(i);
        let (first, last) = self.name(i);
        let company = self.person(i).company;
        let domain = self.domain(company);
        let (first, last) = (ascii(&first), ascii(&last));
        match hash(&[self.seed, 51, u64::from(company)]) % 4 {
            0 => format!("{}{last}@{domain}", first.get(..1).unwrap_or_default()),
            1 => format!("{first}_{last}@{domain}"),
            _ => format!("{first}.{last}@{domain}"),
        }
    }

    pub fn phone(&self, i: u32) -> Option<String> {
        let draw = hash(&[self.seed, 52, u64::from(self.original(i))]);
        if draw >> 60 < 6 {
            return None;
        }
        phone(self.country(i), draw)
    }

    /// The profile address; the host is reserved, as all hosts of this world.
    pub fn profile(&self, i: u32) -> String {
        let (first, last) = self.name(self.original(i));
        let id = self.id(Kind::Profile, self.original(i));
        format!("https://www.linkedin.example/in/{}-{}-{id}", ascii(&first), ascii(&last))
    }

    /// The person behind a profile address; only its last part counts.
    pub fn person_by_profile(&self, url: &str) -> Option<u32> {
        let slug = url.trim().trim_end_matches('/').rsplit('/').next()?;
        let slug = slug.split('?').next()?;
        let id = slug.rsplit('-').next()?;
        self.index_of(Kind::Profile, id)
    }

    /// The person of this name at a company.
    pub fn person_by_name(&self, company: u32, full_name: &str) -> Option<u32> {
        let wanted = ascii(full_name);
        self.staff(company).find(|i| ascii(&self.full_name(*i)) == wanted)
    }

    /// Explorium's verdict on the address.
    pub fn explorium_verdict(&self, i: u32) -> &'static str {
        let i = self.original(i);
        let disputed = self.has(i, flag::DISPUTED);
        match (self.has(i, flag::INVALID), self.has(i, flag::CATCH_ALL)) {
            (true, _) if disputed => "catch-all",
            (true, _) => "invalid",
            (false, true) => "catch-all",
            (false, false) => "valid",
        }
    }

    /// Apollo's verdict on the address; it does not always agree.
    pub fn apollo_verdict(&self, i: u32) -> &'static str {
        let i = self.original(i);
        let disputed = self.has(i, flag::DISPUTED);
        match (self.has(i, flag::INVALID), self.has(i, flag::CATCH_ALL)) {
            (true, _) if disputed => "verified",
            (true, _) => "unavailable",
            (false, true) => "likely_to_engage",
            (false, false) if disputed => "unverified",
            (false, false) => "verified",
        }
    }
}
