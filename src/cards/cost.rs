//! Cost in words: what was quoted, and what it came to.
use std::collections::BTreeMap;

use crate::prompts::filters;
use crate::run::plan::Quote;
use crate::run::plan::Range;

/// What a run has used so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// By vendor.
    pub calls: BTreeMap<String, i64>,
    pub credits: BTreeMap<String, i64>,
    pub tokens: i64,
}

/// "Explorium 6-14 calls, 60-200 credits".
pub fn quoted(quote: &Quote) -> String {
    line(
        &quote.vendor,
        [(quote.calls, "calls"), (quote.credits, "credits"), (quote.tokens, "tokens")]
            .map(|(range, unit)| (range.max > 0).then(|| format!("{} {}", between(range), of(unit, range.max)))),
    )
}

/// By vendor, the actual beside the quote: "Explorium 9 calls (quoted 6-14), 132 credits (quoted 60-200)".
pub fn actual(quotes: &[Quote], used: &Used) -> Vec<String> {
    let mut vendors: Vec<&str> = quotes.iter().map(|quote| quote.vendor.as_str()).collect();
    vendors.extend(used.calls.keys().chain(used.credits.keys()).map(String::as_str));
    let mut seen = std::collections::BTreeSet::new();
    vendors.retain(|vendor| seen.insert(*vendor));
    let none = Quote::default();
    let lines = vendors.into_iter().map(|vendor| {
        let quote = quotes.iter().find(|quote| quote.vendor == vendor).unwrap_or(&none);
        let number = |counts: &BTreeMap<String, i64>| counts.get(vendor).copied().unwrap_or(0);
        let tokens = if quote.tokens.max > 0 { used.tokens } else { 0 };
        line(
            vendor,
            [
                part(number(&used.calls), quote.calls, "calls"),
                part(number(&used.credits), quote.credits, "credits"),
                part(tokens, quote.tokens, "tokens"),
            ],
        )
    });
    lines.filter(|line| !line.is_empty()).collect()
}

fn line(vendor: &str, parts: [Option<String>; 3]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("{} {}", named(vendor), parts.join(", ")) }
}

fn part(number: i64, quote: Range, unit: &str) -> Option<String> {
    let beside = if quote.max > 0 { format!(" (quoted {})", between(quote)) } else { String::new() };
    (number > 0 || quote.max > 0).then(|| format!("{} {}{beside}", filters::number(number), of(unit, number)))
}

/// "1 call", "2 calls".
fn of(unit: &str, number: i64) -> &str {
    if number == 1 { unit.trim_end_matches('s') } else { unit }
}

fn between(range: Range) -> String {
    if range.min == range.max {
        return filters::number(range.min);
    }
    format!("{}-{}", filters::number(range.min), filters::number(range.max))
}

/// A vendor as it writes itself.
pub fn named(vendor: &str) -> String {
    match vendor {
        "hubspot" => "HubSpot".to_owned(),
        "lemlist" => "lemlist".to_owned(),
        other => other.chars().take(1).flat_map(char::to_uppercase).chain(other.chars().skip(1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(vendor: &str, calls: (i64, i64), credits: (i64, i64), tokens: i64) -> Quote {
        let range = |(min, max)| Range { min, max };
        Quote { vendor: vendor.into(), calls: range(calls), credits: range(credits), tokens: Range::exact(tokens) }
    }

    #[test]
    fn a_quote_and_what_it_came_to_stand_side_by_side() {
        let quotes = [quote("explorium", (6, 14), (60, 1_200), 0), quote("model", (0, 0), (0, 0), 900)];
        assert_eq!(quoted(&quotes[0]), "Explorium 6-14 calls, 60-1,200 credits");
        assert_eq!(quoted(&quotes[1]), "Model 900 tokens");
        let used = Used {
            calls: [("explorium".to_owned(), 9), ("hubspot".to_owned(), 1)].into(),
            credits: [("explorium".to_owned(), 132)].into(),
            tokens: 812,
        };
        assert_eq!(
            actual(&quotes, &used),
            [
                "Explorium 9 calls (quoted 6-14), 132 credits (quoted 60-1,200)",
                "Model 812 tokens (quoted 900)",
                "HubSpot 1 call",
            ]
        );
        assert_eq!(actual(&[], &Used::default()), Vec::<String>::new());
    }
}
