//! Small reference tables, embedded and read once. `data/NOTICE.md` says where each comes from.
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::OnceLock;

type Set = HashSet<&'static str>;

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn set(cell: &'static OnceLock<Set>, text: &'static str) -> &'static Set {
    cell.get_or_init(|| lines(text).collect())
}

/// A mail provider that gives addresses to anybody.
pub fn is_free_mail(domain: &str) -> bool {
    static CELL: OnceLock<Set> = OnceLock::new();
    set(&CELL, include_str!("data/free_mail.txt")).contains(domain)
}

/// A provider of throw-away addresses.
pub fn is_disposable(domain: &str) -> bool {
    static CELL: OnceLock<Set> = OnceLock::new();
    set(&CELL, include_str!("data/disposable.txt")).contains(domain)
}

/// `info`, `sales`: a desk, not a person.
pub fn is_role_prefix(local: &str) -> bool {
    static CELL: OnceLock<Set> = OnceLock::new();
    set(&CELL, include_str!("data/role_prefixes.txt")).contains(local)
}

/// `ltd`, `gmbh co kg`: folded words of a legal form.
pub fn is_legal_form(folded: &str) -> bool {
    static CELL: OnceLock<Set> = OnceLock::new();
    set(&CELL, include_str!("data/legal_suffixes.txt")).contains(folded)
}

/// True if one of the two folded given names is a short form of the other, or both are of a third.
pub fn are_nicknames(one: &str, other: &str) -> bool {
    static CELL: OnceLock<HashMap<&'static str, Set>> = OnceLock::new();
    let names = CELL.get_or_init(|| {
        let rows = lines(include_str!("data/nicknames.txt")).map(|line| {
            let mut parts = line.split(' ');
            (parts.next().unwrap_or_default(), parts.collect())
        });
        rows.collect()
    });
    let has = |name: &str, short: &str| names.get(name).is_some_and(|shorts| shorts.contains(short));
    has(one, other) || has(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_know_the_usual() {
        assert!(is_free_mail("gmail.com") && !is_free_mail("acme.com"));
        assert!(is_disposable("mailinator.com") && !is_disposable("gmail.com"));
        assert!(is_role_prefix("info") && !is_role_prefix("ava"));
        assert!(is_legal_form("gmbh") && is_legal_form("ltd") && !is_legal_form("finance"));
        assert!(are_nicknames("robert", "bob") && are_nicknames("bob", "robert") && !are_nicknames("ava", "bob"));
    }
}
