//! Explorium's filters: `{values}`, `{gte,lte}`, `{value}`, each with an optional `negate`.
use serde_json::Value;

use crate::sandbox::explorium::invalid;
use crate::sandbox::http::Reply;
use crate::sandbox::http::texts;
use crate::sandbox::world::EPOCH_MS;
use crate::sandbox::world::World;
use crate::sandbox::world::company::revenue_band;
use crate::sandbox::world::company::size_band;
use crate::sandbox::world::company_flag;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;
use crate::sandbox::world::titles;
use crate::sandbox::world::trades::INDUSTRIES;
use crate::sandbox::world::trades::TECHS;
use crate::sandbox::world::trades::tech_index;

pub const SIZES: &[&str] = &["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"];
pub const REVENUES: &[&str] = &[
    "0-500K",
    "500K-1M",
    "1M-5M",
    "5M-10M",
    "10M-25M",
    "25M-75M",
    "75M-200M",
    "200M-500M",
    "500M-1B",
    "1B-10B",
    "10B-100B",
    "100B-1T",
    "1T-10T",
    "10T+",
];
pub const LEVELS: &[&str] = &[
    "owner",
    "c-suite",
    "vice president",
    "director",
    "senior non-managerial",
    "manager",
    "partner",
    "non-managerial",
    "junior",
    "president",
    "senior manager",
    "advisor",
    "freelancer",
    "board member",
    "founder",
];
pub const DEPARTMENTS: &[&str] = &[
    "administration",
    "real estate",
    "healthcare",
    "partnerships",
    "c-suite",
    "design",
    "human resources",
    "engineering",
    "education",
    "strategy",
    "product",
    "sales",
    "r&d",
    "retail",
    "customer success",
    "security",
    "public service",
    "creative",
    "it",
    "support",
    "marketing",
    "trade",
    "legal",
    "operations",
    "procurement",
    "data",
    "manufacturing",
    "logistics",
    "finance",
];
const BUSINESS: &[&str] = &[
    "country_code",
    "region_country_code",
    "company_size",
    "company_revenue",
    "company_age",
    "google_category",
    "naics_category",
    "linkedin_category",
    "company_tech_stack_category",
    "company_tech_stack_tech",
    "company_name",
    "number_of_locations",
    "city_region_country",
    "city_region",
    "website_keywords",
    "business_intent_topics",
    "events",
    "has_website",
];
const PROSPECT: &[&str] = &[
    "has_email",
    "has_phone_number",
    "job_level",
    "job_department",
    "business_id",
    "total_experience_months",
    "country_code",
    "region_country_code",
    "current_role_months",
    "company_size",
    "company_revenue",
    "google_category",
    "naics_category",
    "linkedin_category",
    "job_title",
    "company_country_code",
    "company_region_country_code",
    "city_region_country",
    "company_name",
    "city_region",
];

/// Refuses unknown filters and values the vendor does not know.
pub fn refuse(filters: &Value, prospects: bool) -> Option<Reply> {
    let known = if prospects { PROSPECT } else { BUSINESS };
    let map = filters.as_object()?;
    let categories = ["google_category", "naics_category", "linkedin_category"];
    if categories.iter().filter(|c| map.contains_key(**c)).count() > 1 {
        return Some(invalid(
            &["body", "filters"],
            "Only one of google_category, naics_category and linkedin_category may be used",
            "value_error",
        ));
    }
    for (name, f) in map.iter().filter(|(_, f)| !f.is_null()) {
        if !known.contains(&name.as_str()) {
            return Some(invalid(&["body", "filters", name], "Extra inputs are not permitted", "extra_forbidden"));
        }
        let allowed: Option<Vec<&str>> = match name.as_str() {
            "company_size" => Some(SIZES.to_vec()),
            "company_revenue" => Some(REVENUES.to_vec()),
            "job_level" => Some(LEVELS.to_vec()),
            "job_department" => Some(DEPARTMENTS.to_vec()),
            "linkedin_category" => Some(INDUSTRIES.iter().map(|i| i.linkedin).collect()),
            _ => None,
        };
        let bare = matches!(
            name.as_str(),
            "has_email"
                | "has_phone_number"
                | "has_website"
                | "business_intent_topics"
                | "total_experience_months"
                | "current_role_months"
        );
        if !bare && !f["values"].is_array() {
            return Some(invalid(&["body", "filters", name, "values"], "Field required", "missing"));
        }
        for v in texts(f, "values") {
            if allowed.as_ref().is_some_and(|a| !a.contains(&v.to_lowercase().as_str()) && !a.contains(&v.as_str())) {
                return Some(invalid(
                    &["body", "filters", name, "values"],
                    &format!("Value {v} is not allowed"),
                    "enum",
                ));
            }
            if name == "company_tech_stack_tech" && tech_index(&v).is_none() {
                return Some(invalid(
                    &["body", "filters", name, "values"],
                    &format!("Value {v} is not allowed"),
                    "enum",
                ));
            }
        }
    }
    None
}

/// Applies `negate`.
fn said(f: &Value, hit: bool) -> bool {
    hit != (f["negate"] == true)
}

fn listed(f: &Value, have: &str) -> bool {
    texts(f, "values").iter().any(|v| v.eq_ignore_ascii_case(have))
}

/// The filters that businesses and prospects share, by the company.
fn company_passes(w: &World, i: u32, name: &str, f: &Value) -> bool {
    let c = w.company(i);
    let trade = w.industry(i);
    let country = w.company_country(i);
    let city = w.company_city(i);
    match name {
        "company_size" => listed(f, size_band(c.size)),
        "company_revenue" => listed(f, revenue_band(c.revenue_kusd)),
        "linkedin_category" => listed(f, trade.linkedin),
        "google_category" => listed(f, trade.name),
        "naics_category" => texts(f, "values").iter().any(|v| trade.naics.to_string().starts_with(v.as_str())),
        "company_name" => {
            texts(f, "values").iter().any(|v| w.company_name(i).to_lowercase().contains(&v.to_lowercase()))
        }
        "company_country_code" => listed(f, country.code),
        "city_region_country" => listed(f, &format!("{}, {}, {}", city.name, city.region, country.code)),
        "city_region" => listed(f, &format!("{}, {}", city.name, city.region)),
        _ => true,
    }
}

pub fn business(w: &World, i: u32, filters: &Value) -> bool {
    if w.company(i).flags & company_flag::EXPLORIUM == 0 {
        return false;
    }
    let c = w.company(i);
    filters.as_object().into_iter().flatten().filter(|(_, f)| !f.is_null()).all(|(name, f)| {
        let values = texts(f, "values");
        let hit = match name.as_str() {
            "country_code" => listed(f, w.company_country(i).code),
            "company_tech_stack_tech" => values.iter().filter_map(|v| tech_index(v)).any(|t| c.techs >> t & 1 == 1),
            "company_tech_stack_category" => {
                values.iter().any(|v| w.techs(i).any(|t| t.category.eq_ignore_ascii_case(v)))
            }
            "website_keywords" => values.iter().any(|v| w.industry(i).keywords.contains(&v.to_lowercase().as_str())),
            "business_intent_topics" => texts(f, "topics").iter().any(|t| super::records::has_intent(w, i, t)),
            "events" => {
                let days = f["last_occurrence"].as_i64().unwrap_or(90);
                let since = EPOCH_MS - days * crate::sandbox::world::DAY_MS;
                w.happenings(i).iter().any(|h| h.at_ms >= since && values.iter().any(|v| v == h.kind))
            }
            "has_website" => f["value"] == true,
            other => company_passes(w, i, other, f),
        };
        said(f, hit)
    })
}

/// Prepared once a request: titles are compared by number, businesses by index.
pub struct Prospects<'a> {
    filters: &'a Value,
    titles: Vec<usize>,
    businesses: Vec<u32>,
}

impl<'a> Prospects<'a> {
    pub fn new(w: &World, filters: &'a Value) -> Self {
        let f = &filters["job_title"];
        let wide = f["include_related_job_titles"] == true;
        let titles = texts(f, "values").iter().flat_map(|t| titles::matching(t, wide)).collect();
        let mut businesses: Vec<u32> = texts(&filters["business_id"], "values")
            .iter()
            .filter_map(|id| w.index_of(Kind::ExploriumCompany, id))
            .collect();
        businesses.sort_unstable();
        Self { filters, titles, businesses }
    }

    pub fn pass(&self, w: &World, i: u32) -> bool {
        let p = w.person(i);
        if p.flags & flag::EXPLORIUM == 0 || w.company(p.company).flags & company_flag::EXPLORIUM == 0 {
            return false;
        }
        let title = w.title(i);
        self.filters.as_object().into_iter().flatten().filter(|(_, f)| !f.is_null()).all(|(name, f)| {
            let months = i64::from(p.role_months);
            let between =
                |n: i64| n >= f["gte"].as_i64().unwrap_or(i64::MIN) && n <= f["lte"].as_i64().unwrap_or(i64::MAX);
            let hit = match name.as_str() {
                "business_id" => self.businesses.binary_search(&p.company).is_ok(),
                "job_title" => self.titles.contains(&usize::from(p.title)),
                "job_level" => listed(f, title.level.explorium()),
                "job_department" => listed(f, title.function.explorium()),
                "country_code" => listed(f, w.country(i).code),
                "has_email" => w.has(i, flag::EXPLORIUM_MAIL) == (f["value"] == true),
                "has_phone_number" => w.phone(i).is_some() == (f["value"] == true),
                "current_role_months" => between(months),
                "total_experience_months" => between(months + 60),
                other => company_passes(w, p.company, other, f),
            };
            said(f, hit)
        })
    }
}

pub fn tech_names() -> impl Iterator<Item = &'static str> {
    TECHS.iter().map(|t| t.name)
}
