//! What the process is given: flags, variables, `.env`. Read once, at start.
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use crate::config::settings::CONFIG_DIR_ENV;

/// Everything outside our files, as text. Tests fill it by hand.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Flag and value, as `("--port", "8466")`.
    pub flags: Vec<(&'static str, String)>,
    pub env: BTreeMap<String, String>,
    /// The text of `.env`, if there is one.
    pub dotenv: Option<String>,
    pub config_dir: Option<PathBuf>,
    /// Only what the binary carries: no folder is looked at.
    pub shipped: bool,
}

/// Looked for in the folder where the program is started.
const DOTENV: &str = ".env";

/// Longest `.env` that is read.
const DOTENV_BYTES_MAX: u64 = 256 * 1024;

/// Reads the environment of this process.
pub fn given(flags: Vec<(&'static str, String)>, config_dir: Option<PathBuf>) -> Result<Given, String> {
    let env: BTreeMap<String, String> = variables();
    let named = env.get(CONFIG_DIR_ENV).filter(|dir| !dir.is_empty()).map(PathBuf::from);
    Ok(Given { flags, dotenv: dotenv()?, config_dir: config_dir.or(named), env, shipped: false })
}

/// True when plain lines are wanted: `NO_COLOR` is set to anything.
pub fn no_colour() -> bool {
    variables().get("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Variables that are not text are none of ours.
fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn dotenv() -> Result<Option<String>, String> {
    let path = Path::new(DOTENV);
    let size = match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => meta.len(),
        _ => return Ok(None),
    };
    if size > DOTENV_BYTES_MAX {
        return Err(format!(
            "{DOTENV}: has {size} bytes, at most {DOTENV_BYTES_MAX} are read; remove what is not a setting"
        ));
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(why) => Err(format!("{DOTENV}: cannot be read: {why}; make it readable text or remove it")),
    }
}
