//! Items that a person must look at.
use crate::cards::post;
use crate::cards::result;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::drive::place;
use crate::engine::executor::WorkResult;
use crate::store::items;
use crate::store::open::Conn;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

/// Items that a person must look at hold the step until they are retried or left out.
pub async fn held_by_review(engine: &Engine, c: &mut Conn, at: (&RunRow, &StepRow), now: Millis) -> WorkResult<bool> {
    let (run, step) = at;
    let waiting: Vec<_> =
        items::in_review(c, &run.id).await?.into_iter().filter(|item| item.step == step.idx).collect();
    if waiting.is_empty() {
        return Ok(false);
    }
    let tries: i64 = waiting.iter().map(|item| item.fence).sum();
    let content = result::review(&engine.words, run, (step.idx, step.kind), &waiting)?;
    let key = format!("review:{}:{}:{}:{tries}", run.id, step.idx, step.stage);
    post::post(c, engine.ids.as_ref(), place(engine, run, now), content, Some(&key)).await?;
    Ok(true)
}
