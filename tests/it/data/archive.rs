//! Old items leave the queue in chunks; what was counted stays counted.
use quarterdeck::app::jobs::Archive;
use quarterdeck::app::schedule::Job;
use quarterdeck::app::schedule::Tick;
use quarterdeck::domain::ids::RunId;
use quarterdeck::domain::time::DAY;
use quarterdeck::domain::time::Millis;
use quarterdeck::store::archive;
use quarterdeck::store::items;
use quarterdeck::store::open::Store;

use crate::data::place::Place;
use crate::data::place::number;

const RUN: &str = "run_5vpfzyif7yu35kghc5ki";
const ENDED: i64 = 1_795_425_000_000;
const OLD: i64 = 1_234;

/// A finished run with many items, of which the last ended a day later than the others.
async fn fill(store: &Store) {
    let insert = "INSERT INTO item (id, run, step, stage, queue, state, priority, run_at, attempt, fence, lease_until, \
                  dedupe_key, weight, payload, created_at, ended_at) VALUES ($1, $2, 5, 1, 'lemlist', $3, 0, 0, 1, 1, 0, $1, 2, '{}', 0, $4)";
    let mut tx = store.begin().await.unwrap();
    for n in 0..=OLD {
        let state = if n % 3 == 0 { "cancelled" } else { "done" };
        let ended = if n == OLD { ENDED + DAY } else { ENDED };
        let query = sqlx::query(insert).bind(format!("item_{n:05}")).bind(RUN).bind(state).bind(ended);
        query.execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn night(store: &Store, now: Millis) {
    let job = Archive { store: store.clone(), keep_ms: 30 * DAY };
    let tx = job.run(Tick { at: now, now }).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn old_items_of_finished_runs_move_and_every_count_stays() {
    let place = Place::new().await;
    let store = place.filled(i64::MAX).await;
    let before = number(&store, "SELECT COUNT(*) FROM item_archive").await;
    fill(&store).await;
    let run = RunId::from(RUN);
    let counts = items::counts(&mut store.conn().await.unwrap(), &run, 5, true).await.unwrap();
    assert_eq!((counts.done, counts.cancelled), (823 * 2, 412 * 2));

    // One millisecond too early nothing is old.
    night(&store, Millis(ENDED + 30 * DAY)).await;
    assert_eq!(number(&store, "SELECT COUNT(*) FROM item WHERE step = 5").await, OLD + 1);
    // Two workers in the same night.
    let late = Millis(ENDED + 30 * DAY + 1);
    tokio::join!(night(&store, late), night(&store, late));
    assert_eq!(number(&store, "SELECT COUNT(*) FROM item WHERE step = 5").await, 1, "the newer one stays");
    assert_eq!(number(&store, "SELECT COUNT(*) FROM item_archive WHERE step = 5").await, OLD);
    assert_eq!(items::counts(&mut store.conn().await.unwrap(), &run, 5, true).await.unwrap(), counts);
    night(&store, late).await;
    assert_eq!(number(&store, "SELECT COUNT(*) FROM item_archive WHERE step = 5").await, OLD);

    // A run that is not over keeps its items, however old.
    let mut tx = store.begin().await.unwrap();
    sqlx::query("UPDATE run SET state = 'waiting'").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    night(&store, Millis(ENDED + 90 * DAY)).await;
    assert_eq!(number(&store, "SELECT COUNT(*) FROM item WHERE step = 5").await, 1);
    assert!(number(&store, "SELECT COUNT(*) FROM item_archive").await > before);
    store.close().await;
}

#[tokio::test]
async fn a_transaction_moves_no_more_than_a_chunk() {
    let place = Place::new().await;
    let store = place.filled(i64::MAX).await;
    fill(&store).await;
    let run = RunId::from(RUN);
    let mut moved = Vec::new();
    loop {
        let mut tx = store.begin().await.unwrap();
        let gone = archive::chunk(&mut tx, &run, Millis(ENDED + 1), Millis(ENDED)).await.unwrap();
        tx.commit().await.unwrap();
        if gone == 0 {
            break;
        }
        moved.push(gone);
    }
    assert_eq!(moved.iter().max(), Some(&archive::CHUNK.unsigned_abs()));
    assert!(moved.iter().sum::<u64>() >= OLD.unsigned_abs(), "{moved:?}");
    store.close().await;
}
