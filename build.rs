//! Lists the files of `config/`, so that the binary carries them and a new one needs no second entry anywhere.
use std::fmt::Write as _;
use std::io::Error;
use std::io::Result;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

fn main() -> Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("config");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(Error::other)?.to_string_lossy().replace('\\', "/");
        writeln!(code, "    ({name:?}, include_str!({file:?})),").map_err(Error::other)?;
    }
    code.push_str("]\n");
    std::fs::write(Path::new(&variable("OUT_DIR")?).join("shipped.rs"), code)?;
    writeln!(std::io::stdout(), "cargo::rerun-if-changed=config\ncargo::rerun-if-changed=migrations")
}

#[expect(clippy::disallowed_methods, reason = "cargo hands its paths to a build script in the environment")]
fn variable(name: &str) -> Result<String> {
    std::env::var(name).map_err(Error::other)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "toml" || end == "md" || end == "tsv") {
            files.push(path);
        }
    }
    Ok(())
}
