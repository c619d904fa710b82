//! What runs use: calls, credits, tokens. What is capped is reserved before it is used, so that a cap holds over any
//! number of workers and across crashes.
use std::collections::BTreeMap;

use sqlx::Row;

use crate::domain::ids::RunId;
use crate::domain::time::Millis;
use crate::run::plan::Plan;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::open::parsed;
use crate::store::plans::UsageRow;

/// One call more of a run at a vendor.
pub async fn count_call(c: &mut Conn, run: &RunId, vendor: &str) -> StoreResult<()> {
    let sql = "INSERT INTO calls (run, vendor, number) VALUES ($1, $2, 1) \
               ON CONFLICT (run, vendor) DO UPDATE SET number = calls.number + 1";
    sqlx::query(sql).bind(run.as_str()).bind(vendor).execute(c).await?;
    Ok(())
}

/// Calls by vendor of one run.
pub async fn calls(c: &mut Conn, run: &RunId) -> StoreResult<BTreeMap<String, i64>> {
    let rows = sqlx::query("SELECT vendor, number FROM calls WHERE run = $1").bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Credits by vendor of one run.
pub async fn credits(c: &mut Conn, run: &RunId) -> StoreResult<BTreeMap<String, i64>> {
    let sql = "SELECT vendor, CAST(SUM(credits) AS BIGINT) FROM spend WHERE run = $1 GROUP BY vendor";
    let rows = sqlx::query(sql).bind(run.as_str()).fetch_all(c).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Tokens of a run's drafts.
pub async fn tokens(c: &mut Conn, run: &RunId) -> StoreResult<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(prompt_tokens + completion_tokens), 0) AS BIGINT) FROM usage WHERE run = $1";
    Ok(sqlx::query(sql).bind(run.as_str()).fetch_one(c).await?.try_get(0)?)
}

/// Sets the most that a purchase can cost aside; `false` when the run's cap does not allow it. `id` is the item's: a
/// second try finds what the first set aside.
pub async fn reserve_credits(
    c: &mut Conn,
    id: &str,
    run: &RunId,
    most: (&str, i64, i64),
    now: Millis,
) -> StoreResult<bool> {
    let (vendor, credits, cap) = most;
    alone(c, run).await?;
    if sqlx::query("SELECT 1 FROM spend WHERE id = $1").bind(id).fetch_optional(&mut *c).await?.is_some() {
        return Ok(true);
    }
    let sql = "SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) FROM spend WHERE run = $1";
    let so_far: i64 = sqlx::query(sql).bind(run.as_str()).fetch_one(&mut *c).await?.try_get(0)?;
    if so_far + credits > cap {
        return Ok(false);
    }
    sqlx::query("INSERT INTO spend (id, run, vendor, credits, at) VALUES ($1,$2,$3,$4,$5)")
        .bind(id)
        .bind(run.as_str())
        .bind(vendor)
        .bind(credits)
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(true)
}

/// What it did cost takes the place of what was set aside.
pub async fn settle_credits(c: &mut Conn, id: &str, credits: i64, now: Millis) -> StoreResult<()> {
    let sql = "UPDATE spend SET credits = $2, at = $3 WHERE id = $1";
    sqlx::query(sql).bind(id).bind(credits).bind(now.0).execute(c).await?;
    Ok(())
}

/// Nothing was bought: unless the ledger has a call whose outcome is open, nothing stays set aside.
pub async fn release_credits(c: &mut Conn, id: &str, effect: &str) -> StoreResult<()> {
    let sql = "DELETE FROM spend WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM effect WHERE key = $2)";
    sqlx::query(sql).bind(id).bind(effect).execute(c).await?;
    Ok(())
}

/// The same for tokens: `most` holds the most that a draft can use, and no money.
pub async fn reserve_tokens(c: &mut Conn, run: &RunId, most: &UsageRow, cap: i64) -> StoreResult<bool> {
    alone(c, run).await?;
    if sqlx::query("SELECT 1 FROM usage WHERE id = $1").bind(&most.id).fetch_optional(&mut *c).await?.is_some() {
        return Ok(true);
    }
    if tokens(c, run).await? + most.prompt_tokens + most.completion_tokens > cap {
        return Ok(false);
    }
    crate::store::plans::add_usage(c, most).await?;
    Ok(true)
}

pub async fn settle_tokens(c: &mut Conn, id: &str, used: (i64, i64, i64), now: Millis) -> StoreResult<()> {
    let sql = "UPDATE usage SET prompt_tokens = $2, completion_tokens = $3, cost_micro_usd = $4, at = $5 WHERE id = $1";
    let (prompt, completion, micro_usd) = used;
    sqlx::query(sql).bind(id).bind(prompt).bind(completion).bind(micro_usd).bind(now.0).execute(c).await?;
    Ok(())
}

/// (plan, vendor, credits) of runs that came to their end, newest first: what shares of a quote rest on.
pub async fn history(c: &mut Conn, limit: i64) -> StoreResult<Vec<(Plan, String, i64)>> {
    let sql = "SELECT r.plan, s.vendor, CAST(SUM(s.credits) AS BIGINT) FROM run r JOIN spend s ON s.run = r.id \
               WHERE r.state = 'done' GROUP BY r.id, r.plan, r.ended_at, s.vendor ORDER BY r.ended_at DESC, r.id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(c).await?;
    rows.iter().map(|row| Ok((parsed(row, "plan")?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// The run's row is the lock: two reservations of a run see each other.
async fn alone(c: &mut Conn, run: &RunId) -> StoreResult<()> {
    sqlx::query("UPDATE run SET fence = fence WHERE id = $1").bind(run.as_str()).execute(c).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::Store;
    use proptest::prelude::*;

    async fn spent(db: &Store, run: &RunId) -> i64 {
        let mut conn = db.conn().await.unwrap();
        credits(&mut conn, run).await.unwrap().values().sum()
    }

    /// What happens to one purchase after it was allowed.
    #[derive(Clone, Copy, Debug)]
    enum Fate {
        Settled(i64),
        /// The worker died; the next try finds what was set aside.
        TriedAgain,
        NotCalled,
    }

    fn fates() -> impl Strategy<Value = Vec<(i64, Fate)>> {
        let fate = prop_oneof![(0_i64..=10).prop_map(Fate::Settled), Just(Fate::TriedAgain), Just(Fate::NotCalled)];
        prop::collection::vec((1_i64..=30, fate), 1..40)
    }

    async fn buy(db: Store, run: RunId, at: (usize, i64, Fate, i64)) -> bool {
        let (nth, most, fate, cap) = at;
        let id = format!("item_{nth}");
        let mut tx = db.begin().await.unwrap();
        let allowed = reserve_credits(&mut tx, &id, &run, ("apollo", most, cap), Millis(1)).await.unwrap();
        tx.commit().await.unwrap();
        if !allowed {
            return false;
        }
        let mut tx = db.begin().await.unwrap();
        match fate {
            Fate::Settled(credits) => settle_credits(&mut tx, &id, credits.min(most), Millis(2)).await.unwrap(),
            Fate::NotCalled => release_credits(&mut tx, &id, "effect").await.unwrap(),
            Fate::TriedAgain => {
                let again = reserve_credits(&mut tx, &id, &run, ("apollo", most, cap), Millis(2)).await.unwrap();
                assert!(again, "a second try needs no second room");
            }
        }
        tx.commit().await.unwrap();
        true
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn purchases_at_once_never_pass_the_cap(all in fates(), cap in 0_i64..200) {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let (total, refused) = runtime.block_on(async {
                let dir = tempfile::tempdir().unwrap();
                let db = Store::open(&Store::sqlite_url(&dir.path().join("t.db"))).await.unwrap();
                let run = RunId::from("run_1");
                let mut buyers = tokio::task::JoinSet::new();
                for (nth, (most, fate)) in all.iter().enumerate() {
                    buyers.spawn(buy(db.clone(), run.clone(), (nth, *most, *fate, cap)));
                }
                let refused = buyers.join_all().await.into_iter().filter(|allowed| !allowed).count();
                (spent(&db, &run).await, refused)
            });
            prop_assert!(total <= cap, "{total} of {cap}");
            let most: i64 = all.iter().map(|(most, _)| most).sum();
            prop_assert!(most > cap || refused == 0, "there was room for all");
        }
    }
}
