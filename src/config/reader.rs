//! Takes values out of the table as their types; what does not fit becomes a fault, and reading goes on.
use crate::config::error::ConfigFaults;
use crate::config::settings::Kind;
use crate::config::settings::Setting;
use crate::config::values::Origin;
use crate::config::values::Value;
use crate::config::values::Values;
use crate::ports::secret::Secret;

pub(in crate::config) struct Reader<'a> {
    pub(in crate::config) values: &'a Values,
    pub(in crate::config) faults: ConfigFaults,
}

impl Reader<'_> {
    pub(in crate::config) fn text(&self, key: &str) -> String {
        self.values.get(key).map(|value| value.text.clone()).unwrap_or_default()
    }

    pub(in crate::config) fn secret(&self, key: &str) -> Option<Secret> {
        self.values.get(key).and_then(|value| value.secret.clone())
    }

    pub(in crate::config) fn origin(&self, key: &str) -> Origin {
        self.values.get(key).map_or(Origin::Default, |value| value.origin.clone())
    }

    pub(in crate::config) fn fault(&mut self, key: &str, reason: &str) {
        let fault = match (self.origin(key), self.setting(key)) {
            // A default that does not fit is mended by setting the value.
            (Origin::Default, Some(setting)) => Origin::Env(setting.env.to_owned()).fault(reason),
            (origin @ Origin::File { .. }, Some(setting)) => origin.fault(format!("`{}` {reason}", setting.key)),
            (origin @ Origin::Dotenv(_), Some(setting)) => origin.fault(format!("{} {reason}", setting.env)),
            (origin, _) => origin.fault(reason),
        };
        self.faults.add(fault);
    }

    /// The value as `T`, or the stand-in and a fault.
    pub(in crate::config) fn parsed<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
        what: &str,
        stand_in: T,
    ) -> T {
        let text = self.text(key);
        match parse(&text) {
            Some(value) => value,
            None => {
                self.fault(key, &format!("`{text}` {what}"));
                stand_in
            }
        }
    }

    pub(in crate::config) fn switch(&mut self, key: &str) -> bool {
        self.parsed(key, switch, "is neither 1 nor 0", false)
    }

    pub(in crate::config) fn whole(&mut self, key: &str) -> i64 {
        let (from, to) = match self.setting(key).map(|setting| setting.kind) {
            Some(Kind::Whole(from, to)) => (from, to),
            _ => (i64::MIN, i64::MAX),
        };
        let what = format!("is not a whole number from {from} to {to}");
        self.parsed(key, |text| text.parse().ok().filter(|number| (from..=to).contains(number)), &what, from)
    }

    pub(in crate::config) fn port(&mut self, key: &str) -> u16 {
        u16::try_from(self.whole(key)).unwrap_or_default()
    }

    pub(in crate::config) fn decimal(&mut self, key: &str) -> f64 {
        let (from, to) = match self.setting(key).map(|setting| setting.kind) {
            Some(Kind::Decimal(from, to)) => (from, to),
            _ => (f64::MIN, f64::MAX),
        };
        let what = format!("is not a number from {from} to {to}");
        self.parsed(key, |text| text.parse().ok().filter(|number| (from..=to).contains(number)), &what, from)
    }

    /// An address that is http or https.
    pub(in crate::config) fn http(&mut self, key: &str) -> String {
        let text = self.text(key);
        if !(text.starts_with("https://") || text.starts_with("http://")) {
            self.fault(key, "is not an address that begins with https://");
        }
        text.trim_end_matches('/').to_owned()
    }

    fn setting(&self, key: &str) -> Option<&'static Setting> {
        self.values.get(key).map(|value: &Value| value.setting)
    }
}

pub(in crate::config) fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
