//! From what a rep asked to Apollo's people search: everything is a query parameter, even on POST.
use crate::connectors::http::call::Call;
use crate::connectors::market::country_name;
use crate::connectors::market::technology;
use crate::domain::criteria::Criteria;

pub const PER_PAGE_MAX: u32 = 100;
/// The vendor shows no more pages than these.
pub const PAGES_MAX: u32 = 500;
const EMPLOYEES_MAX: u32 = 10_000_000;

/// Where a search stands: which of the industries asked (from 0), which page (from 1). The search takes one keyword,
/// so each industry is a search of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub industry: u32,
    pub page: u32,
}

impl Cursor {
    pub const START: Self = Self { industry: 0, page: 1 };

    pub fn read(text: &str) -> Option<Self> {
        let (industry, page) = text.strip_prefix('k')?.split_once('p')?;
        let page = page.parse().ok().filter(|page| (1..=PAGES_MAX).contains(page))?;
        Some(Self { industry: industry.parse().ok()?, page })
    }

    pub fn text(self) -> String {
        format!("k{}p{}", self.industry, self.page)
    }

    pub fn next(self, total: u64, size: u32, industries: usize) -> Option<Self> {
        let more = u64::from(self.page) * u64::from(size) < total && self.page < PAGES_MAX;
        if more {
            return Some(Self { page: self.page + 1, ..self });
        }
        let last = self.industry as usize + 1 >= industries;
        (!last).then_some(Self { industry: self.industry + 1, page: 1 })
    }
}

pub fn people_call(wanted: &Criteria, at: Cursor, size: u32) -> Call {
    let mut call = Call::post("/mixed_people/api_search", &[]).safe();
    for title in &wanted.titles {
        call = call.query("person_titles[]", title);
    }
    if !wanted.titles.is_empty() {
        call = call.query("include_similar_titles", true);
    }
    for code in &wanted.countries {
        call = call.query("person_locations[]", country_name(code));
    }
    if wanted.employees_min.is_some() || wanted.employees_max.is_some() {
        let (min, max) = (wanted.employees_min.unwrap_or(1), wanted.employees_max.unwrap_or(EMPLOYEES_MAX));
        call = call.query("organization_num_employees_ranges[]", format!("{min},{max}"));
    }
    for name in &wanted.technologies {
        call = call.query("currently_using_any_of_technology_uids[]", uid(name));
    }
    if let Some(industry) = wanted.industries.get(at.industry as usize) {
        call = call.query("q_keywords", industry.trim().to_lowercase());
    }
    call.query("page", at.page).query("per_page", size)
}

/// `Google BigQuery` is `google_bigquery`.
fn uid(name: &str) -> String {
    technology(name).to_lowercase().replace([' ', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_then_industries() {
        let next = |industry, page, total, industries| {
            Cursor { industry, page }.next(total, 100, industries).map(Cursor::text)
        };
        assert_eq!(next(0, 1, 150, 1).as_deref(), Some("k0p2"));
        assert_eq!(next(0, 2, 150, 1), None);
        assert_eq!(next(0, 2, 150, 2).as_deref(), Some("k1p1"));
        assert_eq!(next(0, 500, 1_000_000, 1), None);
        assert_eq!(next(0, 1, 0, 0), None);
    }

    #[test]
    fn technologies_have_uids() {
        assert_eq!(uid("Snowflake"), "snowflake");
        assert_eq!(uid("BigQuery"), "google_bigquery");
        assert_eq!(uid("Node.js"), "node_js");
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(industry in 0u32..50, page in 1u32..=PAGES_MAX) {
            let cursor = Cursor { industry, page };
            prop_assert_eq!(Cursor::read(&cursor.text()), Some(cursor));
        }
    }
}
