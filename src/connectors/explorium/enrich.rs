//! The paid calls of Explorium: matching, contact data, profiles, facts of companies. Positions are never lost.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;

use crate::connectors::explorium::VENDOR;
use crate::connectors::explorium::client::Explorium;
use crate::connectors::explorium::company;
use crate::connectors::explorium::events;
use crate::connectors::explorium::map;
use crate::connectors::explorium::wire;
use crate::connectors::http::call::Call;
use crate::connectors::words::Said;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::ports::error::PortResult;
use crate::ports::vendors::Enriched;
use crate::ports::vendors::EnrichedCompany;
use crate::ports::vendors::Enrichment;

pub const BATCH_MAX: usize = 50;
/// An address costs this much; we do not ask for phones, which cost more.
const CREDITS_EACH: i64 = 2;
/// Firmographics, technographics, funding, a profile: one each.
const CREDITS_EACH_KIND: i64 = 1;
/// The kinds of data that we ask for of a company.
const COMPANY_KINDS: i64 = 3;

impl Explorium {
    /// The vendor's id of each lead, in order: known from search, else matched.
    async fn prospect_ids(&self, leads: &[Lead]) -> PortResult<Vec<Option<String>>> {
        let mut ids: Vec<Option<String>> = leads.iter().map(|lead| lead.source_id(VENDOR).map(str::to_owned)).collect();
        let missing: Vec<(usize, Value)> = leads
            .iter()
            .enumerate()
            .filter(|(place, _)| ids[*place].is_none())
            .filter_map(|(place, lead)| Some((place, map::match_input(lead)?)))
            .collect();
        if missing.is_empty() {
            return Ok(ids);
        }
        let inputs: Vec<&Value> = missing.iter().map(|(_, input)| input).collect();
        let call = Call::post("/v1/prospects/match", &[]).safe().body(json!({"prospects_to_match": inputs}));
        let answer = self.http.send(call).await?;
        let matched = answer.json::<wire::MatchedProspects>()?.matched_prospects.unwrap_or_default();
        if matched.len() != missing.len() {
            return Err(answer.unreadable("fewer matches than people asked for"));
        }
        for ((place, _), found) in missing.into_iter().zip(matched) {
            ids[place] = found.prospect_id;
        }
        Ok(ids)
    }

    async fn business_ids(&self, companies: &[Company]) -> PortResult<Vec<Option<String>>> {
        let known = |company: &Company| {
            company.sources.iter().find(|source| source.vendor == VENDOR).map(|source| source.id.clone())
        };
        let mut ids: Vec<Option<String>> = companies.iter().map(known).collect();
        let missing: Vec<usize> = (0..companies.len()).filter(|place| ids[*place].is_none()).collect();
        if missing.is_empty() {
            return Ok(ids);
        }
        let input = |place: &usize| {
            let company = &companies[*place];
            match &company.domain {
                Some(domain) => json!({"name": company.name, "domain": domain}),
                None => json!({"name": company.name}),
            }
        };
        let inputs: Vec<Value> = missing.iter().map(input).collect();
        let call = Call::post("/v1/businesses/match", &[]).safe().body(json!({"businesses_to_match": inputs}));
        let answer = self.http.send(call).await?;
        let matched = answer.json::<wire::MatchedBusinesses>()?.matched_businesses.unwrap_or_default();
        if matched.len() != missing.len() {
            return Err(answer.unreadable("fewer matches than companies asked for"));
        }
        for (place, found) in missing.into_iter().zip(matched) {
            ids[place] = found.business_id;
        }
        Ok(ids)
    }

    /// A bulk enrichment costs credits: a lost answer is never asked for again blindly.
    async fn of_prospects<T: DeserializeOwned>(&self, call: Call, body: Value) -> PortResult<BTreeMap<String, T>> {
        let answer = self.http.send(call.body(body)).await?;
        let rows: wire::Rows<wire::OfProspect<T>> = answer.json()?;
        Ok(rows.data.unwrap_or_default().into_iter().filter_map(|row| Some((row.prospect_id?, row.data?))).collect())
    }

    async fn of_businesses<T: DeserializeOwned>(
        &self,
        call: Call,
        ids: &BTreeSet<&str>,
    ) -> PortResult<BTreeMap<String, T>> {
        let answer = self.http.send(call.body(json!({"business_ids": ids}))).await?;
        let rows: wire::Rows<wire::OfBusiness<T>> = answer.json()?;
        Ok(rows.data.unwrap_or_default().into_iter().filter_map(|row| Some((row.business_id?, row.data?))).collect())
    }

    async fn enrich_people(&self, leads: &[Lead]) -> PortResult<Vec<Enriched>> {
        let ids = self.prospect_ids(leads).await?;
        let asked: BTreeSet<&str> = ids.iter().flatten().map(String::as_str).collect();
        if asked.is_empty() {
            return Ok(leads.iter().map(|_| Enriched { lead: None, credits: 0 }).collect());
        }
        let contacts = Call::post("/v1/prospects/contacts_information/bulk_enrich", &[]);
        // Phones cost more than twice as much, and nobody is called without having answered.
        let wanted = json!({"prospect_ids": asked, "parameters": {"contact_types": ["email"]}});
        let contacts: BTreeMap<String, wire::Contact> = self.of_prospects(contacts, wanted).await?;
        let profiles = or_without("profiles", self.profiles(leads, &ids).await);
        let at = self.clock.now();
        let mut paid = BTreeSet::new();
        let enriched = leads.iter().zip(&ids).map(|(lead, id)| {
            let found = id.as_deref().and_then(|id| Some((id, contacts.get(id)?)));
            let Some((id, contact)) = found else { return Enriched { lead: None, credits: 0 } };
            let said = Said { vendor: VENDOR, reference: id, at };
            let mut lead = lead.clone();
            if let Some(profile) = profiles.get(id) {
                map::add_profile(&mut lead, profile, said);
            }
            map::add_contact(&mut lead, contact, said);
            // The same person twice in one call is paid once; a profile is a kind of data of its own.
            let profile = i64::from(profiles.contains_key(id)) * CREDITS_EACH_KIND;
            let credits = if paid.insert(id.to_owned()) { CREDITS_EACH + profile } else { 0 };
            Enriched { lead: Some(lead), credits }
        });
        Ok(enriched.collect())
    }

    /// Profiles are asked for only where a name or title is missing: search gave the others.
    async fn profiles(&self, leads: &[Lead], ids: &[Option<String>]) -> PortResult<BTreeMap<String, wire::Prospect>> {
        let bare = |lead: &Lead| lead.surname.is_empty() || lead.title.is_none();
        let asked: BTreeSet<&str> =
            leads.iter().zip(ids).filter(|(lead, _)| bare(lead)).filter_map(|(_, id)| id.as_deref()).collect();
        if asked.is_empty() {
            return Ok(BTreeMap::new());
        }
        let call = Call::post("/v1/prospects/profiles/bulk_enrich", &[]);
        self.of_prospects(call, json!({"prospect_ids": asked})).await
    }

    async fn enrich_companies(&self, companies: &[Company]) -> PortResult<Vec<EnrichedCompany>> {
        let ids = self.business_ids(companies).await?;
        let asked: BTreeSet<&str> = ids.iter().flatten().map(String::as_str).collect();
        if asked.is_empty() {
            return Ok(companies.iter().map(|_| EnrichedCompany { company: None, credits: 0 }).collect());
        }
        let bulk = |endpoint| Call::post(endpoint, &[]);
        let facts: BTreeMap<String, wire::Business> =
            self.of_businesses(bulk("/v1/businesses/firmographics/bulk_enrich"), &asked).await?;
        let stacks: BTreeMap<String, wire::Technographics> = or_without(
            "technologies",
            self.of_businesses(bulk("/v1/businesses/technographics/bulk_enrich"), &asked).await,
        );
        let rounds = bulk("/v1/businesses/funding_and_acquisition/bulk_enrich");
        let rounds: BTreeMap<String, wire::Funding> = or_without("funding", self.of_businesses(rounds, &asked).await);
        let events = self.events(&asked).await;
        let at = self.clock.now();
        let mut paid = BTreeSet::new();
        let enriched = companies.iter().zip(&ids).map(|(company, id)| {
            let none = EnrichedCompany { company: None, credits: 0 };
            let Some(id) = id.as_deref() else { return none };
            let said = Said { vendor: VENDOR, reference: id, at };
            let mut company = company.clone();
            let (facts, stack, round) = (facts.get(id), stacks.get(id), rounds.get(id));
            if facts.is_none() && stack.is_none() && round.is_none() {
                return none;
            }
            // Each kind of data that was found is charged, once for a company.
            let kinds = [facts.is_some(), stack.is_some(), round.is_some()];
            let found = kinds.into_iter().filter(|found| *found).count() as i64;
            let credits = if paid.insert(id.to_owned()) { found * CREDITS_EACH_KIND } else { 0 };
            company::add_firmographics(&mut company, facts.unwrap_or(&wire::Business::default()), said);
            company::add_technologies(&mut company, stack.unwrap_or(&wire::Technographics::default()), said);
            company::add_funding(&mut company, round.unwrap_or(&wire::Funding::default()));
            events::add_events(&mut company, events.get(id).map_or(&[], Vec::as_slice));
            EnrichedCompany { company: Some(company), credits }
        });
        Ok(enriched.collect())
    }
}

/// What comes after the first paid answer may be missing: failing here would throw that answer away and buy it again.
fn or_without<T>(part: &'static str, answer: PortResult<BTreeMap<String, T>>) -> BTreeMap<String, T> {
    answer.unwrap_or_else(|error| {
        tracing::warn!(vendor = VENDOR, part, error = %error, "a part of an enrichment is missing");
        BTreeMap::new()
    })
}

#[async_trait::async_trait]
impl Enrichment for Explorium {
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
        COMPANY_KINDS * CREDITS_EACH_KIND
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
