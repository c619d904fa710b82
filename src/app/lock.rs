//! The data folder: writable, and used by one process at a time.
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io::Write;
use std::path::Path;

use crate::app::error::StartError;

/// Held as long as the process works on the folder; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

const LOCK: &str = "lock";
const PROBE: &str = "probe";

/// Makes the folder if it is not there, proves that it can be written, and takes its lock.
pub fn take(folder: &Path) -> Result<DataLock, StartError> {
    let cannot = |why: &std::io::Error| {
        StartError::Wrong(format!(
            "the data folder {} cannot be written: {why}; choose another with --data-dir",
            folder.display()
        ))
    };
    std::fs::create_dir_all(folder).map_err(|why| cannot(&why))?;
    probe(folder).map_err(|why| cannot(&why))?;
    let path = folder.join(LOCK);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|why| cannot(&why))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(|why| cannot(&why))?;
            Ok(DataLock { _file: file })
        }
        Err(TryLockError::WouldBlock) => Err(StartError::Wrong(taken(folder, &path))),
        Err(TryLockError::Error(why)) => Err(cannot(&why)),
    }
}

/// A lock file can be there on a full disk or a read-only one: write a byte and see.
fn probe(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(PROBE);
    let mut file = File::create(&path)?;
    file.write_all(b"1")?;
    file.sync_all()?;
    std::fs::remove_file(&path)
}

fn taken(folder: &Path, lock: &Path) -> String {
    let holder = std::fs::read_to_string(lock).unwrap_or_default();
    let holder = match holder.trim() {
        "" => "another Quarterdeck".to_owned(),
        id => format!("another Quarterdeck (process {id})"),
    };
    format!(
        "the data folder {} is in use by {holder}; stop that one, or choose another with --data-dir",
        folder.display()
    )
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
    fn a_folder_that_cannot_be_written_is_refused_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let text = take(&file.join("data")).unwrap_err().to_string();
        assert!(text.contains("cannot be written") && text.contains("--data-dir") && !text.contains('\n'), "{text}");
    }
}
