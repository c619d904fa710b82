//! What all vendors' maps need: stable ids of our own, provenance, and the usual clean-ups of text.
use sha2::Digest;
use sha2::Sha256;

use crate::domain::identity::domain_key;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;
use crate::domain::lead::Provenance;
use crate::domain::lead::SourceRef;
use crate::domain::time::Millis;

/// The same record of a vendor is the same lead, however often a page is read.
pub fn lead_id(vendor: &str, id: &str) -> LeadId {
    LeadId(format!("lead_{}", digest(&format!("{vendor}:{id}"))))
}

/// By domain where it is known: then all vendors speak of one company.
pub fn company_id(vendor: &str, id: &str, domain: Option<&str>) -> CompanyId {
    let key = domain.map_or_else(|| format!("{vendor}:{id}"), |domain| format!("domain:{domain}"));
    CompanyId(format!("company_{}", digest(&key)))
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

/// Who says it, since when: one call of one vendor.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    pub vendor: &'static str,
    /// The vendor's record id.
    pub reference: &'a str,
    pub at: Millis,
}

impl Said<'_> {
    pub fn with(&self, confidence: f64) -> Provenance {
        let (source, reference) = (self.vendor.to_owned(), self.reference.to_owned());
        Provenance { source, reference, at: self.at, confidence }
    }

    pub fn source(&self) -> SourceRef {
        SourceRef { vendor: self.vendor.to_owned(), id: self.reference.to_owned() }
    }
}

/// Adds a reference once.
pub fn add_source(sources: &mut Vec<SourceRef>, source: SourceRef) {
    if !sources.contains(&source) {
        sources.push(source);
    }
}

/// A text without blanks at the ends; nothing when nothing is left.
pub fn given(text: Option<String>) -> Option<String> {
    let text = text?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// `https://www.Acme.example/about` is `acme.example`.
pub fn domain_of(url: &str) -> Option<String> {
    Some(domain_key(url)).filter(|domain| !domain.is_empty())
}

/// A profile address with its scheme.
pub fn with_scheme(url: &str) -> String {
    if url.contains("://") { url.to_owned() } else { format!("https://{url}") }
}

/// A date or time of a vendor, in whichever ISO form.
pub fn instant(text: &str) -> Option<Millis> {
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(Millis(stamp.as_millisecond()));
    }
    let day: jiff::civil::Date = text.get(..10)?.parse().ok()?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Millis(midnight.timestamp().as_millisecond()))
}

/// Whether a company is one that the rep wants left out, by name or domain.
pub fn is_excluded(exclude: &[String], name: &str, domain: Option<&str>) -> bool {
    exclude.iter().map(|text| text.trim().to_lowercase()).any(|out| {
        !out.is_empty()
            && (out == name.trim().to_lowercase() || (domain.is_some() && domain_of(&out).as_deref() == domain))
    })
}

/// "25 M USD", "900 k USD".
pub fn short_usd(amount: f64) -> String {
    match amount {
        a if a >= 1e9 => format!("{} B USD", trimmed(a / 1e9)),
        a if a >= 1e6 => format!("{} M USD", trimmed(a / 1e6)),
        a if a >= 1e3 => format!("{} k USD", trimmed(a / 1e3)),
        a => format!("{a:.0} USD"),
    }
}

fn trimmed(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_shared_by_domain() {
        assert_eq!(lead_id("apollo", "1"), lead_id("apollo", "1"));
        assert_ne!(lead_id("apollo", "1"), lead_id("explorium", "1"));
        let here = company_id("apollo", "1", Some("a.example"));
        assert_eq!(here, company_id("explorium", "9", Some("a.example")));
        assert_ne!(here, company_id("apollo", "1", None));
    }

    #[test]
    fn domains_come_out_of_urls() {
        let table = [
            ("https://www.Acme.example/about?x", Some("acme.example")),
            ("acme.example", Some("acme.example")),
            ("http://acme.example:80", Some("acme.example")),
            ("acme", None),
            ("", None),
        ];
        for (url, want) in table {
            assert_eq!(domain_of(url).as_deref(), want, "{url}");
        }
    }

    #[test]
    fn times_of_vendors_are_read() {
        assert_eq!(instant("1970-01-01T00:00:01.000Z"), Some(Millis(1_000)));
        assert_eq!(instant("1970-01-02"), Some(Millis(86_400_000)));
        assert_eq!(instant("1970-01-02T00:00:00"), Some(Millis(86_400_000)));
        assert_eq!(instant("soon"), None);
    }

    #[test]
    fn exclusion_is_by_name_or_domain() {
        let out = vec!["Acme Ltd".to_owned(), "https://www.other.example".to_owned(), " ".to_owned()];
        assert!(is_excluded(&out, "acme ltd", None));
        assert!(is_excluded(&out, "Other", Some("other.example")));
        assert!(!is_excluded(&out, "Third", Some("third.example")));
        assert!(!is_excluded(&out, "", None));
    }

    #[test]
    fn money_is_short() {
        assert_eq!(short_usd(25_000_000.0), "25 M USD");
        assert_eq!(short_usd(1_250_000_000.0), "1.2 B USD");
        assert_eq!(short_usd(900_500.0), "900.5 k USD");
    }
}
