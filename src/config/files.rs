//! What RevOps edits: the files of `config/`, from the folder or, where it has none, as shipped in the binary.
use std::path::Path;
use std::path::PathBuf;

use crate::config::error::ConfigFault;

/// Path below `config/` and text, as they were when the binary was built.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The folder that is used when it is there and no other is named.
const FOLDER: &str = "config";
const FILE_BYTES_MAX: u64 = 1024 * 1024;
const FILES_MAX: usize = 500;
/// What is read of a folder; other files are none of ours.
const ENDS: &[&str] = &[".toml", ".md", ".tsv"];
/// Folders in folders.
const DEPTH_MAX: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Below `config/`: `icp/fintech-finance.toml`.
    pub path: String,
    /// As a fault names it.
    pub place: String,
    pub text: String,
}

impl File {
    /// `fintech-finance` of `icp/fintech-finance.toml`.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Files {
    all: Vec<File>,
    pub folder: Option<PathBuf>,
}

impl Files {
    /// Each top-level name (`icp`, `persons.toml`) comes from the folder when it is there, else from the binary.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigFault> {
        let folder = match named {
            Some(folder) if !folder.is_dir() => {
                let reason = "is no folder; name the folder that holds quarterdeck.toml";
                return Err(ConfigFault::new(folder.display().to_string(), None, reason));
            }
            Some(folder) => Some(folder.to_owned()),
            None => Some(PathBuf::from(FOLDER)).filter(|folder| folder.is_dir()),
        };
        let shipped = Self::shipped();
        let mut files = Self { all: Vec::new(), folder };
        let mut tops: Vec<&str> = SHIPPED.iter().map(|(path, _)| top(path)).collect();
        tops.dedup();
        for name in tops {
            let own = files.folder.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists());
            match own {
                Some(path) => files.read(&path, name, 0)?,
                None => files.all.extend(shipped.all.iter().filter(|file| top(&file.path) == name).cloned()),
            }
        }
        files.all.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// As the binary carries them.
    pub fn shipped() -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            place: format!("{path} (shipped)"),
            text: (*text).to_owned(),
        };
        Self { all: SHIPPED.iter().map(file).collect(), folder: None }
    }

    pub fn get(&self, path: &str) -> Option<&File> {
        self.all.iter().find(|file| file.path == path)
    }

    /// The files of one folder: `icp`.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        self.all.iter().filter(move |file| file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    fn read(&mut self, path: &Path, name: &str, depth: usize) -> Result<(), ConfigFault> {
        let fault = |reason: String| ConfigFault::new(path.display().to_string(), None, reason);
        let meta = std::fs::metadata(path).map_err(|why| fault(format!("cannot be read: {why}")))?;
        if meta.is_dir() {
            if depth >= DEPTH_MAX {
                return Err(fault(format!("lies more than {DEPTH_MAX} folders deep; move it up")));
            }
            let entries = std::fs::read_dir(path).map_err(|why| fault(format!("cannot be listed: {why}")))?;
            for entry in entries.flatten() {
                let below = format!("{name}/{}", entry.file_name().to_string_lossy());
                self.read(&entry.path(), &below, depth + 1)?;
            }
            return Ok(());
        }
        if !ENDS.iter().any(|end| name.ends_with(end)) {
            return Ok(());
        }
        if meta.len() > FILE_BYTES_MAX {
            return Err(fault(format!("has {} bytes, at most {FILE_BYTES_MAX} are read", meta.len())));
        }
        if self.all.len() >= FILES_MAX {
            return Err(fault(format!("is one file too many: at most {FILES_MAX} are read")));
        }
        let text = std::fs::read_to_string(path).map_err(|why| fault(format!("cannot be read: {why}")))?;
        self.all.push(File { path: name.to_owned(), place: path.display().to_string(), text });
        Ok(())
    }
}

fn top(path: &str) -> &str {
    path.split_once('/').map_or(path, |(top, _)| top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_replaces_only_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("quarterdeck.toml"), "[server]\nport = 1\n").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
        let files = Files::load(Some(folder.path())).unwrap();
        assert_eq!(files.get("quarterdeck.toml").unwrap().text, "[server]\nport = 1\n");
        assert!(files.get("persons.toml").unwrap().place.ends_with("(shipped)"));
        assert!(files.get("holidays.tsv").unwrap().place.ends_with("(shipped)"));
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_fault() {
        let gone = Files::load(Some(Path::new("/nonexistent/config"))).unwrap_err();
        assert!(gone.to_string().contains("is no folder"));
    }

    #[test]
    fn a_stem_is_the_name_people_use() {
        let file = File { path: "icp/a.b.toml".into(), place: String::new(), text: String::new() };
        assert_eq!(file.stem(), "a.b");
    }
}
