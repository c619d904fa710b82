//! Pre-filter: who is suppressed, in a running sequence or known is set aside before anything is paid for.
use serde_json::Value;
use serde_json::json;

use crate::domain::identity;
use crate::engine::context::Engine;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkResult;
use crate::run::state::LeadState;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::Place;
use crate::store::leads::RunLead;
use crate::store::outreach;
use crate::store::runs::RunRow;
use crate::store::suppression;

/// Leads read at a time.
const PAGE: i64 = 500;

pub struct Prefilter;

#[async_trait::async_trait]
impl Executor for Prefilter {
    /// All that can be known without paying is in our rows: one pass, no calls.
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let (mut running, mut suppressed) = (0_i64, 0_i64);
        let mut after = Place::start();
        loop {
            let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Kept), &after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Place::of(last);
            for row in rows {
                let Some((is_running, reason)) = set_aside(cx, &row).await? else { continue };
                running += i64::from(is_running);
                suppressed += i64::from(!is_running);
                leads::set_state(cx.conn, &cx.run.id, &row.lead.id, LeadState::LeftOut, &reason).await?;
            }
        }
        let promoted = promote(cx, running + suppressed).await?;
        let kept = leads::count(cx.conn, &cx.run.id, LeadState::Kept).await?;
        cx.note("running", running);
        cx.note("suppressed", suppressed);
        cx.note("promoted", promoted);
        cx.note("kept", kept);
        Ok(Next::Done)
    }

    async fn work(&self, _engine: &Engine, _run: &RunRow, _item: &ItemRow) -> WorkResult<Value> {
        Ok(json!({}))
    }

    async fn absorb(&self, _cx: &mut StepCx<'_>, _item: &ItemRow, _answer: &Value) -> WorkResult<Vec<NewItem>> {
        Ok(Vec::new())
    }

    async fn settle(&self, _cx: &mut StepCx<'_>) -> WorkResult<Next> {
        Ok(Next::Done)
    }
}

/// (in a running sequence?, why) for a lead whose address we know from before.
async fn set_aside(cx: &mut StepCx<'_>, row: &RunLead) -> WorkResult<Option<(bool, String)>> {
    let Some(key) = row.lead.email.as_deref().and_then(identity::email_key) else { return Ok(None) };
    if let Some(reason) = suppression::reason(cx.conn, &key).await? {
        return Ok(Some((false, format!("suppressed: {reason}"))));
    }
    let running = outreach::running_for(cx.conn, &key, &cx.run.id).await?;
    Ok(running.first().map(|campaign| (true, format!("already in a running sequence ({campaign})"))))
}

/// The next best of the reserve take the places that became free.
pub async fn promote(cx: &mut StepCx<'_>, free: i64) -> WorkResult<i64> {
    let mut moved = 0;
    for row in leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Held), &Place::start(), free).await? {
        if set_aside(cx, &row).await?.is_none() {
            leads::set_state(cx.conn, &cx.run.id, &row.lead.id, LeadState::Kept, "").await?;
            moved += 1;
        }
    }
    Ok(moved)
}
