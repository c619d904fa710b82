//! quarterdeck.toml as settings with their lines; an unknown key is refused.
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::error::ConfigFault;
use crate::config::error::line_of;
use crate::config::error::unknown;
use crate::config::settings::SETTINGS;
use crate::config::settings::Setting;
use crate::config::settings::by_key;

#[derive(Clone, Debug)]
pub struct Entry {
    pub setting: &'static Setting,
    pub text: String,
    pub line: usize,
}

pub fn parse(path: &str, text: &str) -> (Vec<Entry>, Vec<ConfigFault>) {
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(why) => return (Vec::new(), vec![broken(path, text, &why)]),
    };
    let mut reading = Reading { path, text, entries: Vec::new(), faults: Vec::new() };
    for (name, value) in document.get_ref() {
        let line = line_of(text, name.span().start);
        match value.get_ref() {
            DeValue::Table(table) => reading.table(name.get_ref(), table),
            _ => reading.refuse(line, &unknown_key(name.get_ref())),
        }
    }
    (reading.entries, reading.faults)
}

/// The fault of text that is no TOML at all.
pub fn broken(path: &str, text: &str, why: &toml::de::Error) -> ConfigFault {
    let line = why.span().map(|span| line_of(text, span.start));
    ConfigFault::new(path, line, format!("is not valid TOML: {}", why.message().replace('\n', " ")))
}

struct Reading<'a> {
    path: &'a str,
    text: &'a str,
    entries: Vec<Entry>,
    faults: Vec<ConfigFault>,
}

impl Reading<'_> {
    fn table(&mut self, name: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let line = line_of(self.text, key.span().start);
            let full = format!("{name}.{}", key.get_ref());
            let Some(setting) = by_key(&full) else {
                self.refuse(line, &unknown_key(&full));
                continue;
            };
            if !setting.in_file {
                self.refuse(
                    line,
                    &format!("`{full}` is a secret or a safety switch: set {} in the environment", setting.env),
                );
                continue;
            }
            match plain(value.get_ref()) {
                Some(text) => self.entries.push(Entry { setting, text, line }),
                None => self.refuse(line, &format!("`{full}` is one value: a text, a number, true or false")),
            }
        }
    }

    fn refuse(&mut self, line: usize, reason: &str) {
        self.faults.push(ConfigFault::new(self.path, Some(line), reason));
    }
}

fn unknown_key(key: &str) -> String {
    unknown(key, SETTINGS.iter().filter(|setting| setting.in_file).map(|setting| setting.key))
}

fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_with_their_lines() {
        let (entries, faults) =
            parse("q.toml", "# x\n[server]\nport = 9_000\n\n[log]\njson = true\nlevel = \"warn\"\n");
        let got: Vec<_> = entries.iter().map(|e| (e.setting.key, e.text.as_str(), e.line)).collect();
        assert_eq!(faults, []);
        assert_eq!(got.len(), 3);
        assert!(got.contains(&("server.port", "9000", 3)));
        assert!(got.contains(&("log.json", "true", 6)));
        assert!(got.contains(&("log.level", "warn", 7)));
    }

    #[test]
    fn faults_say_line_and_what_to_do() {
        let cases = [
            ("[server]\nprot = 1\n", 2, "the nearest is `server.port`"),
            ("port = 1\n", 1, "is no setting"),
            ("[server]\nport = [1]\n", 2, "is one value"),
            ("[hubspot]\ntoken = \"pat-1\"\n", 2, "HUBSPOT_TOKEN"),
            ("[server]\nport = \n", 2, "is not valid TOML"),
            ("[zzzz]\nqqqq = 1\n", 2, "is no setting"),
        ];
        for (text, line, part) in cases {
            let (_, faults) = parse("q.toml", text);
            assert_eq!(faults.len(), 1, "{text}");
            assert_eq!(faults[0].line, Some(line), "{text}");
            assert!(faults[0].reason.contains(part), "{}", faults[0].reason);
            assert!(!faults[0].reason.contains("pat-1"));
        }
    }
}
