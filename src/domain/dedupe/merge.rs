//! Two records of one thing made one: nothing is lost, the better-founded value stays.
use std::collections::BTreeMap;

use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::lead::Provenance;
use crate::domain::lead::Signal;
use crate::domain::lead::SourceRef;
use crate::domain::lead::Verdict;

/// What a value without provenance is taken for.
const UNSAID: f64 = 0.5;

/// Puts what `other` knows into `lead`; its id stays. Used for doubles and for what enrichment brings.
pub fn absorb(lead: &mut Lead, other: Lead) {
    let mut pick = Pick { ours: &mut lead.provenance, theirs: &other.provenance };
    pick.text("given_name", &mut lead.given_name, other.given_name);
    pick.text("surname", &mut lead.surname, other.surname);
    pick.value("title", &mut lead.title, other.title);
    let ours = lead.email.clone();
    pick.value("email", &mut lead.email, other.email.clone());
    lead.verdict = joined_verdict((&ours, lead.verdict), (&other.email, other.verdict), &lead.email);
    pick.value("linkedin_url", &mut lead.linkedin_url, other.linkedin_url);
    pick.value("phone", &mut lead.phone, other.phone);
    pick.value("country", &mut lead.country, other.country);
    pick.value("city", &mut lead.city, other.city);
    join_signals(&mut lead.signals, other.signals);
    join_sources(&mut lead.sources, other.sources);
    lead.crm = lead.crm.take().or(other.crm);
    lead.collected_at = lead.collected_at.min(other.collected_at);
    absorb_company(&mut lead.company, other.company);
}

/// The same for a company.
pub fn absorb_company(company: &mut Company, other: Company) {
    let mut pick = Pick { ours: &mut company.provenance, theirs: &other.provenance };
    pick.text("name", &mut company.name, other.name);
    pick.value("domain", &mut company.domain, other.domain);
    pick.value("industry", &mut company.industry, other.industry);
    pick.pair(
        "employees",
        (&mut company.employees_min, &mut company.employees_max),
        (other.employees_min, other.employees_max),
    );
    let revenue = (&mut company.revenue_min_usd, &mut company.revenue_max_usd);
    pick.pair("revenue", revenue, (other.revenue_min_usd, other.revenue_max_usd));
    pick.value("country", &mut company.country, other.country);
    pick.value("city", &mut company.city, other.city);
    pick.seen("technologies");
    for name in other.technologies {
        if !company.technologies.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            company.technologies.push(name);
        }
    }
    join_signals(&mut company.signals, other.signals);
    join_sources(&mut company.sources, other.sources);
}

/// Chooses a value and takes its provenance along.
struct Pick<'a> {
    ours: &'a mut BTreeMap<String, Provenance>,
    theirs: &'a BTreeMap<String, Provenance>,
}

impl Pick<'_> {
    fn text(&mut self, field: &str, ours: &mut String, theirs: String) {
        if !theirs.is_empty() && (ours.is_empty() || self.theirs_is_better(field)) {
            *ours = theirs;
            self.take(field);
        }
    }

    fn value<T>(&mut self, field: &str, ours: &mut Option<T>, theirs: Option<T>) {
        if theirs.is_some() && (ours.is_none() || self.theirs_is_better(field)) {
            *ours = theirs;
            self.take(field);
        }
    }

    /// A range is taken whole: half of one and half of another is nobody's.
    fn pair<T>(&mut self, field: &str, ours: (&mut Option<T>, &mut Option<T>), theirs: (Option<T>, Option<T>)) {
        let is_there = theirs.0.is_some() || theirs.1.is_some();
        let is_empty = ours.0.is_none() && ours.1.is_none();
        if is_there && (is_empty || self.theirs_is_better(field)) {
            (*ours.0, *ours.1) = theirs;
            self.take(field);
        }
    }

    fn seen(&mut self, field: &str) {
        if !self.ours.contains_key(field) {
            self.take(field);
        }
    }

    /// More confidence wins, then the later one; a tie leaves ours.
    fn theirs_is_better(&self, field: &str) -> bool {
        let rank = |said: Option<&Provenance>| said.map_or((UNSAID, i64::MIN), |said| (said.confidence, said.at.0));
        let (ours, theirs) = (rank(self.ours.get(field)), rank(self.theirs.get(field)));
        theirs.0.total_cmp(&ours.0).then(theirs.1.cmp(&ours.1)).is_gt()
    }

    fn take(&mut self, field: &str) {
        match self.theirs.get(field) {
            Some(said) => self.ours.insert(field.to_owned(), said.clone()),
            None => self.ours.remove(field),
        };
    }
}

/// The verdict belongs to the address that stays; two verdicts on one address: a known one beats an unknown.
fn joined_verdict(
    ours: (&Option<String>, Verdict),
    theirs: (&Option<String>, Verdict),
    kept: &Option<String>,
) -> Verdict {
    let same = |address: &Option<String>| address.is_some() && address == kept;
    match (same(ours.0), same(theirs.0)) {
        (true, true) if theirs.1 == Verdict::Unknown => ours.1,
        (true, true) if ours.1 == Verdict::Unknown => theirs.1,
        // Vendors disagree: the worse one holds.
        (true, true) => ours.1.max(theirs.1),
        (true, false) => ours.1,
        (false, true) => theirs.1,
        (false, false) => Verdict::Unknown,
    }
}

fn join_signals(ours: &mut Vec<Signal>, theirs: Vec<Signal>) {
    for signal in theirs {
        let is_known =
            ours.iter().any(|known| known.kind == signal.kind && known.at == signal.at && known.text == signal.text);
        if !is_known {
            ours.push(signal);
        }
    }
}

fn join_sources(ours: &mut Vec<SourceRef>, theirs: Vec<SourceRef>) {
    for source in theirs {
        if !ours.contains(&source) {
            ours.push(source);
        }
    }
}
