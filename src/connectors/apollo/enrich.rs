//! The paid calls of Apollo: ten people or ten companies a call. Positions are never lost.
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::connectors::apollo::VENDOR;
use crate::connectors::apollo::client::Apollo;
use crate::connectors::apollo::map;
use crate::connectors::apollo::wire;
use crate::connectors::http::call::Call;
use crate::connectors::words::Said;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::time::Millis;
use crate::ports::error::PortResult;
use crate::ports::vendors::Enriched;
use crate::ports::vendors::EnrichedCompany;
use crate::ports::vendors::Enrichment;

pub const BATCH_MAX: usize = 10;
/// One for a person; phones, which cost eight more, are not asked for.
const CREDITS_EACH: i64 = 1;

impl Apollo {
    /// Costs credits: a lost answer is never asked for again blindly.
    async fn enrich_people(&self, leads: &[Lead]) -> PortResult<Vec<Enriched>> {
        let asked: Vec<(usize, Value)> =
            leads.iter().enumerate().filter_map(|(place, lead)| Some((place, map::detail(lead)?))).collect();
        let mut out: Vec<Enriched> = leads.iter().map(|_| Enriched { lead: None, credits: 0 }).collect();
        if asked.is_empty() {
            return Ok(out);
        }
        let details: Vec<&Value> = asked.iter().map(|(_, detail)| detail).collect();
        let answer = self.http.send(Call::post("/people/bulk_match", &[]).body(json!({"details": details}))).await?;
        let found: wire::Matches = answer.json()?;
        if found.matches.len() != asked.len() {
            return Err(answer.unreadable("another number of people than asked for"));
        }
        let at = self.clock.now();
        let credits = credits_of(&found);
        for (((place, _), person), credits) in asked.iter().zip(&found.matches).zip(credits) {
            let lead = person.as_ref().map(|person| enriched(&leads[*place], person, at));
            out[*place] = Enriched { lead, credits };
        }
        Ok(out)
    }

    async fn enrich_companies(&self, companies: &[Company]) -> PortResult<Vec<EnrichedCompany>> {
        let detail = |company: &Company| match &company.domain {
            Some(domain) => json!({"domain": domain, "name": company.name}),
            None => json!({"name": company.name}),
        };
        let details: Vec<Value> = companies.iter().map(detail).collect();
        let answer =
            self.http.send(Call::post("/organizations/bulk_enrich", &[]).body(json!({"details": details}))).await?;
        let found: wire::Organizations = answer.json()?;
        let at = self.clock.now();
        // Unknown companies are left out of the answer, so its order says nothing.
        let enriched = |company: &Company| {
            let Some(organization) = map::organization_of(company, &found.organizations) else {
                return EnrichedCompany { company: None, credits: 0 };
            };
            let mut company = company.clone();
            map::add_organization(&mut company, organization, at);
            EnrichedCompany { company: Some(company), credits: CREDITS_EACH }
        };
        Ok(companies.iter().map(enriched).collect())
    }
}

fn enriched(lead: &Lead, person: &wire::Person, at: Millis) -> Lead {
    let mut lead = lead.clone();
    let known = lead.source_id(VENDOR).map(str::to_owned);
    let reference = person.id.clone().or(known).unwrap_or_default();
    map::add_person(&mut lead, person, Said { vendor: VENDOR, reference: &reference, at });
    if let Some(organization) = &person.organization {
        map::add_organization(&mut lead.company, organization, at);
    }
    lead
}

/// What the call cost, spread over those it was paid for: the same person twice is paid once.
fn credits_of(found: &wire::Matches) -> Vec<i64> {
    let mut seen = BTreeSet::new();
    let first = |person: &Option<wire::Person>| {
        person.as_ref().is_some_and(|person| match &person.id {
            Some(id) => seen.insert(id.clone()),
            None => true,
        })
    };
    let paid: Vec<bool> = found.matches.iter().map(first).collect();
    let count = paid.iter().filter(|paid| **paid).count() as i64;
    let total = found.credits_consumed.map_or(count * CREDITS_EACH, |credits| credits.ceil() as i64);
    let (each, mut rest) = if count == 0 { (0, 0) } else { (total / count, total % count) };
    let share = |paid: bool| match (paid, rest) {
        (false, _) => 0,
        (true, 0) => each,
        (true, _) => {
            rest -= 1;
            each + 1
        }
    };
    paid.into_iter().map(share).collect()
}

#[async_trait::async_trait]
impl Enrichment for Apollo {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn credits_each(&self) -> i64 {
        CREDITS_EACH
    }

    fn company_credits_each(&self) -> i64 {
        CREDITS_EACH
    }

    async fn people(&self, leads: &[Lead]) -> PortResult<Vec<Enriched>> {
        let mut out = Vec::with_capacity(leads.len());
        for some in leads.chunks(BATCH_MAX) {
            out.extend(self.enrich_people(some).await?);
        }
        Ok(out)
    }

    async fn companies(&self, companies: &[Company]) -> PortResult<Vec<EnrichedCompany>> {
        let mut out = Vec::with_capacity(companies.len());
        for some in companies.chunks(BATCH_MAX) {
            out.extend(self.enrich_companies(some).await?);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(ids: &[Option<&str>], credits: Option<f64>) -> wire::Matches {
        let person =
            |id: &Option<&str>| id.map(|id| wire::Person { id: Some(id.to_owned()), ..wire::Person::default() });
        wire::Matches { matches: ids.iter().map(person).collect(), credits_consumed: credits }
    }

    #[test]
    fn credits_are_spread_over_the_people_found() {
        type Case<'a> = (&'a [Option<&'a str>], Option<f64>, &'a [i64]);
        let table: [Case; 5] = [
            (&[Some("a"), None, Some("b")], Some(2.0), &[1, 0, 1]),
            (&[Some("a"), Some("a")], Some(1.0), &[1, 0]),
            (&[Some("a"), Some("b")], None, &[1, 1]),
            (&[Some("a"), Some("b")], Some(3.0), &[2, 1]),
            (&[None], Some(0.0), &[0]),
        ];
        for (ids, credits, want) in table {
            assert_eq!(credits_of(&matches(ids, credits)), want, "{ids:?} {credits:?}");
        }
    }
}
