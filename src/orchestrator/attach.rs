//! Attached files: company lists as JSON Lines become stored lists; what cannot be read is said, line by line.
use serde_json::json;

use crate::cards::post;
use crate::cards::post::worded;
use crate::domain::ids::ListId;
use crate::domain::ids::ThreadId;
use crate::domain::import::jsonl::read_jsonl;
use crate::domain::import::rows::FILE_BYTES_MAX;
use crate::domain::import::rows::Imported;
use crate::domain::lead::Company;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::text;
use crate::ports::desk::Attachment;
use crate::prompts::desk::AttachedWords;
use crate::prompts::desk::RefusalWords;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Table;
use crate::run::card::Tone;
use crate::store::lists;
use crate::store::lists::FileRow;
use crate::store::lists::List;
use crate::store::open::Conn;

const NAME_CHARS_MAX: usize = 80;
const BAD_LINES_SHOWN: usize = 5;
const COLUMNS_CHARS_MAX: usize = 160;
const MB: i64 = 1024 * 1024;

/// A file after reading, before storing.
pub enum ReadFile {
    List { name: String, body: String, bytes: i64, imported: Imported },
    Unreadable { words: Box<RefusalWords> },
}

/// Reads off the async threads: a large list takes a while.
pub async fn read_all(files: Vec<Attachment>) -> Vec<ReadFile> {
    let mut out = Vec::with_capacity(files.len());
    for file in files {
        let name = text::line(&file.name, NAME_CHARS_MAX);
        let read = tokio::task::spawn_blocking(move || read(file)).await;
        out.push(read.unwrap_or_else(|_| unreadable("file_kind", name, 0)));
    }
    out
}

fn read(file: Attachment) -> ReadFile {
    let name = text::line(&file.name, NAME_CHARS_MAX);
    let bytes = file.bytes.len();
    if bytes > FILE_BYTES_MAX {
        return unreadable("file_size", name, bytes as i64);
    }
    let lower = name.to_lowercase();
    let is_jsonl = [".jsonl", ".ndjson"].iter().any(|end| lower.ends_with(end));
    let imported = is_jsonl.then(|| read_jsonl(&file.bytes));
    match (imported, String::from_utf8(file.bytes)) {
        (Some(imported), Ok(body)) => ReadFile::List { name, body, bytes: bytes as i64, imported },
        // Lines that are not UTF-8 are bad lines; the rest of the file is kept readable.
        (Some(imported), Err(raw)) => {
            let body = String::from_utf8_lossy(raw.as_bytes()).into_owned();
            ReadFile::List { name, body, bytes: bytes as i64, imported }
        }
        (None, _) => unreadable("file_kind", name, bytes as i64),
    }
}

fn unreadable(kind: &'static str, name: String, bytes: i64) -> ReadFile {
    let (number, limit) = ((bytes + MB - 1) / MB, FILE_BYTES_MAX as i64 / MB);
    ReadFile::Unreadable { words: Box::new(RefusalWords { kind, name, number, limit, ..RefusalWords::default() }) }
}

/// Stores a list with its card, or the card that says why there is none. Returns the list.
pub async fn keep(desk: &Orchestrator, c: &mut Conn, thread: &ThreadId, file: &ReadFile) -> Outcome<Option<ListId>> {
    let place = desk.place(thread, None);
    let (name, body, bytes, imported) = match file {
        ReadFile::List { name, body, bytes, imported } => (name, body, *bytes, imported),
        ReadFile::Unreadable { words } => {
            let mut card = worded(CardKind::Notice, &desk.words.card(words.as_ref())?);
            card.tone = Tone::Warn;
            post::post(c, desk.ids.as_ref(), place, (card, Vec::new()), None).await?;
            return Ok(None);
        }
    };
    let file_row = FileRow {
        id: desk.ids.fresh("file"),
        thread: thread.clone(),
        name: name.clone(),
        bytes,
        encoding: "utf8".to_owned(),
        // Postgres stores no NUL in a text.
        body: body.replace('\u{0}', ""),
        at: place.now,
    };
    lists::add_file(c, &file_row).await?;
    let companies: Vec<&Company> = imported.rows.iter().map(|row| &row.company).collect();
    let counts = counted(imported, &companies);
    let id = ListId(desk.ids.fresh("list"));
    let list = List {
        id: id.clone(),
        thread: thread.clone(),
        kind: "companies".to_owned(),
        title: name.clone(),
        rows: companies.len() as i64,
        summary: summary(imported, &counts, &file_row.id),
        at: place.now,
    };
    lists::insert(c, &list, &companies).await?;
    let words = AttachedWords { handle: id.0.clone(), ..counts };
    let card = list_card(&desk.words.card(&words)?, imported);
    post::post(c, desk.ids.as_ref(), place, (card, Vec::new()), None).await?;
    Ok((!companies.is_empty()).then_some(id))
}

fn counted(imported: &Imported, companies: &[&Company]) -> AttachedWords {
    let without = |test: fn(&Company) -> bool| companies.iter().filter(|company| test(company)).count() as i64;
    AttachedWords {
        rows: companies.len() as i64,
        bad: imported.bad.len() as i64,
        shown: imported.bad.len().min(BAD_LINES_SHOWN) as i64,
        duplicates: imported.duplicates as i64,
        no_industry: without(|company| company.industry.is_none()),
        no_size: without(|company| company.employees_min.is_none() && company.employees_max.is_none()),
        no_place: without(|company| company.country.is_none()),
        no_domain: without(|company| company.domain.is_none()),
        ignored: text::line(&imported.columns_ignored.join(", "), COLUMNS_CHARS_MAX),
        handle: String::new(),
    }
}

fn summary(imported: &Imported, counts: &AttachedWords, file: &str) -> serde_json::Value {
    json!({
        "read": counts.rows,
        "bad": counts.bad,
        "duplicates": counts.duplicates,
        "without": {
            "industry": counts.no_industry,
            "size": counts.no_size,
            "place": counts.no_place,
            "website": counts.no_domain,
        },
        "columns_used": imported.columns_used,
        "columns_ignored": imported.columns_ignored,
        "file": file,
    })
}

fn list_card(words: &crate::prompts::render::CardWords, imported: &Imported) -> Card {
    let mut card = worded(CardKind::Result, words);
    card.tone = if imported.rows.is_empty() { Tone::Warn } else { Tone::Ok };
    if !imported.bad.is_empty() {
        card.table = Some(Table {
            columns: vec!["Line".to_owned(), "Why it could not be read".to_owned()],
            numeric: vec![0],
            rows: imported
                .bad
                .iter()
                .take(BAD_LINES_SHOWN)
                .map(|(line, why)| vec![line.to_string(), text::line(why, 160)])
                .collect(),
            total: imported.bad.len(),
        });
    }
    card
}
