//! One key for one thing: the forms under which addresses, domains, names and profiles are compared.
use crate::domain::lead::Lead;
use crate::domain::places::dial_prefix;
use crate::domain::tables::is_legal_form;
use crate::domain::text::fold_case;
use crate::domain::text::words;

/// Longest address by RFC 5321.
const EMAIL_BYTES_MAX: usize = 254;

/// The address as suppression and dedupe compare it: trimmed, lower case, plus-tag off, domain in ASCII.
/// Case matters in theory in a local part and never in practice: a person who opted out as `Ava@` means `ava@`.
pub fn email_key(address: &str) -> Option<String> {
    let plain = address.trim().trim_start_matches("mailto:").trim_matches(['<', '>']).trim();
    let (local, domain) = plain.rsplit_once('@')?;
    let local = fold_case(local);
    let local = local.split('+').next().unwrap_or_default();
    let domain = idna::domain_to_ascii(domain.trim_end_matches('.')).ok()?;
    let is_sound = !local.is_empty() && domain.contains('.') && !local.contains(char::is_whitespace);
    let key = format!("{local}@{domain}");
    (is_sound && key.len() <= EMAIL_BYTES_MAX).then_some(key)
}

/// The domain of an address, as a key.
pub fn domain_of(email: &str) -> Option<String> {
    let key = email_key(email)?;
    key.rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

/// A host as companies are compared: no scheme, no `www.`, no path, no port. Empty when there is none.
pub fn domain_key(text: &str) -> String {
    let plain = text.trim().to_lowercase();
    let plain = plain.split_once("://").map_or(plain.as_str(), |(_, rest)| rest);
    let host = plain.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let is_host = host.contains('.') && host.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-');
    let is_address = host.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !is_host || is_address {
        return String::new();
    }
    idna::domain_to_ascii(host).unwrap_or_default()
}

/// A company's name without its legal form, accents and signs: "Acme Holdings GmbH & Co. KG" is `acme holdings`.
pub fn company_key(name: &str) -> String {
    // Registers write the state of a firm behind it: "MASCO CORP /DE/".
    let bare = name.split(" /").next().unwrap_or_default().replace(['.', '\'', '’'], "").replace('&', " and ");
    let all = words(&bare);
    let mut left = all.as_slice();
    if left.len() > 1 && left[0] == "the" {
        left = &left[1..];
    }
    if left.len() > 1 && left.last().is_some_and(|word| word == "the") {
        left = &left[..left.len() - 1];
    }
    while let Some(shorter) = without_form(left) {
        left = shorter;
    }
    left.join(" ")
}

/// True if the name ends in a legal form, so that it is a company's and no single person's.
pub fn has_legal_form(name: &str) -> bool {
    let all = words(&name.replace('.', ""));
    without_form(&all).is_some()
}

/// `in/ava-ng` of any spelling of a profile's address.
pub fn linkedin_key(url: &str) -> Option<String> {
    let plain = url.trim().to_lowercase();
    let path = plain.split_once("linkedin.com/").map(|(_, path)| path)?;
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    let mut parts = path.split('/');
    let kind = parts.next()?;
    let slug = parts.next().filter(|slug| !slug.is_empty())?;
    matches!(kind, "in" | "pub" | "company").then(|| format!("{}/{slug}", if kind == "pub" { "in" } else { kind }))
}

/// Digits of a number with its country's prefix, if it has one or the country is known.
pub fn phone_key(phone: &str, country: Option<&str>) -> Option<String> {
    let plain = phone.split(['x', 'X', ';']).next().unwrap_or_default().trim();
    let digits: String = plain.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    let full = if plain.starts_with('+') {
        digits
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else {
        let prefix = dial_prefix(country?)?;
        let national = digits.strip_prefix('0').unwrap_or(&digits);
        let has_prefix = prefix == "1" && national.len() == 11 && national.starts_with('1');
        if has_prefix { national.to_owned() } else { format!("{}{national}", prefix.replace('-', "")) }
    };
    (8..=15).contains(&full.len()).then_some(full)
}

/// A company by its domain, else by its name.
pub fn company_of(lead: &Lead) -> String {
    let domain = lead.company.domain.as_deref().map(domain_key).filter(|domain| !domain.is_empty());
    domain.unwrap_or_else(|| company_key(&lead.company.name))
}

/// The words before a legal form of up to five words; `None` if there is none, or nothing would be left.
fn without_form(words: &[String]) -> Option<&[String]> {
    let longest = words.len().saturating_sub(1).min(5);
    (1..=longest).rev().map(|count| words.len() - count).find_map(|at| {
        let form = words[at..].join(" ");
        let is_form = is_legal_form(&form) || is_legal_form(&form.replace(" and ", " "));
        is_form.then_some(&words[..at])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_have_one_key() {
        let table = [
            ("Ava.Ng@Acme.COM", Some("ava.ng@acme.com")),
            ("  ava+news@acme.com ", Some("ava@acme.com")),
            ("<ava@münchen.de>", Some("ava@xn--mnchen-3ya.de")),
            ("ava@xn--mnchen-3ya.de", Some("ava@xn--mnchen-3ya.de")),
            ("ava@ACME。com", Some("ava@acme.com")),
            ("ava", None),
            ("@acme.com", None),
            ("+tag@acme.com", None),
            ("ava@localhost", None),
            ("", None),
        ];
        for (address, key) in table {
            assert_eq!(email_key(address).as_deref(), key, "{address}");
        }
    }

    #[test]
    fn domains_have_one_key() {
        let table = [
            ("https://www.Acme.com/about?x=1", "acme.com"),
            ("ACME.com:8080", "acme.com"),
            ("http://user@acme.com", "acme.com"),
            ("acme.com.", "acme.com"),
            ("acme", ""),
            ("10.0.0.1", ""),
            ("", ""),
        ];
        for (text, key) in table {
            assert_eq!(domain_key(text), key, "{text}");
        }
    }

    #[test]
    fn companies_have_one_key() {
        let table = [
            ("Acme, Inc.", "acme"),
            ("ACME GmbH & Co. KG", "acme"),
            ("The Acme Company Ltd", "acme"),
            ("Société Générale S.A.", "societe generale"),
            ("Acme", "acme"),
            ("Ltd", "ltd"),
            ("", ""),
        ];
        for (name, key) in table {
            assert_eq!(company_key(name), key, "{name}");
        }
        assert!(has_legal_form("Ledgerly Ltd.") && !has_legal_form("Ledgerly"));
    }

    #[test]
    fn profiles_and_phones_have_one_key() {
        assert_eq!(linkedin_key("https://uk.linkedin.com/in/Ava-Ng/?x=1").as_deref(), Some("in/ava-ng"));
        assert_eq!(linkedin_key("linkedin.com/company/acme").as_deref(), Some("company/acme"));
        assert_eq!(linkedin_key("https://example.com/in/ava"), None);
        assert_eq!(phone_key("+44 (0)20 7946 0018", None).as_deref(), Some("442079460018"));
        assert_eq!(phone_key("020 7946 0018", Some("GB")).as_deref(), Some("442079460018"));
        assert_eq!(phone_key("(415) 555-0133 x12", Some("US")).as_deref(), Some("14155550133"));
        assert_eq!(phone_key("1-415-555-0133", Some("US")).as_deref(), Some("14155550133"));
        assert_eq!(phone_key("12", Some("US")), None);
        assert_eq!(phone_key("020 7946 0018", None), None);
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(local in "[a-zA-Z.]{1,10}", tag in "[a-z]{0,5}", domain in "[a-zA-Z]{1,8}") {
            let key = email_key(&format!("{local}+{tag}@{domain}.com"));
            prop_assert!(key.is_some());
            let key = key.unwrap_or_default();
            prop_assert_eq!(email_key(&key), Some(key));
        }

        #[test]
        fn any_text_is_taken(text in ".{0,80}") {
            let _ = (email_key(&text), linkedin_key(&text), phone_key(&text, Some("US")));
            let key = domain_key(&text);
            prop_assert_eq!(domain_key(&key), key);
            let company = company_key(&text);
            prop_assert!(company.len() <= text.len() * 8 + 8);
        }
    }
}
