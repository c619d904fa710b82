//! What the model understood of a request, and what of it cannot be.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::compliance::regions::Regions;
use crate::domain::criteria::Criteria;
use crate::domain::places;

const COUNTRY_PREFIX: &str = "country:";

/// Only what the person said; nothing invented.
#[derive(Clone, Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct PlanArgs {
    /// The request in one short line.
    #[garde(length(chars, min = 1, max = 200))]
    pub goal: String,
    /// Leads wanted; 50 if not said.
    #[garde(range(min = 1, max = 10_000))]
    pub count: u32,
    /// Job titles.
    #[serde(default)]
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 80)))]
    pub titles: Vec<String>,
    /// Such as fintech.
    #[serde(default)]
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 80)))]
    pub industries: Vec<String>,
    /// Company size from.
    #[garde(range(min = 1, max = 10_000_000))]
    pub employees_min: Option<u32>,
    /// Company size to.
    #[garde(range(min = 1, max = 10_000_000))]
    pub employees_max: Option<u32>,
    /// ISO alpha-2; empty is any.
    #[serde(default)]
    #[garde(length(max = 60), inner(length(chars, min = 2, max = 2)))]
    pub countries: Vec<String>,
    /// In use there, such as Snowflake.
    #[serde(default)]
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 80)))]
    pub technologies: Vec<String>,
    /// Company names or domains to leave out; country:DE for a country.
    #[serde(default)]
    #[garde(length(max = 100), inner(length(chars, min = 1, max = 120)))]
    pub exclude: Vec<String>,
    /// Contact data wanted; costs credits.
    #[serde(default)]
    #[garde(skip)]
    pub enrich: bool,
    /// Mails wanted in the end.
    #[serde(default)]
    #[garde(skip)]
    pub launch: bool,
    /// About the mails, as said: shorter.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub mail_wishes: String,
}

/// The criteria, or a sentence about the field that cannot be.
pub fn criteria(args: PlanArgs, regions: &Regions) -> Result<Criteria, String> {
    if let (Some(least), Some(most)) = (args.employees_min, args.employees_max)
        && least > most
    {
        return Err(format!("BAD: employees_min: {least} is above employees_max {most}; ask which one is meant"));
    }
    let (titles, industries, technologies) = (tidy(args.titles), tidy(args.industries), tidy(args.technologies));
    if titles.is_empty() && industries.is_empty() && technologies.is_empty() {
        return Err("BAD: titles: at least one title, industry or technology is needed; ask the person".to_owned());
    }
    let (barred, exclude): (Vec<String>, Vec<String>) =
        tidy(args.exclude).into_iter().partition(|name| name.to_lowercase().starts_with(COUNTRY_PREFIX));
    let barred = codes(barred.iter().map(|name| &name[COUNTRY_PREFIX.len()..]), regions, "exclude")?;
    let named = codes(args.countries.iter().map(String::as_str), regions, "countries")?;
    Ok(Criteria {
        goal: one_line(&args.goal),
        count: args.count,
        titles,
        industries,
        employees_min: args.employees_min,
        employees_max: args.employees_max,
        countries: without(named, &barred)?,
        technologies,
        exclude: exclude.into_iter().chain(barred.iter().map(|code| format!("{COUNTRY_PREFIX}{code}"))).collect(),
        enrich: args.enrich || args.launch,
        launch: args.launch,
        mail_wishes: one_line(&args.mail_wishes),
    })
}

fn codes<'a>(given: impl Iterator<Item = &'a str>, regions: &Regions, field: &str) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = Vec::new();
    for code in given {
        let code = match code.trim().to_uppercase().as_str() {
            "UK" => "GB".to_owned(),
            other => other.to_owned(),
        };
        let known = code.len() == 2 && (regions.country(&code).is_some() || places::country_name(&code) != code);
        if !known {
            let shown: String = code.chars().take(12).collect();
            return Err(format!("BAD: {field}: {shown} is no ISO 3166-1 alpha-2 country code; write DE, US, GB"));
        }
        if !found.contains(&code) {
            found.push(code);
        }
    }
    Ok(found)
}

/// A country both wanted and barred is barred; nothing left is a contradiction.
fn without(named: Vec<String>, barred: &[String]) -> Result<Vec<String>, String> {
    let wanted = !named.is_empty();
    let left: Vec<String> = named.into_iter().filter(|code| !barred.contains(code)).collect();
    if wanted && left.is_empty() {
        return Err("BAD: exclude: it takes away every country that was asked for; ask the person".to_owned());
    }
    Ok(left)
}

/// Trimmed, without doubles and empty entries, in the order said.
fn tidy(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names.iter().map(|name| one_line(name)) {
        if !name.is_empty() && !kept.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            kept.push(name);
        }
    }
    kept
}

fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: serde_json::Value) -> Result<Criteria, String> {
        let mut whole = json!({"goal": "x", "count": 10, "titles": ["CFO"]});
        whole.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        criteria(serde_json::from_value(whole).unwrap(), &Regions::shipped().unwrap())
    }

    #[test]
    fn what_cannot_be_is_a_sentence() {
        for (args, start) in [
            (json!({"employees_min": 1000, "employees_max": 200}), "BAD: employees_min: 1000 is above"),
            (json!({"titles": [" "]}), "BAD: titles: at least one"),
            (json!({"countries": ["ZZ"]}), "BAD: countries: ZZ is no ISO"),
            (json!({"exclude": ["country:QQ"]}), "BAD: exclude: QQ is no ISO"),
            (json!({"countries": ["DE"], "exclude": ["country:de"]}), "BAD: exclude: it takes away every country"),
        ] {
            let sentence = of(args.clone()).unwrap_err();
            assert!(sentence.starts_with(start), "{args}: {sentence}");
        }
    }

    #[test]
    fn what_was_said_is_tidied_and_nothing_is_added() {
        let made = of(json!({
            "titles": ["CFO", "cfo ", "VP\nFinance"], "countries": ["uk", "US", "DE"],
            "exclude": ["Acme", "country:DE"], "launch": true
        }))
        .unwrap();
        assert_eq!(made.titles, ["CFO", "VP Finance"]);
        assert_eq!(made.countries, ["GB", "US"]);
        assert_eq!(made.exclude, ["Acme", "country:DE"]);
        assert!(made.enrich && made.launch);
        assert_eq!((made.employees_min, made.industries.len(), made.mail_wishes.as_str()), (None, 0, ""));
    }
}
