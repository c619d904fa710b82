//! The key that signs sessions and forms: made once, kept in the data folder, readable by its owner only.
use std::io::Write;
use std::path::Path;

use crate::app::error::StartError;
use crate::app::ids::random_key;

const FILE: &str = "session.key";

pub fn load(folder: &Path) -> Result<[u8; 32], StartError> {
    let path = folder.join(FILE);
    if !path.exists() {
        let key = random_key().map_err(|why| StartError::Failed(anyhow::anyhow!("draw random bytes: {why}")))?;
        write(folder, &path, &key).map_err(|why| {
            StartError::Wrong(format!("{} cannot be written: {why}; choose another --data-dir", path.display()))
        })?;
    }
    let bytes = std::fs::read(&path).unwrap_or_default();
    <[u8; 32]>::try_from(bytes).map_err(|_| {
        StartError::Wrong(format!("{} is not a key of ours; remove it, and people log in again", path.display()))
    })
}

/// Whole or not at all, and the first of several that start at once wins.
fn write(folder: &Path, path: &Path, key: &[u8]) -> std::io::Result<()> {
    let draft = folder.join(format!("{FILE}.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(key)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(why) if why.kind() != std::io::ErrorKind::AlreadyExists => Err(why),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_outlives_the_process_and_a_broken_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = load(folder.path()).unwrap();
        assert_eq!(load(folder.path()).unwrap(), first);
        std::fs::write(folder.path().join(FILE), "short").unwrap();
        assert!(matches!(load(folder.path()), Err(StartError::Wrong(_))));
    }
}
