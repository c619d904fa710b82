//! Fetches what happened at the outreach vendor: everything since the cursor with an overlap, each event stored once.
use std::sync::Arc;

use serde_json::json;
use tokio::sync::Notify;

use crate::domain::identity::email_key;
use crate::domain::time::DAY;
use crate::domain::time::HOUR;
use crate::domain::time::Millis;
use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::error::PortError;
use crate::ports::vendors::Activity;
use crate::ports::vendors::Outreach;
use crate::store::events;
use crate::store::events::EventRow;
use crate::store::open::Store;
use crate::store::open::StoreError;

/// Events may be listed late: this much is read again.
const OVERLAP_MS: i64 = HOUR;
/// How far back the first look goes.
const FIRST_LOOK_MS: i64 = DAY;
const PAGES_MAX: usize = 1_000;
/// Most characters of a reply that are kept.
const TEXT_CHARS_MAX: usize = 20_000;

#[derive(Debug, thiserror::Error)]
pub enum PollError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vendor(#[from] PortError),
    #[error("read all activities: more than {PAGES_MAX} pages")]
    TooMany,
}

pub struct Poller {
    pub store: Store,
    pub outreach: Arc<dyn Outreach>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// The webhook says that there is something.
    pub hint: Arc<Notify>,
    /// Wakes whoever applies events.
    pub events_wake: Arc<Notify>,
}

impl Poller {
    /// One look. Returns how many events are new.
    pub async fn step(&self) -> Result<usize, PollError> {
        let source = self.outreach.vendor();
        let began = self.clock.now();
        let since = {
            let mut c = self.store.conn().await?;
            match events::cursor(&mut c, source).await? {
                Some(cursor) => cursor.plus(-OVERLAP_MS),
                None => began.plus(-FIRST_LOOK_MS),
            }
        };
        let mut new = 0;
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let page = self.outreach.activities(since, cursor.as_deref()).await?;
            new += self.keep(&page.rows, began).await?;
            cursor = page.next;
            if cursor.is_none() {
                self.finish(source, began).await?;
                if new > 0 {
                    tracing::info!(vendor = source, new, "new events of campaigns");
                    self.events_wake.notify_one();
                }
                return Ok(new);
            }
        }
        Err(PollError::TooMany)
    }

    /// A page in one transaction; an event that is there already stays as it was.
    async fn keep(&self, rows: &[Activity], now: Millis) -> Result<usize, PollError> {
        let mut tx = self.store.begin().await?;
        let mut new = 0;
        for activity in rows {
            new += usize::from(events::store(&mut tx, &self.event(activity, now)).await?);
        }
        tx.commit().await.map_err(StoreError::from)?;
        Ok(new)
    }

    /// The cursor moves only after the last page, to the time of asking: nothing that came meanwhile is missed.
    async fn finish(&self, source: &str, began: Millis) -> Result<(), PollError> {
        let mut tx = self.store.begin().await?;
        events::set_cursor(&mut tx, source, began).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    fn event(&self, activity: &Activity, now: Millis) -> EventRow {
        let text: Option<String> =
            activity.text.as_ref().map(|text| text.replace('\u{0}', "").chars().take(TEXT_CHARS_MAX).collect());
        EventRow {
            id: self.ids.fresh("ev"),
            source: self.outreach.vendor().to_owned(),
            event: activity.id.clone(),
            kind: activity.kind.clone(),
            campaign: (!activity.campaign_id.is_empty()).then(|| activity.campaign_id.clone()),
            lead: None,
            email_key: email_key(&activity.email).unwrap_or_default(),
            step: activity.step.map_or(-1, i64::from),
            at: activity.at,
            detail: text.map_or_else(|| json!({}), |text| json!({ "text": text })),
            received_at: now,
        }
    }
}
