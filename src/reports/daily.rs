//! The digest of a day, in a thread of its own: where the desk tells what nobody asked for.
use crate::cards::post;
use crate::cards::post::Place;
use crate::domain::ids::ThreadId;
use crate::domain::time::DAY;
use crate::domain::time::Millis;
use crate::ports::clock::Ids;
use crate::prompts::render::Prompts;
use crate::reports::digest;
use crate::reports::numbers::gather;
use crate::store::conversation;
use crate::store::conversation::ThreadRow;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::totals::Span;

const THREAD: &str = "th_daily_digest";
const TITLE: &str = "Daily digest";

pub struct Daily<'a> {
    pub words: &'a Prompts,
    pub ids: &'a dyn Ids,
    pub zone: &'a str,
    pub sandbox: bool,
}

impl Daily<'_> {
    /// Posts the digest of the day before `tick`, unless there is nothing to tell.
    pub async fn post(&self, c: &mut Conn, tick: Millis, now: Millis) -> anyhow::Result<()> {
        let span = Span { from: tick.plus(-DAY), to: tick };
        let numbers = gather(c, span, self.zone).await?;
        if numbers.is_worth_telling() {
            let thread = open_thread(c, now).await?;
            let card = digest::card(self.words, &numbers, span, self.zone)?;
            let place = Place { thread: &thread, run: None, now, sandbox: self.sandbox };
            let key = format!("daily:{}", tick.0);
            post::post(c, self.ids, place, (card, Vec::new()), Some(&key)).await?;
        }
        Ok(())
    }
}

/// The thread of the operators: digests and alerts; opened when it is not there.
pub async fn open_thread(c: &mut Conn, now: Millis) -> StoreResult<ThreadId> {
    let id = ThreadId::from(THREAD);
    if conversation::thread(c, &id).await?.is_none() {
        let thread = ThreadRow {
            id: id.clone(),
            title: TITLE.to_owned(),
            owner: "desk".to_owned(),
            surface: "web".to_owned(),
            busy: false,
            created_at: now,
            updated_at: now,
        };
        conversation::open_thread(c, &thread).await?;
    }
    Ok(id)
}
