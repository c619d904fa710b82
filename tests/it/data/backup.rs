//! A backup holds every row and goes into any empty database; what is not whole or not empty is refused.
use std::path::Path;

use proptest::prelude::*;
use quarterdeck::app::backup::backup;
use quarterdeck::app::restore::restore;
use quarterdeck::domain::time::Millis;
use quarterdeck::store::brake;
use quarterdeck::store::brake::BrakeKind;
use quarterdeck::store::meta;
use quarterdeck::store::open::Store;
use quarterdeck::store::restored;

use crate::data::place::Place;
use crate::data::place::everything;
use crate::data::place::number;
use crate::support::process::typed;
use crate::support::world::World;

const MADE: Millis = Millis(1_795_500_000_000);
const NOW: Millis = Millis(1_795_600_000_000);

async fn refusal(place: &Place, file: &Path) -> String {
    restore(&place.config, file, NOW).await.err().unwrap().to_string()
}

/// The rows without the two that the restore writes.
async fn rows(store: &Store) -> Vec<String> {
    let mut all = everything(store).await;
    all.retain(|row| !row.starts_with("meta [\"reconcile\"") && !row.starts_with("meta [\"restored\""));
    all
}

async fn there_and_back(from: Place, to: Place, back: Place) {
    let store = from.filled(i64::MAX).await;
    let before = everything(&store).await;
    assert!(before.len() > 100, "{}", before.len());
    // With the desk's own connection open, as when it runs.
    let file = from.file("desk.backup");
    let amount = backup(&from.config, &file, MADE).await.unwrap();
    assert_eq!(usize::try_from(amount.rows).unwrap(), before.len());
    store.close().await;

    restore(&to.config, &file, NOW).await.unwrap();
    let store = Store::open(&to.url).await.unwrap();
    assert_eq!(rows(&store).await, before);
    let mut c = store.conn().await.unwrap();
    let mark = restored::open(&mut c).await.unwrap().unwrap();
    assert_eq!((mark.made_at, mark.at, mark.compared), (MADE, NOW, false));
    assert!(mark.newest > Millis(0));
    assert_eq!(brake::standing(&mut c).await.unwrap().unwrap().kind, BrakeKind::Reconcile);
    drop(c);

    // What was restored can be backed up again and is the same.
    let second = to.file("second.backup");
    backup(&to.config, &second, NOW).await.unwrap();
    let there = everything(&store).await;
    store.close().await;
    restore(&back.config, &second, NOW).await.unwrap();
    let store = Store::open(&back.url).await.unwrap();
    assert_eq!(rows(&store).await, rows_of(&there));
    store.close().await;
}

fn rows_of(all: &[String]) -> Vec<String> {
    let kept = |row: &&String| !row.starts_with("meta [\"reconcile\"") && !row.starts_with("meta [\"restored\"");
    all.iter().filter(kept).cloned().collect()
}

#[tokio::test]
async fn all_rows_go_from_sqlite_to_the_other_database_and_back() {
    there_and_back(Place::sqlite(), Place::new().await, Place::sqlite()).await;
}

#[tokio::test]
async fn all_rows_go_from_the_other_database_to_sqlite_and_back() {
    there_and_back(Place::new().await, Place::sqlite(), Place::new().await).await;
}

#[tokio::test]
async fn a_backup_of_an_older_level_is_brought_up_to_date() {
    let (old, new) = (Place::new().await, Place::new().await);
    let store = old.filled(1).await;
    let file = old.file("old.backup");
    backup(&old.config, &file, MADE).await.unwrap();
    assert_eq!(number(&store, "SELECT MAX(version) FROM _sqlx_migrations").await, 1, "a backup changes nothing");
    store.close().await;
    restore(&new.config, &file, NOW).await.unwrap();
    let store = Store::connect(&new.url).await.unwrap();
    assert_eq!(number(&store, "SELECT MAX(version) FROM _sqlx_migrations").await, Store::newest_level());
    assert_eq!(number(&store, "SELECT COUNT(*) FROM audit").await, 17);
    assert!(restored::open(&mut store.conn().await.unwrap()).await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn what_cannot_be_restored_is_refused_in_a_sentence_and_leaves_the_database_empty() {
    let from = Place::new().await;
    from.filled(i64::MAX).await.close().await;
    let file = from.file("desk.backup");
    backup(&from.config, &file, MADE).await.unwrap();
    let taken = backup(&from.config, &file, MADE).await.err().unwrap().to_string();
    assert!(taken.contains("is there already"), "{taken}");

    let to = Place::new().await;
    let whole = std::fs::read(&file).unwrap();
    let broken = from.file("broken.backup");
    std::fs::write(&broken, &whole[..whole.len() / 2]).unwrap();
    let why = refusal(&to, &broken).await;
    assert!(why.contains("it is cut off"), "{why}");
    let mut altered = whole.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    std::fs::write(&broken, &altered).unwrap();
    let why = refusal(&to, &broken).await;
    assert!(why.contains("altered") || why.contains("cut off"), "{why}");
    std::fs::write(&broken, "id,name\n1,Ava\n").unwrap();
    let why = refusal(&to, &broken).await;
    assert!(why.contains("it is no backup of Quarterdeck"), "{why}");

    // After three refusals the same database takes the whole file, once.
    restore(&to.config, &file, NOW).await.unwrap();
    let why = refusal(&to, &file).await;
    assert!(why.contains("is not empty") && why.contains("--data-dir"), "{why}");
    let nowhere = backup(&Place::sqlite().config, &from.file("none.backup"), MADE).await.err().unwrap().to_string();
    assert!(nowhere.contains("there is no database"), "{nowhere}");
}

#[tokio::test]
async fn a_level_that_is_not_known_yet_is_refused() {
    let (from, to) = (Place::new().await, Place::new().await);
    let store = from.filled(i64::MAX).await;
    let mut c = store.conn().await.unwrap();
    let insert = "INSERT INTO _sqlx_migrations SELECT 9000, description, installed_on, success, checksum, execution_time \
                  FROM _sqlx_migrations WHERE version = 1";
    sqlx::query(insert).execute(&mut *c).await.unwrap();
    drop(c);
    store.close().await;
    let file = from.file("later.backup");
    backup(&from.config, &file, MADE).await.unwrap();
    let why = refusal(&to, &file).await;
    assert!(why.contains("was written at level 9000") && why.contains("restore it with that version"), "{why}");
}

#[tokio::test]
async fn the_commands_work_beside_a_running_desk_and_restore_refuses_its_folder() {
    let world = World::new().await;
    let thread = world.desk.says("ava", "How many leads do we have?").await;
    world.desk.thread(&thread).await.unwrap();
    let folder = world.folder.path();
    let url = world.database_url().unwrap_or_default();
    let env = [("DATABASE_URL", url.as_str())];
    let done = typed(folder, &["backup", "desk.backup", "--data-dir", "data"], &env).await;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && said.contains("Wrote ") && said.contains("rows of"), "{said}");

    let refused = typed(folder, &["restore", "desk.backup", "--data-dir", "data"], &env).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("is in use by another Quarterdeck") || said.contains("is not empty"), "{said}");
    let done = typed(folder, &["restore", "desk.backup", "--data-dir", "new"], &[]).await;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && said.contains("Restored ") && said.contains("Go on"), "{said}");
    world.ends().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn any_text_survives(rows in proptest::collection::btree_map("[^\u{0}]{1,12}", "[^\u{0}]{0,40}", 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (from, to) = (Place::sqlite(), Place::new().await);
            let store = Store::open(&from.url).await.unwrap();
            let mut tx = store.begin().await.unwrap();
            for (key, value) in &rows {
                meta::put(&mut tx, key, value).await.unwrap();
            }
            tx.commit().await.unwrap();
            let before = everything(&store).await;
            backup(&from.config, &from.file("desk.backup"), MADE).await.unwrap();
            store.close().await;
            restore(&to.config, &from.file("desk.backup"), NOW).await.unwrap();
            let store = Store::open(&to.url).await.unwrap();
            assert_eq!(self::rows(&store).await, before);
            store.close().await;
        });
    }
}
