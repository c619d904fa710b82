//! Who stays of those found: doubles are merged, the excluded are taken out, the rest is ranked by first fit.
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::cards::names;
use crate::domain::dedupe::merge_batch;
use crate::domain::identity;
use crate::domain::ids::LeadId;
use crate::domain::lead::Lead;
use crate::domain::score;
use crate::domain::title;
use crate::domain::title::TitleMatch;
use crate::engine::context::Engine;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::discover::keys_of;
use crate::engine::steps::discover::millionths;
use crate::run::state::LeadState;
use crate::store::leads;
use crate::store::leads::Place;
use crate::store::leads::Standing;
use crate::store::runs::RunRow;

/// Leads read at a time.
const PAGE: i64 = 500;

/// What is to be written for some leads.
#[derive(Default, Serialize, Deserialize)]
pub struct Verdicts {
    /// Leads that took in a double: their values changed.
    merged: Vec<Lead>,
    standings: Vec<Standing>,
}

/// The outcome for the whole run, and what its progress says.
#[derive(Default, Serialize, Deserialize)]
pub struct Ranked {
    pub notes: Vec<(String, Value)>,
    verdicts: Verdicts,
}

impl Ranked {
    pub fn in_pieces(self, size: usize) -> Vec<Verdicts> {
        let Verdicts { merged, standings } = self.verdicts;
        let mut pieces: Vec<Verdicts> =
            standings.chunks(size).map(|some| Verdicts { merged: Vec::new(), standings: some.to_vec() }).collect();
        pieces.extend(merged.chunks(size).map(|some| Verdicts { merged: some.to_vec(), standings: Vec::new() }));
        pieces
    }
}

/// Outside of any transaction: only short reads.
pub async fn judged(engine: &Engine, run: &RunRow) -> WorkResult<Ranked> {
    let now = engine.clock.now();
    let mut people = Vec::new();
    let mut after = Place::start();
    loop {
        let rows = {
            let mut conn = engine.store.conn().await?;
            leads::page_of_run(&mut conn, &run.id, None, &after, PAGE).await?
        };
        let Some(last) = rows.last() else { break };
        after = Place::of(last);
        people.extend(rows.into_iter().map(|row| row.lead));
    }
    let profile = engine
        .rules
        .profile(&run.plan.profile)
        .ok_or_else(|| WorkError::Refused("find the ICP profile of the plan".to_owned()))?;
    let criteria = &run.plan.criteria;
    let merged = merge_batch(people);
    let mut out = Ranked::default();
    let mut changed: BTreeSet<&LeadId> = BTreeSet::new();
    for (into, gone, why) in &merged.merged {
        tracing::debug!(lead = %gone, into = %into, "merged");
        changed.insert(into);
        out.verdicts.standings.push(out_of_it(gone, format!("the same person as another ({why})")));
    }
    let mut ranked: Vec<(i64, &LeadId)> = Vec::with_capacity(merged.leads.len());
    let mut excluded = 0;
    for lead in &merged.leads {
        if changed.contains(&lead.id) {
            out.verdicts.merged.push(lead.clone());
        }
        if let Some(reason) = excluded_by(lead, &criteria.exclude) {
            excluded += 1;
            out.verdicts.standings.push(out_of_it(&lead.id, reason));
            continue;
        }
        ranked.push((millionths(score::fit_of(lead, profile, now)), &lead.id));
    }
    ranked.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.cmp(right)));
    let wanted = usize::try_from(criteria.count).unwrap_or(usize::MAX);
    let kept = ranked.len().min(wanted);
    let sum: i64 = ranked.iter().take(kept).map(|(fit, _)| fit).sum();
    let standing = |(place, (fit, lead)): (usize, &(i64, &LeadId))| Standing {
        lead: (*lead).clone(),
        state: if place < wanted { LeadState::Kept } else { LeadState::Held },
        reason: if place < wanted { String::new() } else { format!("below the best {wanted} by fit") },
        rank: Some((place as i64, *fit)),
    };
    out.verdicts.standings.extend(ranked.iter().enumerate().map(standing));
    let kept = kept as i64;
    out.notes = vec![
        ("merged".to_owned(), Value::from(merged.merged.len())),
        ("excluded".to_owned(), Value::from(excluded)),
        ("kept".to_owned(), Value::from(kept)),
        ("reserve".to_owned(), Value::from(ranked.len() as i64 - kept)),
        ("average".to_owned(), Value::from(if kept > 0 { names::score(sum / kept) } else { String::new() })),
    ];
    Ok(out)
}

pub async fn write(cx: &mut StepCx<'_>, verdicts: Verdicts) -> WorkResult<()> {
    for lead in &verdicts.merged {
        leads::put(cx.conn, lead, &keys_of(lead), cx.now).await?;
    }
    for standing in &verdicts.standings {
        leads::place(cx.conn, &cx.run.id, standing).await?;
    }
    Ok(())
}

fn out_of_it(lead: &LeadId, reason: String) -> Standing {
    Standing { lead: lead.clone(), state: LeadState::LeftOut, reason, rank: None }
}

/// `country:DE`, `technology:…`, `industry:…`, `title:…`, or a company by name or domain.
fn excluded_by(lead: &Lead, exclude: &[String]) -> Option<String> {
    let hit = exclude.iter().find(|entry| is_excluded(lead, entry))?;
    Some(format!("excluded as asked ({})", hit.split_once(':').map_or(hit.as_str(), |(_, what)| what)))
}

fn is_excluded(lead: &Lead, entry: &str) -> bool {
    let company = &lead.company;
    match entry.split_once(':') {
        Some(("country", code)) => lead.country_or_seat().is_some_and(|country| country.eq_ignore_ascii_case(code)),
        Some(("technology", name)) => company.technologies.iter().any(|used| used.eq_ignore_ascii_case(name)),
        Some(("industry", name)) => {
            company.industry.as_deref().is_some_and(|industry| industry.eq_ignore_ascii_case(name))
        }
        Some(("title", name)) => {
            title::matches(lead.title.as_deref().unwrap_or_default(), &[name.to_owned()]) == TitleMatch::Exact
        }
        _ => {
            let (name, domain) = (identity::company_key(entry), identity::domain_key(entry));
            (!name.is_empty() && identity::company_key(&company.name) == name)
                || company.domain.as_deref() == Some(domain.as_str())
        }
    }
}
