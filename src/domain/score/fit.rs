//! Fit: the company's numbers, its technologies, the person's role, each against the profile's bands.
use crate::domain::icp::profile::NamedBand;
use crate::domain::icp::profile::Profile;
use crate::domain::icp::profile::SizeBand;
use crate::domain::lead::Company;
use crate::domain::places::country_name;
use crate::domain::score::lines::Group;
use crate::domain::score::lines::ScoreLine;
use crate::domain::text::has_phrase;
use crate::domain::text::thousands;
use crate::domain::text::words;
use crate::domain::title::TitleMatch;
use crate::domain::title::matches;

/// What a title like the ones asked for is worth, beside one that is exactly so.
const SIMILAR_SHARE: f64 = 0.75;

/// All lines of fit but the role.
pub fn lines(company: &Company, country: Option<&str>, profile: &Profile) -> Vec<ScoreLine> {
    let weight = profile.weights.fit * profile.fit.firmographics;
    let part = &profile.firmographics;
    vec![
        size(company, profile, weight * part.size),
        industry(company, profile, weight * part.industry),
        revenue(company, profile, weight * part.revenue),
        geography(country, profile, weight * part.geography),
        technology(company, profile),
    ]
}

/// The best band that the title answers to.
pub fn role(title: Option<&str>, profile: &Profile) -> ScoreLine {
    let weight = profile.weights.fit * profile.fit.role;
    let Some(title) = title.filter(|title| !title.trim().is_empty()) else {
        return ScoreLine::unknown(Group::Fit, "role", weight);
    };
    let worth = profile.role.iter().map(|band| match matches(title, &band.titles) {
        TitleMatch::Exact => band.value,
        TitleMatch::Similar => band.value * SIMILAR_SHARE,
        TitleMatch::No => 0.0,
    });
    ScoreLine::new(Group::Fit, "role", title.trim(), worth.fold(0.0, f64::max), weight)
}

/// "200-1,000", "over 200", or nothing.
pub fn size_words(company: &Company) -> Option<String> {
    let say = |number: u32| thousands(u64::from(number));
    match (company.employees_min, company.employees_max) {
        (Some(min), Some(max)) if min == max => Some(say(min)),
        (Some(min), Some(max)) => Some(format!("{}-{}", say(min), say(max))),
        (Some(min), None) => Some(format!("over {}", say(min))),
        (None, Some(max)) => Some(format!("up to {}", say(max))),
        (None, None) => None,
    }
}

fn size(company: &Company, profile: &Profile, weight: f64) -> ScoreLine {
    let Some(found) = size_words(company) else { return ScoreLine::unknown(Group::Fit, "size", weight) };
    let least = company.employees_min.or(company.employees_max).unwrap_or_default();
    let most = company.employees_max.or(company.employees_min).unwrap_or_default();
    let worth = profile.size.iter().map(|band| band.value * overlap(least, most, band));
    ScoreLine::new(Group::Fit, "size", &found, worth.fold(0.0, f64::max), weight)
}

/// How much of the company's range lies in the band: a range half outside is worth half.
fn overlap(least: u32, most: u32, band: &SizeBand) -> f64 {
    let (least, most) = (least.min(most), least.max(most));
    let from = least.max(band.from);
    let to = most.min(band.to);
    if from > to { 0.0 } else { f64::from(to - from + 1) / f64::from(most - least + 1) }
}

fn industry(company: &Company, profile: &Profile, weight: f64) -> ScoreLine {
    let Some(industry) = company.industry.as_deref().filter(|industry| !industry.trim().is_empty()) else {
        return ScoreLine::unknown(Group::Fit, "industry", weight);
    };
    let said = words(industry);
    let worth = best_named(&profile.industry, |name| has_phrase(&said, &words(name)));
    ScoreLine::new(Group::Fit, "industry", industry.trim(), worth.map_or(0.0, |(value, _)| value), weight)
}

fn revenue(company: &Company, profile: &Profile, weight: f64) -> ScoreLine {
    let (least, most) = (company.revenue_min_usd, company.revenue_max_usd);
    let middle = match (least, most) {
        (Some(least), Some(most)) => least.saturating_add(most) / 2,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return ScoreLine::unknown(Group::Fit, "revenue", weight),
    };
    let bands = profile.revenue.iter().filter(|band| (band.from_usd..=band.to_usd).contains(&middle));
    let found = format!("about {} M USD", thousands(middle.max(0).unsigned_abs() / 1_000_000));
    ScoreLine::new(Group::Fit, "revenue", &found, bands.map(|band| band.value).fold(0.0, f64::max), weight)
}

fn geography(country: Option<&str>, profile: &Profile, weight: f64) -> ScoreLine {
    let Some(code) = country.filter(|code| !code.is_empty()) else {
        return ScoreLine::unknown(Group::Fit, "geography", weight);
    };
    let bands = profile.geography.iter().filter(|band| band.countries.iter().any(|one| one.eq_ignore_ascii_case(code)));
    let worth = bands.map(|band| band.value).fold(0.0, f64::max);
    ScoreLine::new(Group::Fit, "geography", &country_name(code), worth, weight)
}

fn technology(company: &Company, profile: &Profile) -> ScoreLine {
    let weight = profile.weights.fit * profile.fit.technographics;
    if company.technologies.is_empty() {
        return ScoreLine::unknown(Group::Fit, "technology", weight);
    }
    let used: Vec<String> = company.technologies.iter().map(|name| words(name).join(" ")).collect();
    let best = best_named(&profile.technology, |name| used.contains(&words(name).join(" ")));
    match best {
        Some((value, name)) => ScoreLine::new(Group::Fit, "technology", &name, value, weight),
        None => ScoreLine::new(Group::Fit, "technology", "none of the wanted ones", 0.0, weight),
    }
}

fn best_named(bands: &[NamedBand], is_there: impl Fn(&str) -> bool) -> Option<(f64, String)> {
    let hits =
        bands.iter().filter_map(|band| band.names.iter().find(|name| is_there(name)).map(|name| (band.value, name)));
    let best = hits.fold(None, |best: Option<(f64, &String)>, hit| match best {
        Some(kept) if kept.0 >= hit.0 => Some(kept),
        _ => Some(hit),
    });
    best.map(|(value, name)| (value, name.clone()))
}
