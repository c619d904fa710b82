//! A request in a few words: titles of plans, runs and campaigns, the same for the same criteria.
use crate::domain::criteria::Criteria;
use crate::domain::title;
use crate::domain::title::Function;
use crate::domain::title::Seniority;

/// Names of one kind in a title; more are counted.
const NAMED_MAX: usize = 2;
/// Longest campaign name: it is part of a vendor's key.
const NAME_MAX: usize = 80;

/// "100 finance leaders at fintech companies on Snowflake".
pub fn title(criteria: &Criteria) -> String {
    let mut words = format!("{} {}", criteria.count, people(criteria));
    if !criteria.industries.is_empty() {
        words.push_str(&format!(" at {} companies", few(&criteria.industries)));
    }
    if !criteria.technologies.is_empty() {
        words.push_str(&format!(" on {}", few(&criteria.technologies)));
    }
    words
}

/// "Fintech finance · Snowflake".
pub fn campaign(criteria: &Criteria) -> String {
    let industry = criteria.industries.first().cloned().unwrap_or_default();
    let function =
        function_of(&criteria.titles).map_or_else(|| criteria.titles.first().cloned().unwrap_or_default(), lower);
    let mut name = capitalised(format!("{industry} {function}").trim());
    if let Some(technology) = criteria.technologies.first() {
        name = if name.is_empty() { technology.clone() } else { format!("{name} · {technology}") };
    }
    let name = if name.is_empty() { "Outreach".to_owned() } else { name };
    name.chars().take(NAME_MAX).collect()
}

/// The function all titles share, if they do.
pub fn function_of(titles: &[String]) -> Option<Function> {
    let mut functions = titles.iter().map(|title| title::classify(title).function);
    let first = functions.next()?;
    let shared = functions.all(|function| function == first);
    (shared && !matches!(first, Function::Unknown | Function::General)).then_some(first)
}

fn people(criteria: &Criteria) -> String {
    match function_of(&criteria.titles) {
        Some(function) if criteria.titles.iter().all(|title| leads(title)) => {
            format!("{} leaders", lower(function))
        }
        _ if criteria.titles.is_empty() => "people".to_owned(),
        _ => few(&criteria.titles),
    }
}

/// "finance", and "IT" stays.
fn lower(function: Function) -> String {
    let word = title::function_word(function);
    if word.len() <= 2 { word.to_owned() } else { word.to_lowercase() }
}

fn leads(title: &str) -> bool {
    matches!(title::classify(title).seniority, Seniority::CLevel | Seniority::Vp | Seniority::Head)
}

/// "CTO, Head of Data and 2 more".
fn few(names: &[String]) -> String {
    let shown = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criteria(titles: &[&str], industries: &[&str], technologies: &[&str]) -> Criteria {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Criteria {
            count: 100,
            titles: owned(titles),
            industries: owned(industries),
            technologies: owned(technologies),
            ..Criteria::default()
        }
    }

    #[test]
    fn a_request_has_a_title_and_a_campaign_name() {
        let cases = [
            (
                criteria(&["VP Finance", "CFO"], &["fintech"], &["Snowflake"]),
                "100 finance leaders at fintech companies on Snowflake",
                "Fintech finance · Snowflake",
            ),
            (criteria(&["VP Sales", "CTO"], &["SaaS"], &[]), "100 VP Sales, CTO at SaaS companies", "SaaS VP Sales"),
            (
                criteria(&[], &["insurance", "banking", "payments"], &[]),
                "100 people at insurance, banking and 1 more companies",
                "Insurance",
            ),
            (criteria(&[], &[], &["Snowflake"]), "100 people on Snowflake", "Snowflake"),
        ];
        for (asked, wanted, name) in cases {
            assert_eq!(title(&asked), wanted);
            assert_eq!(campaign(&asked), name);
        }
    }
}
