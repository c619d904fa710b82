//! Whether an address may be mailed at all: syntax, kind of address, and what a vendor's check said.
use std::str::FromStr;

use email_address::EmailAddress;
use email_address::Options;
use serde::Deserialize;
use serde::Serialize;

use crate::domain::identity::email_key;
use crate::domain::lead::Verdict;
use crate::domain::tables::is_disposable;
use crate::domain::tables::is_free_mail;
use crate::domain::tables::is_role_prefix;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailCheck {
    pub verdict: Verdict,
    /// Each a few words for a rep: "throw-away address".
    pub reasons: Vec<String>,
    pub role: bool,
    pub free_provider: bool,
    pub disposable: bool,
}

/// Joins what the address itself says with the vendor's verdict; the stricter one holds.
pub fn check(address: &str, vendor: Option<Verdict>) -> EmailCheck {
    let Some(key) = syntax_key(address) else {
        let reasons = vec!["not an address".to_owned()];
        return EmailCheck { verdict: Verdict::Invalid, reasons, role: false, free_provider: false, disposable: false };
    };
    let (local, domain) = key.rsplit_once('@').unwrap_or_default();
    let role = is_role_prefix(local);
    let free_provider = is_free_mail(domain);
    let disposable = is_disposable(domain) || parent(domain).is_some_and(is_disposable);
    let mut reasons = Vec::new();
    let mut note = |is_so: bool, words: &str| {
        if is_so {
            reasons.push(words.to_owned());
        }
    };
    note(disposable, "throw-away address");
    note(role, "address of a desk, not of a person");
    note(free_provider, "private mail provider");
    note(vendor == Some(Verdict::Invalid), "the vendor's check says it does not exist");
    note(vendor == Some(Verdict::Risky), "the vendor's check is not sure");
    note(matches!(vendor, None | Some(Verdict::Unknown)), "not verified by a vendor");
    let verdict = match vendor {
        _ if disposable => Verdict::Invalid,
        Some(Verdict::Invalid) => Verdict::Invalid,
        _ if role || free_provider => Verdict::Risky,
        Some(verdict) => verdict,
        None => Verdict::Unknown,
    };
    EmailCheck { verdict, reasons, role, free_provider, disposable }
}

/// The address exactly as it would be sent: nothing is trimmed here. Plain forms only: quoted local parts, domain literals and comments are never mailed.
fn syntax_key(address: &str) -> Option<String> {
    let plain = address;
    let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
    let is_plain = EmailAddress::parse_with_options(plain, options).is_ok() && EmailAddress::from_str(plain).is_ok();
    let is_quoted = plain.starts_with('"');
    let ending = plain.rsplit('.').next().unwrap_or_default();
    let is_numeric = ending.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain || is_quoted || is_numeric || plain.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    email_key(plain)
}

fn parent(domain: &str) -> Option<&str> {
    domain.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let valid = Some(Verdict::Valid);
        let table = [
            ("ava@acme.com", valid, Verdict::Valid),
            ("ava@acme.com", None, Verdict::Unknown),
            ("ava@acme.com", Some(Verdict::Invalid), Verdict::Invalid),
            ("ava@acme.com", Some(Verdict::Risky), Verdict::Risky),
            ("info@acme.com", valid, Verdict::Risky),
            ("ava@gmail.com", valid, Verdict::Risky),
            ("ava@mailinator.com", valid, Verdict::Invalid),
            ("ava@x.mailinator.com", valid, Verdict::Invalid),
            ("ava", valid, Verdict::Invalid),
            ("ava@acme", valid, Verdict::Invalid),
            ("ava@[10.0.0.1]", valid, Verdict::Invalid),
            ("\"ava ng\"@acme.com", valid, Verdict::Invalid),
            ("Ava <ava@acme.com>", valid, Verdict::Invalid),
            ("ava@acme.com\r\nBcc: x@y.com", valid, Verdict::Invalid),
            ("a..b@acme.com", valid, Verdict::Invalid),
            ("ava@acme.com\n", valid, Verdict::Invalid),
            ("ava@acme.123", valid, Verdict::Invalid),
        ];
        for (address, vendor, verdict) in table {
            assert_eq!(check(address, vendor).verdict, verdict, "{address}");
        }
    }

    #[test]
    fn reasons_are_said() {
        let check = check("sales@gmail.com", None);
        assert!(check.role && check.free_provider && !check.disposable);
        assert_eq!(check.reasons.len(), 3);
    }
}
