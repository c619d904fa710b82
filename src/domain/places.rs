//! Countries by their names, and the zone of a city.
use std::collections::HashMap;
use std::sync::OnceLock;

use crate::domain::text::fold;
use crate::domain::text::words;

/// Names people write that the table of countries does not have.
const ALSO: &[(&str, &str)] = &[
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("the united kingdom", "GB"),
    ("united states", "US"),
    ("the united states", "US"),
    ("great britain", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northern ireland", "GB"),
    ("usa", "US"),
    ("united states of america", "US"),
    ("america", "US"),
    ("holland", "NL"),
    ("the netherlands", "NL"),
    ("czech republic", "CZ"),
    ("south korea", "KR"),
    ("korea", "KR"),
    ("russia", "RU"),
    ("vietnam", "VN"),
    ("uae", "AE"),
    ("deutschland", "DE"),
    ("osterreich", "AT"),
    ("schweiz", "CH"),
    ("suisse", "CH"),
    ("espana", "ES"),
    ("italia", "IT"),
    ("brasil", "BR"),
    ("turkey", "TR"),
    ("hong kong", "HK"),
    ("taiwan", "TW"),
    ("ivory coast", "CI"),
];

struct Country {
    code: &'static str,
    name: &'static str,
    dial: &'static str,
}

struct Countries {
    by_name: HashMap<String, &'static str>,
    by_code: HashMap<&'static str, Country>,
}

fn countries() -> &'static Countries {
    static CELL: OnceLock<Countries> = OnceLock::new();
    CELL.get_or_init(|| {
        let mut by_name = HashMap::new();
        let mut by_code = HashMap::new();
        for line in include_str!("data/countries.tsv").lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&'static str> = line.split('\t').collect();
            let [code, three, dial, names @ ..] = cells.as_slice() else { continue };
            by_code.insert(*code, Country { code, dial, name: names.first().unwrap_or(code) });
            for name in names.iter().chain([code, three]) {
                by_name.insert(words(name).join(" "), *code);
            }
        }
        by_name.extend(ALSO.iter().map(|(name, code)| ((*name).to_owned(), *code)));
        Countries { by_name, by_code }
    })
}

/// The ISO code of a country by any name we know, or by its code.
pub fn country_code(text: &str) -> Option<String> {
    countries().by_name.get(&words(text).join(" ")).map(|code| (*code).to_owned())
}

/// "Germany" for `DE`; a code that we do not know reads as itself.
pub fn country_name(code: &str) -> String {
    let name = countries().by_code.get(code.to_ascii_uppercase().as_str()).map(|country| country.name);
    match name {
        Some("UK") => "the United Kingdom".to_owned(),
        Some("US") => "the United States".to_owned(),
        Some(name) => name.to_owned(),
        None => code.to_owned(),
    }
}

/// `49` for `DE`.
pub fn dial_prefix(code: &str) -> Option<&'static str> {
    countries().by_code.get(code).map(|country| country.dial).filter(|dial| !dial.is_empty())
}

/// The country of a national mail domain; endings sold all over the world say nothing.
pub fn country_of_domain(domain: &str) -> Option<String> {
    const SOLD: &[&str] = &[
        "ac", "ai", "am", "as", "bz", "cc", "cd", "co", "dj", "fm", "gg", "gs", "io", "is", "it", "la", "ly", "me",
        "ms", "mu", "nu", "pw", "sc", "sh", "so", "st", "tk", "to", "tv", "vc", "vg", "ws",
    ];
    /// Of those, the ones that a country of the table really uses for itself.
    const NATIONAL: &[&str] = &["is", "it"];
    let ending = domain.rsplit_once('.')?.1.to_ascii_lowercase();
    if SOLD.contains(&ending.as_str()) && !NATIONAL.contains(&ending.as_str()) {
        return None;
    }
    let code = if ending == "uk" { "GB".to_owned() } else { ending.to_ascii_uppercase() };
    countries().by_code.get(code.as_str()).map(|country| country.code.to_owned())
}

/// The zones of a country, the most used first; empty for one that we do not know.
pub fn zones_of_country(code: &str) -> Vec<&'static str> {
    static CELL: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let table = CELL.get_or_init(|| {
        let rows = include_str!("data/zones.txt").lines().filter(|line| !line.starts_with('#'));
        rows.filter_map(|line| {
            let mut parts = line.split(' ');
            Some((parts.next()?, parts.collect()))
        })
        .collect()
    });
    table.get(code).cloned().unwrap_or_default()
}

/// The zone of a city of a country, if we know the city (or the state written after it).
pub fn zone_of_city(country: &str, city: &str) -> Option<&'static str> {
    let key = words(city).join(" ");
    let zones = zones_of_country(country);
    let named = |zone: &&&str| zone.rsplit('/').next().is_some_and(|last| fold(last).replace('_', " ") == key);
    if let Some(zone) = zones.iter().find(named) {
        return Some(zone);
    }
    let listed = include_str!("data/cities.txt").lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut parts = line.splitn(3, ' ');
        let (code, zone, name) = (parts.next()?, parts.next()?, parts.next()?);
        (code == country && name == key).then_some(zone)
    });
    listed.or_else(|| zone_of_state(country, city))
}

/// "Fresno, CA": a state with one zone gives the zone.
fn zone_of_state(country: &str, city: &str) -> Option<&'static str> {
    let state = city.rsplit(',').next()?.trim();
    include_str!("data/states.csv").lines().skip(1).find_map(|line| {
        let cells: Vec<&'static str> = line.split(',').collect();
        match cells.as_slice() {
            [code, name, zone, ""] if *code == country && name.eq_ignore_ascii_case(state) => Some(*zone),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_by_any_name() {
        for (text, code) in [
            ("USA", "US"),
            ("United States of America", "US"),
            ("UK", "GB"),
            ("Germany", "DE"),
            ("de", "DE"),
            ("FRA", "FR"),
            ("Deutschland", "DE"),
            ("The Netherlands", "NL"),
        ] {
            assert_eq!(country_code(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(country_code("Atlantis"), None);
        assert_eq!(country_name("DE"), "Germany");
    }

    #[test]
    fn domains_and_zones() {
        assert_eq!(country_of_domain("acme.co.uk").as_deref(), Some("GB"));
        assert_eq!(country_of_domain("acme.de").as_deref(), Some("DE"));
        assert_eq!(country_of_domain("acme.it").as_deref(), Some("IT"));
        assert_eq!(country_of_domain("acme.io"), None);
        assert_eq!(country_of_domain("acme.com"), None);
        assert_eq!(zone_of_city("US", "San Francisco"), Some("America/Los_Angeles"));
        assert_eq!(zone_of_city("US", "New York"), Some("America/New_York"));
        assert_eq!(zone_of_city("US", "Fresno, CA"), Some("America/Los_Angeles"));
        assert_eq!(zone_of_city("AU", "Perth"), Some("Australia/Perth"));
        assert_eq!(zone_of_city("US", "Nowhere"), None);
        assert_eq!(zones_of_country("DE").first().copied(), Some("Europe/Berlin"));
    }
}
