//! The table of countries: parsed and checked at start-up, then only read.
use jiff::civil::Time;
use jiff::tz::TimeZone;
use sha2::Digest;
use sha2::Sha256;

use crate::domain::compliance::holidays::Holidays;
use crate::domain::compliance::rows::Basis;
use crate::domain::compliance::rows::Condition;
use crate::domain::compliance::rows::Confidence;
use crate::domain::compliance::rows::Country;
use crate::domain::compliance::rows::Duty;
use crate::domain::compliance::rows::Escalation;
use crate::domain::compliance::rows::MailboxPolicy;
use crate::domain::compliance::rows::Policy;
use crate::domain::compliance::rows::Regime;
use crate::domain::compliance::rows::Table;
use crate::domain::icp::parse::line_of;

/// The one schema we know how to read.
const SCHEMA: u32 = 1;

#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    table: Table,
    holidays: Holidays,
    hash: String,
    pub window: Window,
}

/// The open hours, read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Monday is 1.
    pub days: Vec<i8>,
    pub start: Time,
    pub end: Time,
}

/// What the rules of one country say; the default row for one that we do not know.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// `DE`, or `??` for the default.
    pub code: &'a str,
    pub name: &'a str,
    pub b2b_email: Regime,
    pub generic_address: Regime,
    pub confidence: Confidence,
    pub bases: &'a [Basis],
    pub conditions: &'a [Condition],
    pub duties: &'a [Duty],
}

impl Regions {
    /// Reads `config/regions.toml`; the error names its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: Table = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            format!("line {line}: {}", error.message())
        })?;
        check(&table, text)?;
        let window = read_window(&table, text)?;
        Ok(Self { table, holidays: Holidays::default(), hash: digest(&[text]), window })
    }

    /// Adds the holidays of `config/holidays.tsv`; they are part of the hash.
    pub fn with_holidays(mut self, text: &str) -> Result<Self, String> {
        self.holidays = Holidays::parse(text)?;
        self.hash = digest(&[&self.hash, text]);
        Ok(self)
    }

    /// The tables as shipped.
    pub fn shipped() -> Result<Self, String> {
        Self::parse(include_str!("../../../config/regions.toml"))?
            .with_holidays(include_str!("../../../config/holidays.tsv"))
    }

    /// SHA-256 of what was read, in hex: stored with each ruling.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    pub fn rules(&self, code: Option<&str>) -> Rules<'_> {
        match code.and_then(|code| self.table.country.get_key_value(code)) {
            Some((code, row)) => rules_of(code, row),
            None => self.default_rules(),
        }
    }

    pub fn country(&self, code: &str) -> Option<&Country> {
        self.table.country.get(code)
    }

    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.table.country.keys().map(String::as_str)
    }

    pub fn policy(&self) -> &Policy {
        &self.table.policy
    }

    pub fn mailbox(&self) -> &MailboxPolicy {
        &self.table.policy.mailbox
    }

    pub fn escalation(&self) -> &Escalation {
        &self.table.escalation
    }

    pub fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    fn default_rules(&self) -> Rules<'_> {
        let row = &self.table.default;
        Rules {
            code: "??",
            name: &row.name,
            b2b_email: row.b2b_email,
            generic_address: row.generic_address,
            confidence: row.confidence,
            bases: &row.bases,
            conditions: &row.conditions,
            duties: &row.duties,
        }
    }
}

fn rules_of<'a>(code: &'a str, row: &'a Country) -> Rules<'a> {
    Rules {
        code,
        name: &row.name,
        b2b_email: row.b2b_email,
        generic_address: row.generic_address,
        confidence: row.confidence,
        bases: &row.bases,
        conditions: &row.conditions,
        duties: &row.duties,
    }
}

fn digest(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part.as_bytes());
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The line of a country's row, for faults that the parser cannot see.
fn line_of_row(text: &str, row: &str) -> usize {
    text.lines().position(|line| line.starts_with(&format!("[{row}]"))).map_or(1, |at| at + 1)
}

fn check(table: &Table, text: &str) -> Result<(), String> {
    if table.schema != SCHEMA {
        return Err(format!("line 1: schema {} is not {SCHEMA}", table.schema));
    }
    for (code, row) in &table.country {
        let line = line_of_row(text, &format!("country.{code}"));
        if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(format!("line {line}: `{code}` is not a country code such as `GB`"));
        }
        if row.tz.is_empty() {
            return Err(format!("line {line}: {code} has no time zone"));
        }
        if let Some(zone) = row.tz.iter().find(|zone| TimeZone::get(zone).is_err()) {
            return Err(format!("line {line}: `{zone}` of {code} is not a time zone"));
        }
    }
    Ok(())
}

fn read_window(table: &Table, text: &str) -> Result<Window, String> {
    let row = &table.policy.send_window;
    let line = line_of_row(text, "policy.send_window");
    let time = |words: &str| {
        Time::strptime("%H:%M", words).map_err(|_| format!("line {line}: `{words}` is not a time such as `09:00`"))
    };
    let day = |word: &String| {
        let known = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let at = known.iter().position(|known| known == word);
        at.and_then(|at| i8::try_from(at + 1).ok())
            .ok_or_else(|| format!("line {line}: `{word}` is not a day such as `mon`"))
    };
    let days: Result<Vec<i8>, String> = row.days.iter().map(day).collect();
    let window = Window { days: days?, start: time(&row.start)?, end: time(&row.end)? };
    if window.days.is_empty() || window.start >= window.end {
        return Err(format!("line {line}: the send window is never open"));
    }
    Ok(window)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../config/regions.toml");

    #[test]
    fn the_shipped_table_is_sound() {
        let regions = Regions::shipped().unwrap();
        assert_eq!(regions.codes().count(), 40);
        assert_eq!(regions.rules(Some("DE")).b2b_email, Regime::OptIn);
        assert_eq!(regions.rules(Some("US")).b2b_email, Regime::OptOut);
        assert_eq!(regions.rules(Some("XX")).code, "??");
        assert_eq!(regions.rules(None).b2b_email, Regime::OptIn);
        assert_eq!(regions.hash().len(), 64);
        assert_ne!(regions.hash(), Regions::parse(TEXT).unwrap().hash());
    }

    #[test]
    fn faults_name_their_line() {
        let table = [
            (TEXT.replacen("phone_b2b = \"presumed_consent\"", "fone_b2b = \"x\"", 1), "unknown field `fone_b2b`"),
            (TEXT.replacen("notice_days = 0\n", "", 1), "missing field `notice_days`"),
            (TEXT.replacen("Europe/Berlin", "Europe/Bonn", 1), "`Europe/Bonn` of DE is not a time zone"),
            (TEXT.replacen("start = \"09:00\"", "start = \"9 Uhr\"", 1), "`9 Uhr` is not a time"),
            (TEXT.replacen("b2b_email = \"opt_out\"", "b2b_email = \"maybe\"", 1), "unknown variant `maybe`"),
            (TEXT.replacen("schema = 1", "schema = 2", 1), "schema 2 is not 1"),
        ];
        for (text, what) in table {
            let error = Regions::parse(&text).unwrap_err();
            assert!(error.starts_with("line ") && error.contains(what), "{error}");
        }
    }
}
