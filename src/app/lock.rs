//! Who works on a folder: one process on a data folder with SQLite or on a sandbox world; on Postgres every process keeps
//! a lock file of its own, by which the others on this machine see at once that it is gone.
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::app::error::StartError;

/// Held as long as the process works on the folder; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
    /// Removed when the process ends in order; a file left behind is how the others learn of its end.
    own: Option<PathBuf>,
}

impl Drop for DataLock {
    fn drop(&mut self) {
        if let Some(path) = &self.own {
            // A file that cannot be removed is found unlocked at the next start.
            let _left = std::fs::remove_file(path);
        }
    }
}

const LOCK: &str = "lock";
const PROBE: &str = "probe";
const WORKERS: &str = "workers";
const SUFFIX: &str = ".lock";

/// Makes the folder if it is not there and proves that it can be written.
pub fn prepare(folder: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(folder).and_then(|()| probe(folder)).map_err(|why| cannot(folder, &why))
}

/// Takes the data folder for this process alone.
pub fn take(folder: &Path) -> Result<DataLock, StartError> {
    alone(folder, |holder| {
        format!(
            "the data folder {} is in use by {holder}; stop that one, or choose another with --data-dir",
            folder.display()
        )
    })
}

/// Takes the sandbox world in this folder: it has one player.
pub fn take_world(folder: &Path) -> Result<DataLock, StartError> {
    alone(folder, |holder| {
        format!(
            "the sandbox world in {} is played by {holder}; name that one with --sandbox-url, or choose another with --data-dir",
            folder.display()
        )
    })
}

fn alone(folder: &Path, taken: impl Fn(&str) -> String) -> Result<DataLock, StartError> {
    prepare(folder)?;
    let path = folder.join(LOCK);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|why| cannot(folder, &why))?;
    match file.try_lock() {
        Ok(()) => {
            let sign = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
            sign.map_err(|why| cannot(folder, &why))?;
            Ok(DataLock { _file: file, own: None })
        }
        Err(TryLockError::WouldBlock) => Err(StartError::Wrong(taken(&holder(&path)))),
        Err(TryLockError::Error(why)) => Err(cannot(folder, &why)),
    }
}

/// This process's own lock among those that share a data folder. It gets its name only when it is held.
pub fn join(folder: &Path, owner: &str) -> Result<DataLock, StartError> {
    let failed = |why: std::io::Error| cannot(folder, &why);
    let workers = folder.join(WORKERS);
    std::fs::create_dir_all(&workers).map_err(failed)?;
    let (new, path) = (workers.join(format!("{owner}.new")), workers.join(format!("{owner}{SUFFIX}")));
    let file = File::create(&new).map_err(failed)?;
    file.try_lock().map_err(|why| cannot(folder, &std::io::Error::from(why)))?;
    std::fs::rename(&new, &path).map_err(failed)?;
    Ok(DataLock { _file: file, own: Some(path) })
}

/// Owners that worked from this folder and are gone: nobody holds their lock any more. Their files go with this.
pub fn gone(folder: &Path, me: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.join(WORKERS)) else { return Vec::new() };
    let mut gone: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let owner = entry.file_name().to_str()?.strip_suffix(SUFFIX)?.to_owned();
            let is_free = owner != me && File::open(entry.path()).ok()?.try_lock().is_ok();
            is_free.then(|| {
                let _left = std::fs::remove_file(entry.path());
                owner
            })
        })
        .collect();
    gone.sort();
    gone
}

/// A lock file can be there on a full disk or a read-only one: write a byte and see.
fn probe(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!("{PROBE}-{}", std::process::id()));
    let mut file = File::create(&path)?;
    file.write_all(b"1")?;
    file.sync_all()?;
    std::fs::remove_file(&path)
}

fn cannot(folder: &Path, why: &std::io::Error) -> StartError {
    StartError::Wrong(format!(
        "the data folder {} cannot be written: {why}; choose another with --data-dir",
        folder.display()
    ))
}

fn holder(lock: &Path) -> String {
    match std::fs::read_to_string(lock).unwrap_or_default().trim() {
        "" => "another Quarterdeck".to_owned(),
        id => format!("another Quarterdeck (process {id})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_on_the_same_folder_is_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("new/data");
        let first = take(&place).unwrap();
        let second = take(&place).unwrap_err();
        assert!(matches!(second, StartError::Wrong(_)));
        let text = second.to_string();
        assert!(text.contains(&format!("process {}", std::process::id())) && text.contains("--data-dir"), "{text}");
        drop(first);
        take(&place).unwrap();
    }

    #[test]
    fn a_world_has_one_player() {
        let folder = tempfile::tempdir().unwrap();
        let _first = take_world(folder.path()).unwrap();
        let text = take_world(folder.path()).unwrap_err().to_string();
        assert!(text.contains("--sandbox-url"), "{text}");
    }

    #[test]
    fn those_that_share_a_folder_see_who_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let _here = join(folder.path(), "worker_a").unwrap();
        let other = join(folder.path(), "worker_b").unwrap();
        assert_eq!(gone(folder.path(), "worker_a"), Vec::<String>::new());
        // As after kill -9: the lock is free and the file is there.
        std::fs::write(folder.path().join("workers/worker_c.lock"), "").unwrap();
        assert_eq!(gone(folder.path(), "worker_a"), ["worker_c"]);
        assert_eq!(gone(folder.path(), "worker_a"), Vec::<String>::new());
        drop(other);
        assert!(!folder.path().join("workers/worker_b.lock").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_refused_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let text = take(&file.join("data")).unwrap_err().to_string();
        assert!(text.contains("cannot be written") && text.contains("--data-dir") && !text.contains('\n'), "{text}");
    }
}
