//! The arguments of a plan, and the one line that says them back.
use serde_json::{Map, Value, json};

use crate::sandbox::model::understand::places;

pub const COUNT_UNSAID: i64 = 50;
const LISTED_MAX: usize = 6;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub count: i64,
    pub titles: Vec<String>,
    pub industries: Vec<String>,
    pub employees_min: Option<i64>,
    pub employees_max: Option<i64>,
    pub countries: Vec<String>,
    pub technologies: Vec<String>,
    pub exclude: Vec<String>,
    pub companies: Vec<String>,
    pub enrich: bool,
    pub launch: bool,
    pub mail_wishes: String,
}

impl Plan {
    /// An earlier call, read back; companies live in the goal only, because the tool has no field for them.
    pub fn read(value: &Value) -> Self {
        let words = |key: &str| -> Vec<String> {
            let list = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let number = |key: &str| value.get(key).and_then(Value::as_i64);
        let flag = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or_default();
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            count: number("count").unwrap_or(COUNT_UNSAID),
            titles: words("titles"),
            industries: words("industries"),
            employees_min: number("employees_min"),
            employees_max: number("employees_max"),
            countries: words("countries"),
            technologies: words("technologies"),
            exclude: words("exclude"),
            companies: named_companies(&text("goal")),
            enrich: flag("enrich"),
            launch: flag("launch"),
            mail_wishes: text("mail_wishes"),
        }
    }

    pub fn arguments(&self) -> Value {
        let mut out = Map::new();
        out.insert("goal".to_owned(), json!(self.goal()));
        out.insert("count".to_owned(), json!(self.count));
        out.insert("titles".to_owned(), json!(self.titles));
        out.insert("industries".to_owned(), json!(self.industries));
        let bounds = [("employees_min", self.employees_min), ("employees_max", self.employees_max)];
        for (key, bound) in bounds {
            if let Some(bound) = bound {
                out.insert(key.to_owned(), json!(bound));
            }
        }
        out.insert("countries".to_owned(), json!(self.countries));
        out.insert("technologies".to_owned(), json!(self.technologies));
        out.insert("exclude".to_owned(), json!(self.exclude));
        out.insert("enrich".to_owned(), json!(self.enrich));
        out.insert("launch".to_owned(), json!(self.launch));
        out.insert("mail_wishes".to_owned(), json!(self.mail_wishes));
        Value::Object(out)
    }

    /// Such as "100 VP Finance at fintech companies, 200-1,000 employees, using Snowflake".
    pub fn goal(&self) -> String {
        let who = if self.titles.is_empty() { "prospects".to_owned() } else { self.titles.join(", ") };
        let mut goal = format!("{} {who}", grouped(self.count));
        if !self.industries.is_empty() {
            goal.push_str(&format!(" at {} companies", self.industries.join(", ")));
        }
        let mut rest = Vec::new();
        if !self.companies.is_empty() {
            rest.push(format!("{COMPANIES}{}", self.companies.join(" / ")));
        }
        rest.extend(self.sizes());
        if !self.technologies.is_empty() {
            rest.push(format!("using {}", self.technologies.join(", ")));
        }
        rest.extend(self.places());
        if !self.exclude.is_empty() {
            rest.push(format!("without {}", listed(&self.exclude, "exclusions")));
        }
        for part in rest {
            goal.push_str(", ");
            goal.push_str(&part);
        }
        goal
    }

    fn sizes(&self) -> Option<String> {
        match (self.employees_min, self.employees_max) {
            (Some(min), Some(max)) => Some(format!("{}-{} employees", grouped(min), grouped(max))),
            (Some(min), None) => Some(format!("{} employees or more", grouped(min))),
            (None, Some(max)) => Some(format!("up to {} employees", grouped(max))),
            (None, None) => None,
        }
    }

    fn places(&self) -> Option<String> {
        let eu: Vec<&str> = places::EU.split(' ').collect();
        let has_eu = eu.iter().all(|code| self.countries.iter().any(|country| country == code));
        let mut names: Vec<String> = self.countries.clone();
        if has_eu {
            names.retain(|country| !eu.contains(&country.as_str()));
            names.push("the EU".to_owned());
        }
        (!names.is_empty()).then(|| format!("in {}", listed(&names, "countries")))
    }
}

const COMPANIES: &str = "at the companies ";

fn named_companies(goal: &str) -> Vec<String> {
    let part = goal.split(", ").find_map(|part| part.strip_prefix(COMPANIES));
    part.map(|part| part.split(" / ").map(str::to_owned).collect()).unwrap_or_default()
}

fn listed(items: &[String], noun: &str) -> String {
    if items.len() > LISTED_MAX { format!("{} {noun}", items.len()) } else { items.join(", ") }
}

/// 1000 as 1,000.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}
