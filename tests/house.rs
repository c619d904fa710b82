//! The rules of the house, read from the sources: who may import whom, where foreign crates live, sizes, lists that agree.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use quarterdeck::config::settings::SETTINGS;
use quarterdeck::prompts::render::all;

/// Module and what it may import of ours besides itself. ARCHITECTURE.md shows this table to people.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("run", &["domain"]),
    ("workflows", &["domain", "run"]),
    ("ports", &["domain", "run"]),
    ("prompts", &["domain", "run"]),
    ("store", &["domain", "run"]),
    ("cards", &["domain", "run", "ports", "prompts", "store"]),
    ("reports", &["domain", "run", "workflows", "ports", "prompts", "store", "cards"]),
    ("tools", &["domain", "run", "workflows", "ports", "prompts", "store", "cards", "reports"]),
    ("orchestrator", &["domain", "run", "workflows", "ports", "prompts", "store", "cards", "reports", "tools"]),
    ("engine", &["domain", "run", "workflows", "ports", "prompts", "store", "cards"]),
    ("model", &["domain", "run", "ports", "store"]),
    ("connectors", &["domain", "run", "ports", "store"]),
    ("surfaces", &["domain", "run", "ports", "store"]),
    ("intake", &["domain", "run", "ports", "store"]),
    ("sandbox", &[]),
    ("config", &["domain", "ports"]),
    ("telemetry", &["config", "domain"]),
    ("app", &["*"]),
    ("cli", &["app", "config", "domain", "ports", "prompts", "run", "telemetry"]),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Foreign crate and the folders that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    // The model takes the client that connectors made: async-openai's transport is written in its types.
    ("reqwest", &["connectors", "model"]),
    ("async_openai", &["model"]),
    ("tera", &["prompts"]),
    ("axum", &["surfaces/web", "intake", "sandbox", "app"]),
    ("maud", &["surfaces/web"]),
    ("dotenvy", &["config"]),
    ("indicatif", &["cli"]),
    ("clap", &["cli"]),
    ("croner", &["domain/schedule.rs"]),
    ("flate2", &["app/copy.rs"]),
    ("getrandom", &["app/ids.rs"]),
    ("rustix", &["engine/failpoint.rs"]),
];

const LINES_MAX: usize = 500;

struct Source {
    /// Below `src/`.
    path: String,
    text: String,
}

impl Source {
    fn module(&self) -> &str {
        let top = self.path.split('/').next().unwrap_or_default();
        top.strip_suffix(".rs").unwrap_or(top)
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// Lines before the tests of the file.
    fn code(&self) -> impl Iterator<Item = &str> {
        let end = self.text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        self.text[..end].lines()
    }

    /// Lines that are no comment.
    fn statements(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(n, line)| (n + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, end, found);
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
}

fn below(folder: &str, end: &str) -> Vec<(String, String)> {
    let base = root().join(folder);
    let mut found = Vec::new();
    files(&base, end, &mut found);
    found.sort();
    let name = |path: &Path| path.strip_prefix(&base).unwrap_or(path).to_string_lossy().replace('\\', "/");
    found.iter().map(|path| (name(path), read(path))).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn sources() -> Vec<Source> {
    let sources: Vec<Source> = below("src", ".rs").into_iter().map(|(path, text)| Source { path, text }).collect();
    assert!(sources.len() > 20, "the sources are not where they are looked for");
    sources
}

/// Fails with every finding at once.
fn none(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// The names after each `crate::` of a line.
fn ours(line: &str) -> Vec<&str> {
    let starts = line.match_indices("crate::").filter(|(at, _)| !line[..*at].ends_with('$'));
    let name = |rest: &'_ str| rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    starts
        .map(|(at, word)| &line[at + word.len()..])
        .map(|rest| &rest[..name(rest)])
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn the_import_table_holds() {
    let mut found = Vec::new();
    for source in sources() {
        let module = source.module().to_owned();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
            found.push(format!("src/{}: module `{module}` is not in the import table", source.path));
            continue;
        };
        for (number, line) in source.statements() {
            for name in ours(line) {
                let is_macro = name == "template";
                if name != module && !is_macro && !allowed.contains(&"*") && !allowed.contains(&name) {
                    found.push(format!("src/{} line {number}: `{module}` may not import `{name}`", source.path));
                }
            }
        }
    }
    none(found);
}

#[test]
fn engine_and_tools_do_not_know_each_other_and_no_adapter_knows_another() {
    let adapters = ["model", "connectors", "surfaces", "intake", "sandbox"];
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    assert!(!table["engine"].contains(&"tools") && !table["tools"].contains(&"engine"));
    for adapter in adapters {
        assert!(!table[adapter].iter().any(|name| adapters.contains(name)), "{adapter}");
    }
}

#[test]
fn foreign_crates_have_one_home() {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in source.statements() {
            for (name, homes) in HOMES {
                let named = line.contains(&format!("{name}::")) && !inside_word(line, name);
                if named
                    && !homes.iter().any(|home| source.path.starts_with(home))
                    && !source_is_its_test(&source, line)
                {
                    found.push(format!("src/{} line {number}: `{name}` lives in {}", source.path, homes.join(", ")));
                }
            }
        }
    }
    none(found);
}

/// Tests play servers of their own.
fn source_is_its_test(source: &Source, line: &str) -> bool {
    let at = source.text.find("#[cfg(test)]\nmod tests {").unwrap_or(usize::MAX);
    source.is_test() || source.path.ends_with("loopback.rs") || source.text.find(line).is_some_and(|place| place > at)
}

fn inside_word(line: &str, name: &str) -> bool {
    let whole = |at: usize| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    };
    !line.match_indices(&format!("{name}::")).any(|(at, _)| whole(at))
}

#[test]
fn the_environment_is_read_in_config_only() {
    let found = sources().into_iter().filter(|source| !source.path.starts_with("config/"));
    let named = |line: &str| line.contains("env::var") || line.contains("env::set_var");
    none(found.filter(|source| source.statements().any(|(_, line)| named(line))).map(|source| source.path).collect());
}

#[test]
fn one_path_a_use_and_no_way_round() {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in source.statements() {
            let line = line.trim();
            let list = line.starts_with("use crate::") && (line.contains('{') || line.contains('*'));
            let root = matches!(source.path.as_str(), "lib.rs") && line.starts_with("pub use");
            if list || root || line.contains("super::super") || line.contains("#[allow(") {
                found.push(format!("src/{} line {number}: {line}", source.path));
            }
        }
    }
    none(found);
}

#[test]
fn every_file_says_what_it_is_for() {
    let sources = sources();
    // `tests.rs` beside a file says it by its name.
    none(
        sources
            .iter()
            .filter(|source| !source.is_test() && !source.text.starts_with("//! "))
            .map(|source| source.path.clone())
            .collect(),
    );
}

#[test]
fn no_file_grows_past_its_limit() {
    let long = |source: &Source| (source.code().filter(|line| is_code(line)).count(), source.path.clone());
    let found = sources().iter().filter(|source| !source.is_test()).map(long).collect::<Vec<_>>();
    none(
        found
            .into_iter()
            .filter(|(lines, _)| *lines > LINES_MAX)
            .map(|(n, path)| format!("src/{path}: {n} lines"))
            .collect(),
    );
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

#[test]
fn a_mod_file_holds_little_but_mod_lines() {
    const OTHER_LINES_MAX: usize = 40;
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with("mod.rs")) {
        let is_mod = |line: &str| line.contains("mod ") && line.ends_with(';');
        let other = source.code().filter(|line| !line.is_empty() && !line.starts_with("//") && !is_mod(line)).count();
        if other > OTHER_LINES_MAX {
            found.push(format!("src/{}: {other} lines besides `mod`", source.path));
        }
    }
    none(found);
}

#[test]
fn the_two_keys_are_made_in_one_place_each() {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in source.statements() {
            let approved = line.contains("from_stored")
                && !["store/gates.rs", "run/gate.rs", "run/gate/tests.rs"].contains(&source.path.as_str());
            let cleared = line.contains("Cleared::mint") && !source.path.starts_with("domain/compliance/");
            if approved || cleared {
                found.push(format!("src/{} line {number}: {}", source.path, line.trim()));
            }
        }
    }
    none(found);
}

#[test]
fn migrations_use_types_that_both_databases_have() {
    const OTHERS: &[&str] = &[
        "INTEGER",
        "SERIAL",
        "TIMESTAMP",
        "BOOLEAN",
        "JSONB",
        "BLOB",
        "BYTEA",
        "REAL",
        "VARCHAR",
        "AUTOINCREMENT",
        "UUID",
        "NUMERIC",
    ];
    let migrations = below("migrations", ".sql");
    assert!(!migrations.is_empty());
    let mut found = Vec::new();
    for (path, text) in migrations {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("--").next().unwrap_or_default().to_uppercase();
            let words = code.split(|c: char| !c.is_alphanumeric());
            let other = words.filter(|word| OTHERS.contains(word)).collect::<Vec<_>>();
            if !other.is_empty() {
                found.push(format!("migrations/{path} line {}: {}", number + 1, other.join(", ")));
            }
        }
    }
    none(found);
}

#[test]
fn each_tool_has_its_words_and_its_code() {
    let words: BTreeSet<String> =
        below("tools", ".toml").into_iter().map(|(path, _)| path.replace(".toml", "")).collect();
    let sources = sources();
    let code = |name: &String| sources.iter().any(|source| source.path == format!("tools/{name}.rs"));
    none(
        words
            .iter()
            .filter(|name| !code(name))
            .map(|name| format!("tools/{name}.toml has no src/tools/{name}.rs"))
            .collect(),
    );
}

#[test]
fn each_template_is_registered_and_each_registered_one_is_there() {
    let on_disk: BTreeSet<String> = below("prompts", ".tera").into_iter().map(|(path, _)| path).collect();
    let registered: BTreeSet<String> = all().map(|entry| entry.name.to_owned()).collect();
    assert_eq!(registered, on_disk);
    assert_eq!(registered.len(), all().count(), "a template is registered twice");
}

#[test]
fn settings_example_and_readme_name_the_same() {
    let table: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.env.to_owned()).collect();
    let example = std::fs::read_to_string(root().join(".env.example")).unwrap();
    let named = |line: &str| {
        let name = line.trim_start_matches("# ").split_once('=').map(|(name, _)| name.to_owned());
        name.filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
    };
    assert_eq!(example.lines().filter_map(named).collect::<BTreeSet<_>>(), table, ".env.example");
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let rows =
        readme.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name.to_owned()));
    let shown: BTreeSet<String> =
        rows.filter(|name| table.contains(name) || name.starts_with("QUARTERDECK_")).collect();
    assert_eq!(shown, table, "README.md");
    let file = std::fs::read_to_string(root().join("config/quarterdeck.toml")).unwrap();
    let mut section = String::new();
    let mut keys = BTreeSet::new();
    for line in file.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
        } else if let Some((key, _)) =
            line.strip_prefix("# ").and_then(|rest| rest.split_once(" = ")).filter(|(key, _)| !key.contains(' '))
        {
            keys.insert(format!("{section}.{key}"));
        }
    }
    let in_file: BTreeSet<String> =
        SETTINGS.iter().filter(|setting| setting.in_file).map(|setting| setting.key.to_owned()).collect();
    assert_eq!(keys, in_file, "config/quarterdeck.toml");
}

#[test]
fn the_import_table_is_the_one_people_read() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (module, allowed) in MAY_IMPORT.iter().filter(|(module, _)| !["lib", "main"].contains(module)) {
        let row = text.lines().find(|line| line.starts_with(&format!("| {module} |")));
        let row = row.unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for `{module}`"));
        let right = row.split('|').nth(2).unwrap_or_default();
        let named: BTreeSet<&str> = right.split([',', ' ']).filter(|word| !word.is_empty()).collect();
        let expected: BTreeSet<&str> = match *allowed {
            [] => ["nothing"].into(),
            ["*"] => ["all"].into(),
            names => names.iter().copied().collect(),
        };
        assert_eq!(named, expected, "ARCHITECTURE.md, row `{module}`");
    }
}
