//! National holidays by country, from `config/holidays.tsv`.
use std::collections::BTreeMap;

use jiff::civil::Date;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    days: BTreeMap<(String, Date), String>,
}

impl Holidays {
    /// Lines of code, date and name, split by tabs; a `#` begins a remark.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut days = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').collect();
            let [code, date, name] = cells.as_slice() else {
                return Err(format!("line {}: not a code, a date and a name", at + 1));
            };
            let date: Date = date.parse().map_err(|_| format!("line {}: `{date}` is not a date", at + 1))?;
            days.insert(((*code).to_owned(), date), (*name).to_owned());
        }
        Ok(Self { days })
    }

    /// The name of the holiday, if the day is one.
    pub fn on(&self, country: &str, date: Date) -> Option<&str> {
        self.days.get(&(country.to_owned(), date)).map(String::as_str)
    }
}
