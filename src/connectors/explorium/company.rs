//! What Explorium knows of a company, put into ours with its provenance.
use serde_json::Value;

use crate::connectors::explorium::VENDOR;
use crate::connectors::explorium::wire::Business;
use crate::connectors::explorium::wire::Funding;
use crate::connectors::explorium::wire::Technographics;
use crate::connectors::words::Said;
use crate::connectors::words::add_source;
use crate::connectors::words::company_id;
use crate::connectors::words::domain_of;
use crate::connectors::words::given;
use crate::connectors::words::instant;
use crate::connectors::words::short_usd;
use crate::domain::lead::Company;
use crate::domain::lead::Signal;
use crate::domain::lead::SignalKind;
use crate::domain::places::country_code;
use crate::domain::time::Millis;

/// Firmographics are a class, not a count.
const FIRMOGRAPHICS_SURE: f64 = 0.8;
const TECHNOLOGY_SURE: f64 = 0.7;
const TECHNOLOGIES_MAX: usize = 200;

/// A company that we see for the first time.
pub fn company(business: &Business, at: Millis) -> Option<Company> {
    let id = given(business.business_id.clone())?;
    let domain = domain_in(business);
    let name = given(business.name.clone()).or_else(|| domain.clone())?;
    let mut company = Company::named(company_id(VENDOR, &id, domain.as_deref()), &name);
    let said = Said { vendor: VENDOR, reference: &id, at };
    company.provenance.insert("name".to_owned(), said.with(FIRMOGRAPHICS_SURE));
    add_firmographics(&mut company, business, said);
    Some(company)
}

fn domain_in(business: &Business) -> Option<String> {
    business.domain.as_deref().and_then(domain_of).or_else(|| business.website.as_deref().and_then(domain_of))
}

/// A search that asks for one industry or one technology tells it of all it finds, though the rows do not show it.
pub fn add_asked(company: &mut Company, categories: &[String], technologies: &[String], at: Millis) {
    let source = company.sources.iter().find(|source| source.vendor == VENDOR).map(|source| source.id.clone());
    let reference = source.unwrap_or_default();
    let said = Said { vendor: VENDOR, reference: &reference, at };
    if let [category] = categories {
        company.industry = Some(category.clone());
        company.provenance.insert("industry".to_owned(), said.with(FIRMOGRAPHICS_SURE));
    }
    if let [technology] = technologies {
        let stack = Technographics { full_tech_stack: Some(vec![technology.clone()]) };
        add_technologies(company, &stack, said);
    }
}

/// Fills what the vendor says; what it does not say stays.
pub fn add_firmographics(company: &mut Company, business: &Business, said: Said<'_>) {
    add_source(&mut company.sources, said.source());
    let mut told = Vec::new();
    let mut set = |field: &'static str, value: Option<String>, slot: &mut Option<String>| {
        if value.is_some() {
            *slot = value;
            told.push(field);
        }
    };
    set("domain", domain_in(business), &mut company.domain);
    let industry =
        given(business.linkedin_industry_category.clone()).or_else(|| given(business.naics_description.clone()));
    set("industry", industry, &mut company.industry);
    set("country", business.country_name.as_deref().and_then(country_code), &mut company.country);
    set("city", given(business.city_name.clone()), &mut company.city);
    if let Some((min, max)) = business.number_of_employees_range.as_deref().and_then(employees) {
        (company.employees_min, company.employees_max) = (Some(min), max);
        told.push("employees");
    }
    if let Some((min, max)) = business.yearly_revenue_range.as_deref().and_then(revenue_usd) {
        (company.revenue_min_usd, company.revenue_max_usd) = (Some(min), max);
        told.push("revenue");
    }
    company.provenance.extend(told.into_iter().map(|field| (field.to_owned(), said.with(FIRMOGRAPHICS_SURE))));
}

pub fn add_technologies(company: &mut Company, found: &Technographics, said: Said<'_>) {
    let Some(stack) = found.full_tech_stack.as_ref().filter(|stack| !stack.is_empty()) else { return };
    for name in stack.iter().filter(|name| !name.trim().is_empty()) {
        let known = company.technologies.iter().any(|technology| technology.eq_ignore_ascii_case(name));
        if !known && company.technologies.len() < TECHNOLOGIES_MAX {
            company.technologies.push(name.trim().to_owned());
        }
    }
    company.provenance.insert("technologies".to_owned(), said.with(TECHNOLOGY_SURE));
}

pub fn add_funding(company: &mut Company, found: &Funding) {
    let Some(at) = found.last_funding_round_date.as_deref().and_then(instant) else { return };
    let amount = found.last_funding_round_value_usd.as_ref().and_then(dollars).filter(|amount| *amount > 0.0);
    let raised = amount.map_or_else(|| "raised money".to_owned(), |amount| format!("raised {}", short_usd(amount)));
    let round = given(found.last_funding_round_type.clone()).map(|kind| format!(" ({})", kind.replace('_', " ")));
    let text = format!("{raised}{}", round.unwrap_or_default());
    let signal = Signal { kind: SignalKind::Funding, text, at, source: "Explorium funding".to_owned() };
    if !company.signals.contains(&signal) {
        company.signals.push(signal);
    }
}

fn dollars(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.replace([',', '$', ' '], "").parse().ok())
}

/// `201-500`, `10001+`.
fn employees(range: &str) -> Option<(u32, Option<u32>)> {
    if let Some(low) = range.trim().strip_suffix('+') {
        return Some((low.parse().ok()?, None));
    }
    let (low, high) = range.trim().split_once('-')?;
    Some((low.parse().ok()?, Some(high.parse().ok()?)))
}

/// `0-500K`, `1M-5M`, `10T+`.
fn revenue_usd(range: &str) -> Option<(i64, Option<i64>)> {
    if let Some(low) = range.trim().strip_suffix('+') {
        return Some((amount(low)?, None));
    }
    let (low, high) = range.trim().split_once('-')?;
    Some((amount(low)?, Some(amount(high)?)))
}

fn amount(text: &str) -> Option<i64> {
    let (digits, unit) = match text.chars().last()? {
        'K' => (&text[..text.len() - 1], 1_000),
        'M' => (&text[..text.len() - 1], 1_000_000),
        'B' => (&text[..text.len() - 1], 1_000_000_000),
        'T' => (&text[..text.len() - 1], 1_000_000_000_000),
        _ => (text, 1),
    };
    digits.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn business() -> Business {
        serde_json::from_value(json!({
            "business_id": "b1", "name": "Ledgerly", "website": "https://www.ledgerly.example", "country_name": "united states",
            "city_name": "austin", "number_of_employees_range": "201-500", "yearly_revenue_range": "25M-75M",
            "linkedin_industry_category": "financial services", "unheard_of": 1,
        }))
        .unwrap()
    }

    #[test]
    fn firmographics_come_with_provenance() {
        let company = company(&business(), Millis(7)).unwrap();
        assert_eq!(company.domain.as_deref(), Some("ledgerly.example"));
        assert_eq!((company.employees_min, company.employees_max), (Some(201), Some(500)));
        assert_eq!((company.revenue_min_usd, company.revenue_max_usd), (Some(25_000_000), Some(75_000_000)));
        assert_eq!(company.country.as_deref(), Some("US"));
        let fields: Vec<&str> = company.provenance.keys().map(String::as_str).collect();
        assert_eq!(fields, ["city", "country", "domain", "employees", "industry", "name", "revenue"]);
        let named = &company.provenance["domain"];
        assert_eq!((named.source.as_str(), named.reference.as_str(), named.at), ("explorium", "b1", Millis(7)));
    }

    #[test]
    fn silence_of_the_vendor_changes_nothing() {
        let mut known = company(&business(), Millis(7)).unwrap();
        let before = known.clone();
        add_firmographics(&mut known, &Business::default(), Said { vendor: VENDOR, reference: "b1", at: Millis(9) });
        add_technologies(
            &mut known,
            &Technographics::default(),
            Said { vendor: VENDOR, reference: "b1", at: Millis(9) },
        );
        add_funding(&mut known, &Funding::default());
        assert_eq!(known, before);
        assert!(company(&Business::default(), Millis(7)).is_none());
    }

    #[test]
    fn one_asked_word_is_known_of_all_found_two_are_not() {
        let text = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut known = company(&business(), Millis(7)).unwrap();
        add_asked(&mut known, &text(&["a", "b"]), &text(&["X", "Y"]), Millis(7));
        assert_eq!((known.industry.as_deref(), known.technologies.len()), (Some("financial services"), 0));
        add_asked(&mut known, &text(&["a"]), &text(&["Snowflake"]), Millis(7));
        assert_eq!((known.industry.as_deref(), known.technologies), (Some("a"), text(&["Snowflake"])));
        assert_eq!(known.provenance["technologies"].reference, "b1");
    }

    #[test]
    fn ranges() {
        assert_eq!(employees("10001+"), Some((10_001, None)));
        assert_eq!(employees("many"), None);
        assert_eq!(revenue_usd("0-500K"), Some((0, Some(500_000))));
        assert_eq!(revenue_usd("10T+"), Some((10_000_000_000_000, None)));
        assert_eq!(revenue_usd(""), None);
        assert_eq!(revenue_usd("ü-é"), None);
    }

    #[test]
    fn funding_is_a_dated_line_once() {
        let mut known = company(&business(), Millis(7)).unwrap();
        for value in [json!("25000000"), json!(25_000_000)] {
            let funding = serde_json::from_value(json!({
                "last_funding_round_date": "2026-09-01T00:00:00Z", "last_funding_round_value_usd": value,
                "last_funding_round_type": "series_b",
            }))
            .unwrap();
            add_funding(&mut known, &funding);
        }
        assert_eq!(known.signals.len(), 1);
        assert_eq!(known.signals[0].text, "raised 25 M USD (series b)");
    }
}
