//! From what a rep asked to Explorium's two searches. Technology is a filter of companies only, hence the two stages.
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::connectors::market::categories;
use crate::connectors::market::technology;
use crate::domain::criteria::Criteria;

/// Companies of one stage; their people are then searched together.
pub const BUSINESSES_PAGE: u32 = 100;
/// Most records that one search hands out.
pub const RESULTS_MAX: u32 = 10_000;
pub const PAGE_MAX: u32 = 500;

const SIZES: &[(&str, u32, u32)] = &[
    ("1-10", 1, 10),
    ("11-50", 11, 50),
    ("51-200", 51, 200),
    ("201-500", 201, 500),
    ("501-1000", 501, 1_000),
    ("1001-5000", 1_001, 5_000),
    ("5001-10000", 5_001, 10_000),
    ("10001+", 10_001, u32::MAX),
];

/// Where a search stands: page of companies, page of their people. Both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub businesses: u32,
    pub people: u32,
}

impl Cursor {
    pub const START: Self = Self { businesses: 1, people: 1 };

    pub fn read(text: &str) -> Option<Self> {
        let (businesses, people) = text.strip_prefix('b')?.split_once('p')?;
        let page = |text: &str| text.parse::<u32>().ok().filter(|page| (1..=RESULTS_MAX).contains(page));
        Some(Self { businesses: page(businesses)?, people: page(people)? })
    }

    pub fn text(self) -> String {
        format!("b{}p{}", self.businesses, self.people)
    }

    /// The next page: of people while there are, then of companies while there are.
    pub fn next(self, people_total: u64, people_size: u32, businesses_total: u64) -> Option<Self> {
        let shown = |page: u32, size: u32| u64::from(page) * u64::from(size);
        let limit = |total: u64| total.min(u64::from(RESULTS_MAX));
        if shown(self.people, people_size) < limit(people_total) {
            return Some(Self { people: self.people + 1, ..self });
        }
        let more = shown(self.businesses, BUSINESSES_PAGE) < limit(businesses_total);
        more.then_some(Self { businesses: self.businesses + 1, people: 1 })
    }
}

/// The size classes that cover the range asked. One that shares only its edge with it is left out:
/// "200 to 1,000" does not mean companies of 51.
pub fn sizes(min: Option<u32>, max: Option<u32>) -> Vec<&'static str> {
    if min.is_none() && max.is_none() {
        return Vec::new();
    }
    let (min, max) = (min.unwrap_or(0), max.unwrap_or(u32::MAX));
    let touching: Vec<_> = SIZES.iter().filter(|(_, low, high)| *low <= max && *high >= min).collect();
    let by_more = |(_, low, high): &&&(&str, u32, u32)| *high.min(&max) > *low.max(&min);
    let inner: Vec<_> = touching.iter().filter(by_more).map(|(name, ..)| *name).collect();
    if inner.is_empty() { touching.iter().map(|(name, ..)| *name).collect() } else { inner }
}

fn put(filters: &mut Map<String, Value>, name: &str, values: Vec<String>) {
    if !values.is_empty() {
        filters.insert(name.to_owned(), json!({"values": values}));
    }
}

/// Categories and technologies as they stand in the filters.
pub fn asked(wanted: &Criteria) -> (Vec<String>, Vec<String>) {
    (categories(&wanted.industries), wanted.technologies.iter().map(|name| technology(name)).collect())
}

pub fn businesses_body(wanted: &Criteria, page: u32) -> Value {
    let mut filters = Map::new();
    put(&mut filters, "country_code", wanted.countries.iter().map(|code| code.trim().to_uppercase()).collect());
    put(
        &mut filters,
        "company_size",
        sizes(wanted.employees_min, wanted.employees_max).iter().map(|s| (*s).to_owned()).collect(),
    );
    let (categories, technologies) = asked(wanted);
    put(&mut filters, "linkedin_category", categories);
    put(&mut filters, "company_tech_stack_tech", technologies);
    search_body(filters, page, BUSINESSES_PAGE)
}

pub fn prospects_body(wanted: &Criteria, businesses: &[String], page: u32, size: u32) -> Value {
    let mut filters = Map::new();
    put(&mut filters, "business_id", businesses.to_vec());
    if !wanted.titles.is_empty() {
        filters.insert("job_title".to_owned(), json!({"values": wanted.titles, "include_related_job_titles": true}));
    }
    put(&mut filters, "job_level", levels(&wanted.titles));
    put(&mut filters, "job_department", departments(&wanted.titles));
    search_body(filters, page, size)
}

fn search_body(filters: Map<String, Value>, page: u32, size: u32) -> Value {
    json!({"mode": "full", "size": RESULTS_MAX, "page_size": size, "page": page, "filters": filters})
}

/// Words of a title that tell its level. Order matters: the first hit counts.
const LEVELS: &[(&str, &[&str])] = &[
    ("vice president", &["vp", "svp", "evp", "vice president"]),
    ("c-suite", &["chief", "cfo", "ceo", "cto", "cio", "coo", "cmo", "cro", "cpo", "ciso"]),
    ("founder", &["founder", "cofounder"]),
    ("director", &["director", "head"]),
    ("manager", &["manager", "controller", "lead"]),
];

const DEPARTMENTS: &[(&str, &[&str])] = &[
    ("finance", &["finance", "financial", "cfo", "accounting", "controller", "treasury", "treasurer", "fp"]),
    ("sales", &["sales", "revenue", "cro"]),
    ("marketing", &["marketing", "cmo", "growth", "demand"]),
    ("human resources", &["people", "hr", "human", "talent"]),
    ("engineering", &["engineering", "engineer", "cto"]),
    ("it", &["it", "cio"]),
    ("operations", &["operations", "coo"]),
    ("product", &["product", "cpo"]),
    ("legal", &["legal", "counsel"]),
    ("procurement", &["procurement", "purchasing"]),
    ("security", &["security", "ciso"]),
];

/// Related titles are wide; the level keeps them in place. Only when every title tells one: a filter must not lose people.
fn levels(titles: &[String]) -> Vec<String> {
    all_told(titles, LEVELS)
}

fn departments(titles: &[String]) -> Vec<String> {
    let mut out = all_told(titles, DEPARTMENTS);
    let chiefs = levels(titles).iter().any(|level| level == "c-suite");
    // The vendor files some chiefs under their own department.
    if chiefs && !out.is_empty() {
        out.push("c-suite".to_owned());
    }
    out
}

fn all_told(titles: &[String], table: &[(&str, &[&str])]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for title in titles {
        let title = title.to_lowercase();
        let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).collect();
        let told = |keys: &[&str]| {
            keys.iter().any(|key| if key.contains(' ') { title.contains(key) } else { words.contains(key) })
        };
        match table.iter().find(|(_, keys)| told(keys)) {
            Some((name, _)) if out.iter().any(|known| known == name) => {}
            Some((name, _)) => out.push((*name).to_owned()),
            None => return Vec::new(),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flagship() -> Criteria {
        Criteria {
            titles: vec!["VP Finance".to_owned()],
            industries: vec!["fintech".to_owned()],
            employees_min: Some(200),
            employees_max: Some(1_000),
            technologies: vec!["Snowflake".to_owned()],
            ..Criteria::default()
        }
    }

    #[test]
    fn the_flagship_request_in_two_stages() {
        assert_eq!(
            businesses_body(&flagship(), 2),
            json!({"mode": "full", "size": 10_000, "page_size": 100, "page": 2, "filters": {
                "company_size": {"values": ["201-500", "501-1000"]},
                "linkedin_category": {"values": ["financial services"]},
                "company_tech_stack_tech": {"values": ["Snowflake"]},
            }})
        );
        assert_eq!(
            prospects_body(&flagship(), &["b".repeat(32)], 1, 50)["filters"],
            json!({
                "business_id": {"values": ["b".repeat(32)]},
                "job_title": {"values": ["VP Finance"], "include_related_job_titles": true},
                "job_level": {"values": ["vice president"]},
                "job_department": {"values": ["finance"]},
            })
        );
    }

    #[test]
    fn levels_and_departments_only_when_all_titles_tell_them() {
        let of = |titles: &[&str]| {
            let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
            (levels(&titles).join("|"), departments(&titles).join("|"))
        };
        assert_eq!(of(&["VP Finance", "CFO"]), ("vice president|c-suite".into(), "finance|c-suite".into()));
        assert_eq!(of(&["Head of Engineering"]), ("director".into(), "engineering".into()));
        assert_eq!(of(&["VP Finance", "Wizard"]), (String::new(), String::new()));
        assert_eq!(of(&[]), (String::new(), String::new()));
    }

    #[test]
    fn sizes_cover_the_range() {
        let table: [(Option<u32>, Option<u32>, &[&str]); 5] = [
            (None, None, &[]),
            (Some(200), Some(1_000), &["201-500", "501-1000"]),
            (Some(100), Some(300), &["51-200", "201-500"]),
            (Some(5_000), None, &["5001-10000", "10001+"]),
            (Some(200), Some(200), &["51-200"]),
        ];
        for (min, max, want) in table {
            assert_eq!(sizes(min, max), want, "{min:?} {max:?}");
        }
    }

    proptest! {
        #[test]
        fn any_range_has_a_size(min in 1u32..20_000, more in 0u32..20_000) {
            prop_assert!(!sizes(Some(min), Some(min + more)).is_empty());
        }

        #[test]
        fn a_cursor_survives_its_text(businesses in 1u32..=RESULTS_MAX, people in 1u32..=RESULTS_MAX) {
            let cursor = Cursor { businesses, people };
            prop_assert_eq!(Cursor::read(&cursor.text()), Some(cursor));
        }

        #[test]
        fn nonsense_is_no_cursor(text in "\\PC{0,12}") {
            if let Some(cursor) = Cursor::read(&text) {
                prop_assert!(cursor.businesses >= 1 && cursor.people >= 1);
            }
        }
    }

    #[test]
    fn pages_of_people_come_before_pages_of_companies() {
        let next = |cursor: Cursor, people, businesses| cursor.next(people, 50, businesses).map(Cursor::text);
        assert_eq!(next(Cursor::START, 120, 300).as_deref(), Some("b1p2"));
        assert_eq!(next(Cursor { businesses: 1, people: 3 }, 120, 300).as_deref(), Some("b2p1"));
        assert_eq!(next(Cursor { businesses: 3, people: 3 }, 120, 300), None);
        assert_eq!(next(Cursor::START, 0, 0), None);
    }
}
