//! What a rep asks for, in the words vendors search by: industries, technologies, countries.
use crate::domain::places;

/// Asked word (a part of it is enough) to LinkedIn's categories, which Explorium filters by.
const INDUSTRIES: &[(&str, &[&str])] = &[
    ("fintech", &["financial services"]),
    ("financial", &["financial services"]),
    ("finance", &["financial services"]),
    ("payment", &["financial services"]),
    ("lending", &["financial services"]),
    ("insur", &["insurance"]),
    ("bank", &["banking"]),
    ("saas", &["software development"]),
    ("software", &["software development"]),
    ("commerce", &["online and mail order retail"]),
    ("retail", &["retail"]),
    ("health", &["hospitals and health care"]),
    ("hospital", &["hospitals and health care"]),
    ("machin", &["industrial machinery manufacturing"]),
    ("manufactur", &["industrial machinery manufacturing"]),
    ("logistic", &["transportation, logistics, supply chain and storage"]),
    ("supply chain", &["transportation, logistics, supply chain and storage"]),
    ("transport", &["transportation, logistics, supply chain and storage"]),
    ("media", &["media production"]),
    ("e-learning", &["e-learning providers"]),
    ("edtech", &["e-learning providers"]),
    ("education", &["e-learning providers"]),
    ("renewable", &["renewable energy power generation"]),
    ("energy", &["renewable energy power generation"]),
    ("consult", &["business consulting and services"]),
];

/// LinkedIn's categories for the industries asked; a word without an entry is passed on as it is.
pub fn categories(asked: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in asked.iter().map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()) {
        let entry = INDUSTRIES.iter().find(|(part, _)| word.contains(part));
        let found: Vec<String> =
            entry.map_or_else(|| vec![word.clone()], |(_, names)| names.iter().map(|n| (*n).to_owned()).collect());
        for name in found {
            if !out.contains(&name) {
                out.push(name);
            }
        }
    }
    out
}

/// Short names of technologies to the names vendors list them under.
const TECHNOLOGIES: &[(&str, &str)] = &[
    ("bigquery", "Google BigQuery"),
    ("redshift", "Amazon Redshift"),
    ("aws", "Amazon AWS"),
    ("amazon web services", "Amazon AWS"),
    ("gcp", "Google Cloud"),
    ("google cloud platform", "Google Cloud"),
    ("azure", "Microsoft Azure"),
    ("k8s", "Kubernetes"),
    ("jira", "Atlassian Jira"),
    ("office 365", "Microsoft Office 365"),
    ("teams", "Microsoft Teams"),
    ("powerbi", "Power BI"),
    ("oracle erp", "Oracle ERP Cloud"),
];

/// The listed name of a technology; one that we do not know stays as it was asked.
pub fn technology(asked: &str) -> String {
    let asked = asked.trim();
    let entry = TECHNOLOGIES.iter().find(|(short, _)| asked.eq_ignore_ascii_case(short));
    entry.map_or_else(|| asked.to_owned(), |(_, name)| (*name).to_owned())
}

/// The name of a country as vendors list it, without an article.
pub fn country_name(code: &str) -> String {
    let name = places::country_name(code.trim());
    name.strip_prefix("the ").map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn industries_become_categories_once() {
        let table: [(&[&str], &[&str]); 4] = [
            (&["Fintech", "payments"], &["financial services"]),
            (&["B2B SaaS"], &["software development"]),
            (&["Space mining"], &["space mining"]),
            (&[" "], &[]),
        ];
        for (asked, want) in table {
            assert_eq!(categories(&texts(asked)), texts(want), "{asked:?}");
        }
    }

    #[test]
    fn technologies_and_countries_have_listed_names() {
        assert_eq!(technology(" Snowflake"), "Snowflake");
        assert_eq!(technology("BigQuery"), "Google BigQuery");
        for (code, name) in [("gb", "United Kingdom"), ("US", "United States"), ("NL", "Netherlands"), ("QQ", "QQ")] {
            assert_eq!(country_name(code), name);
        }
    }
}
