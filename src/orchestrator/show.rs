//! Show: the rows behind a number, a page at a time, as a card of its own.
use serde_json::Value;
use serde_json::json;

use crate::cards::post;
use crate::cards::post::Button;
use crate::cards::post::worded;
use crate::domain::ids::ListId;
use crate::domain::ids::RunId;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::press::Press;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::no;
use crate::orchestrator::text;
use crate::orchestrator::think::ACTING;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RowsWords;
use crate::prompts::desk::VerdictWords;
use crate::run::card::CardKind;
use crate::run::card::Table;
use crate::run::card::Verb;
use crate::run::state::LeadState;
use crate::store::leads;
use crate::store::leads::RunLead;
use crate::store::lists;
use crate::store::open::Conn;
use crate::store::runs;

/// Rows of one card.
pub const PAGE: i64 = 100;
const CELL_CHARS_MAX: usize = 120;
const COLUMNS_MAX: usize = 8;

/// A page of rows as text.
struct Rows {
    title: String,
    columns: Vec<String>,
    numeric: Vec<usize>,
    rows: Vec<Vec<String>>,
    total: i64,
}

/// The button's data: `{"list": id, "offset": n}`, or `{"state": word, "offset": n}` with the action's run.
pub async fn show(desk: &Orchestrator, c: &mut Conn, press: &Press<'_>) -> Outcome<VerdictWords> {
    let data = &press.action.data;
    let offset = data["offset"].as_i64().unwrap_or(0).max(0);
    let page = match (data["list"].as_str(), &press.action.run) {
        (Some(list), _) => of_list(c, press, (&ListId::from(list), offset)).await?,
        (None, Some(run)) => of_run(c, run, (data["state"].as_str(), offset)).await?,
        (None, None) => None,
    };
    let Some(page) = page else { return Err(no(RefusalKind::Unknown, "no_action")) };
    let to = (offset + page.rows.len() as i64).min(page.total);
    let words = RowsWords {
        title: page.title,
        from: (offset + 1).min(page.total),
        to,
        total: page.total,
        page: PAGE.min(page.total - to),
    };
    let words = desk.words.card(&words)?;
    let mut card = worded(CardKind::Result, &words);
    card.table =
        Some(Table { columns: page.columns, numeric: page.numeric, rows: page.rows, total: page.total as usize });
    let mut buttons = Vec::new();
    if to < page.total {
        let mut next = data.clone();
        if !next.is_object() {
            next = json!({});
        }
        next["offset"] = json!(to);
        buttons.push(Button::new(Verb::Show, &words.label("show"), ACTING).data(next));
    }
    let place = desk.place(&press.action.thread, press.action.run.as_ref());
    // The same page of the same button is posted once, however often it is pressed.
    let key = format!("show:{}", press.action.token);
    post::post(c, desk.ids.as_ref(), place, (card, buttons), Some(&key)).await?;
    Ok(press.verdict("show"))
}

async fn of_list(c: &mut Conn, press: &Press<'_>, at: (&ListId, i64)) -> Outcome<Option<Rows>> {
    let (id, offset) = at;
    let list = lists::get(c, id).await?.filter(|list| list.thread == press.action.thread);
    let Some(list) = list else { return Ok(None) };
    let rows: Vec<Value> = lists::rows(c, id, offset, PAGE).await?;
    let (columns, cells) = table_of(&rows);
    let numeric = numeric_of(&rows, &columns);
    Ok(Some(Rows { title: text::line(&list.title, CELL_CHARS_MAX), columns, numeric, rows: cells, total: list.rows }))
}

/// Flat fields of the rows in the order of the first row; nested values stay in the store.
fn table_of(rows: &[Value]) -> (Vec<String>, Vec<Vec<String>>) {
    let is_flat = |value: &Value| !value.is_object() && !value.is_array();
    let is_id = |name: &str| name == "id" || name.ends_with("_id");
    let columns: Vec<String> = match rows.first() {
        Some(Value::Object(fields)) => fields
            .iter()
            .filter(|(name, value)| is_flat(value) && !is_id(name))
            .map(|(name, _)| name.clone())
            .take(COLUMNS_MAX)
            .collect(),
        _ => vec!["value".to_owned()],
    };
    let cells = rows
        .iter()
        .map(|row| match row {
            Value::Object(fields) => columns.iter().map(|name| cell(fields.get(name))).collect(),
            other => vec![cell(Some(other))],
        })
        .collect();
    (columns, cells)
}

fn numeric_of(rows: &[Value], columns: &[String]) -> Vec<usize> {
    let is_number = |name: &String| rows.iter().any(|row| row[name.as_str()].is_number());
    columns.iter().enumerate().filter(|(_, name)| is_number(name)).map(|(at, _)| at).collect()
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text::line(text, CELL_CHARS_MAX),
        Some(other) => text::line(&other.to_string(), CELL_CHARS_MAX),
    }
}

async fn of_run(c: &mut Conn, run: &RunId, at: (Option<&str>, i64)) -> Outcome<Option<Rows>> {
    let (state, offset) = at;
    let Some(row) = runs::get(c, run).await? else { return Ok(None) };
    let state = state.and_then(|word| word.parse::<LeadState>().ok());
    let leads = leads::of_run(c, run, state).await?;
    let from = usize::try_from(offset).unwrap_or(0).min(leads.len());
    let to = (from + PAGE as usize).min(leads.len());
    let title = match state {
        Some(state) => format!("Run {}: {}", row.code, state.word().replace('_', " ")),
        None => format!("Run {}: all leads", row.code),
    };
    Ok(Some(Rows {
        title,
        columns: ["Name", "Title", "Company", "Country", "Score", "State", "Why"].map(str::to_owned).to_vec(),
        numeric: vec![4],
        rows: leads[from..to].iter().map(lead_row).collect(),
        total: leads.len() as i64,
    }))
}

fn lead_row(row: &RunLead) -> Vec<String> {
    let millionths = if row.score >= 0 { row.score } else { row.fit };
    vec![
        text::line(&row.lead.full_name(), CELL_CHARS_MAX),
        text::line(row.lead.title.as_deref().unwrap_or_default(), CELL_CHARS_MAX),
        text::line(&row.lead.company.name, CELL_CHARS_MAX),
        row.lead.country_or_seat().unwrap_or_default().to_owned(),
        if millionths < 0 { String::new() } else { format!("{:.2}", millionths as f64 / 1_000_000.0) },
        row.state.word().replace('_', " "),
        text::line(&row.reason, CELL_CHARS_MAX),
    ]
}
