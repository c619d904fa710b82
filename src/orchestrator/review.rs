//! Presses on a review card: each piece is done again, marked as done or left out, once, with a reason.
use crate::domain::ids::ItemId;
use crate::domain::ids::RunId;
use crate::orchestrator::changes;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::plans;
use crate::orchestrator::press::Press;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::field;
use crate::orchestrator::refuse::no;
use crate::orchestrator::text;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::VerdictWords;
use crate::run::canonical::hash_text;
use crate::run::card::Verb;
use crate::store::cards;
use crate::store::effects;
use crate::store::effects::Resolution;
use crate::store::items;
use crate::store::open::Conn;
use crate::store::runs;

const REASON_CHARS_MIN: usize = 3;
const REASON_CHARS_MAX: usize = 300;

pub async fn resolve(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let (kind, resolution) = match press.action.verb {
        Verb::Retry => ("review_retry", Resolution::Retry),
        Verb::MarkDone => ("review_mark_done", Resolution::MarkedDone),
        _ => ("review_drop", Resolution::Dropped),
    };
    let Some(run) = &press.action.run else { return Err(no(RefusalKind::Unknown, "no_run")) };
    let reason = reason(press)?;
    let chosen = chosen(press)?;
    // The run's row before those of its items; the card's buttons are used up by whoever is first.
    runs::wake(c, run, press.now).await?;
    if !cards::use_card(c, &press.action.card, &press.who.id, kind, press.now).await? {
        return Err(no(RefusalKind::Decided, "decided"));
    }
    let mut moved = 0;
    for item in &chosen {
        if one(c, (run, item), resolution, (&press.who.id, &reason), press.now).await? {
            press.audit(c, &format!("review.{}", resolution.word()), (item.as_str(), &hash_text(&reason))).await?;
            moved += 1;
        }
    }
    if moved == 0 {
        return Err(no(RefusalKind::Decided, "nothing_to_retry"));
    }
    let verdict = VerdictWords { number: moved, detail: reason, ..press.verdict(kind) };
    plans::settle(desk, c, press, &verdict).await?;
    Ok(verdict)
}

async fn one(
    c: &mut Conn,
    at: (&RunId, &ItemId),
    resolution: Resolution,
    by: (&str, &str),
    now: crate::domain::time::Millis,
) -> Outcome<bool> {
    let (run, item) = at;
    if !items::in_review(c, run).await?.iter().any(|waiting| waiting.id == *item) {
        return Ok(false);
    }
    let resolved = effects::resolve(c, item, resolution, by, now).await?;
    Ok(match resolution {
        Resolution::Retry => items::retry(c, item, now).await?,
        Resolution::Dropped => items::drop(c, item, now).await?,
        // The item goes on: its step finds the effect marked and does what follows from that.
        Resolution::MarkedDone => resolved > 0 && items::retry(c, item, now).await?,
    })
}

fn reason(press: &Press<'_>) -> Outcome<String> {
    let said = press.values["reason"].as_str().map(|said| text::line(said, REASON_CHARS_MAX)).unwrap_or_default();
    if said.chars().count() < REASON_CHARS_MIN {
        return Err(field("reason", "Say in a few words why; it is kept with the decision."));
    }
    Ok(said)
}

/// What the form ticked; all of the card when nothing was said about it.
fn chosen(press: &Press<'_>) -> Outcome<Vec<ItemId>> {
    let offered: Vec<String> = serde_json::from_value(press.action.data["items"].clone()).unwrap_or_default();
    let mut chosen = match press.values.get("items") {
        None => offered.clone(),
        Some(_) => changes::many(press.values, "items"),
    };
    chosen.sort();
    chosen.dedup();
    if chosen.is_empty() {
        return Err(field("items", "At least one of those on the card."));
    }
    if chosen.iter().any(|id| !offered.contains(id)) {
        return Err(field("items", "One of these is not on the card."));
    }
    Ok(chosen.into_iter().map(ItemId).collect())
}
