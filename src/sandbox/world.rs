//! The invented world: companies and people made from a seed, kept small, described on demand.
pub mod company;
pub mod ids;
pub mod make;
pub mod names;
mod names_abroad;
pub mod person;
pub mod places;
pub mod stack;
pub mod titles;
pub mod trades;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::sandbox::random::hash_text;

/// Records do not change between restarts: their dates count from here (2026-11-21T09:00Z).
pub const EPOCH_MS: i64 = 1_795_251_600_000;
pub const DAY_MS: i64 = 86_400_000;

/// No index, where an index may be absent.
pub const NONE: u32 = u32::MAX;

/// One company; everything else about it follows from these few numbers and the seed.
#[derive(Clone)]
pub struct Company {
    pub stem: u8,
    pub tail: u8,
    pub word: u8,
    pub industry: u8,
    pub country: u8,
    pub city: u8,
    pub people: u8,
    pub stage: u8,
    pub size: u32,
    pub revenue_kusd: u32,
    pub techs: u64,
    pub first_person: u32,
    pub raised_kusd: u32,
    pub raised_days_ago: u16,
    pub founded: u16,
    pub flags: u8,
}

/// One person record; `twin_of` marks the second record of the same person.
#[derive(Clone)]
pub struct Person {
    pub company: u32,
    pub twin_of: u32,
    pub flags: u16,
    pub first: u8,
    pub last: u8,
    pub title: u8,
    pub country: u8,
    pub city: u8,
    pub tongue: u8,
    pub role_months: u8,
}

/// Facts about a person, one bit each.
pub mod flag {
    pub const APOLLO: u16 = 1;
    pub const EXPLORIUM: u16 = 1 << 1;
    pub const APOLLO_MAIL: u16 = 1 << 2;
    pub const EXPLORIUM_MAIL: u16 = 1 << 3;
    pub const INVALID: u16 = 1 << 4;
    pub const CATCH_ALL: u16 = 1 << 5;
    pub const FLAGSHIP: u16 = 1 << 6;
    pub const IN_CRM: u16 = 1 << 7;
    pub const CRM_DIFFERS: u16 = 1 << 8;
    pub const CRM_OTHER_OWNER: u16 = 1 << 9;
    pub const OPTED_OUT: u16 = 1 << 10;
    pub const IN_CAMPAIGN: u16 = 1 << 11;
    pub const UNSUBSCRIBED: u16 = 1 << 12;
    pub const DISPUTED: u16 = 1 << 13;
}

/// Facts about a company, one bit each.
pub mod company_flag {
    pub const FLAGSHIP: u8 = 1;
    pub const IN_CRM: u8 = 1 << 1;
    pub const APOLLO: u8 = 1 << 2;
    pub const EXPLORIUM: u8 = 1 << 3;
}

/// The whole world, never changed after it is made.
pub struct World {
    pub seed: u64,
    pub companies: Vec<Company>,
    pub people: Vec<Person>,
    /// Made when first asked for, so that the start is quick.
    by_mail: OnceLock<HashMap<u64, u32>>,
    by_domain: OnceLock<HashMap<u64, u32>>,
}

impl World {
    pub fn generate(seed: u64, size: usize) -> Self {
        let (companies, people) = make::make(seed, size.max(make::COMPANIES));
        Self { seed, companies, people, by_mail: OnceLock::new(), by_domain: OnceLock::new() }
    }

    fn mails(&self) -> HashMap<u64, u32> {
        let mut mails = HashMap::with_capacity(self.people.len());
        for i in 0..self.people.len() as u32 {
            mails.entry(hash_text(1, &self.mail(i))).or_insert(i);
        }
        mails
    }

    fn domains(&self) -> HashMap<u64, u32> {
        let all = 0..self.companies.len() as u32;
        all.map(|i| (hash_text(0, &self.domain(i)), i)).collect()
    }

    /// The first record of the person with this address, whether the vendors know the address or not.
    pub fn person_by_mail(&self, mail: &str) -> Option<u32> {
        let wanted = mail.trim().to_lowercase();
        let found = *self.by_mail.get_or_init(|| self.mails()).get(&hash_text(1, &wanted))?;
        (self.mail(found) == wanted).then_some(found)
    }

    /// The company of a domain, a URL or a mail address.
    pub fn company_by_domain(&self, text: &str) -> Option<u32> {
        let lower = text.trim().to_lowercase();
        let host = lower.split("://").last().unwrap_or_default();
        let host = host.split(['/', '?']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        let found = *self.by_domain.get_or_init(|| self.domains()).get(&hash_text(0, host))?;
        (self.domain(found) == host).then_some(found)
    }

    /// The company with this name, with or without its second word.
    pub fn company_by_name(&self, name: &str) -> Option<u32> {
        let wanted = name.trim().to_lowercase();
        let mut words = wanted.split(' ');
        let head = words.next().unwrap_or_default();
        [".example", ".test"].iter().filter_map(|end| self.company_by_domain(&format!("{head}{end}"))).find(|i| {
            let full = self.company_name(*i).to_lowercase();
            full == wanted || full.split(' ').next() == Some(wanted.as_str())
        })
    }

    /// The people of a company, twins included.
    pub fn staff(&self, company: u32) -> std::ops::Range<u32> {
        let c = &self.companies[company as usize];
        c.first_person..c.first_person + u32::from(c.people)
    }

    pub fn flagship_matches(&self) -> usize {
        self.people.iter().filter(|p| p.flags & flag::FLAGSHIP != 0 && p.twin_of == NONE).count()
    }
}
