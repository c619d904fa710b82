//! Scores on cards: a ranked list of companies, or the lines of one person's score.
use serde::Deserialize;
use serde::Serialize;
use serde_json::json;

use crate::cards::post;
use crate::cards::post::Button;
use crate::domain::icp::profile::Profile;
use crate::domain::identity::email_key;
use crate::domain::ids::ListId;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::person::Role;
use crate::domain::score;
use crate::domain::score::Score;
use crate::domain::score::ScoreFacts;
use crate::prompts::filters::fence;
use crate::prompts::planner::Scores;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Table;
use crate::run::card::Verb;
use crate::run::turn::Returned;
use crate::store::lists;
use crate::store::lists::List;
use crate::store::suppression;
use crate::tools::context::ToolCx;

/// Rows read from the store at once.
const PAGE: i64 = 5_000;
/// Rows of one list that are scored.
const ROWS_MAX: usize = 200_000;
/// Rows on the card; the rest is behind "Show all".
const SHOWN_MAX: usize = 10;
/// Characters of a cell.
const CELL_MAX: usize = 120;
const READERS: [Role; 5] = [Role::Rep, Role::Manager, Role::Revops, Role::Compliance, Role::Operator];
const COLUMNS: [&str; 4] = ["#", "Company", "Score", "Why"];

/// A row of a stored list of scores: flat, so that it can be shown as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    pub company: String,
    pub company_id: String,
    pub rank: usize,
    /// Two digits after the point.
    pub score: f64,
    pub why: String,
}

impl ScoreRow {
    fn cells(&self) -> Vec<String> {
        vec![self.rank.to_string(), self.company.clone(), format!("{:.2}", self.score), self.why.clone()]
    }
}

/// Scores all companies of a list, keeps the ranking as a list of its own, shows the best.
pub async fn list(cx: &ToolCx, from: &List, profile: &Profile) -> anyhow::Result<Returned> {
    let companies = companies(cx, &from.id).await?;
    let words = counted(from, &companies, profile);
    let now = cx.clock.now();
    let mut ranked: Vec<(Score, &Company)> =
        companies.iter().map(|company| (score::score_company(company, profile, now), company)).collect();
    ranked.sort_by(|(a, left), (b, right)| b.total.total_cmp(&a.total).then_with(|| left.name.cmp(&right.name)));
    let kept = ranked.iter().filter(|(score, _)| score.total >= profile.threshold()).count();
    let words = Scores { kept: kept as i64, ..words };
    let rows: Vec<ScoreRow> = ranked.iter().enumerate().map(|(at, (score, company))| row(at, score, company)).collect();
    let sentence =
        format!("SHOWN: {} scored against {}, {kept} at or above {}.", words.what, words.profile, words.threshold);
    store_and_post(cx, &from.id, &words, &rows).await?;
    Ok(Returned::Yield(sentence))
}

async fn companies(cx: &ToolCx, id: &ListId) -> anyhow::Result<Vec<Company>> {
    let mut all: Vec<Company> = Vec::new();
    let mut c = cx.store.conn().await?;
    while all.len() < ROWS_MAX {
        let page: Vec<Company> = lists::rows(&mut c, id, all.len() as i64, PAGE).await?;
        let is_last = (page.len() as i64) < PAGE;
        all.extend(page);
        if is_last {
            break;
        }
    }
    Ok(all)
}

fn counted(from: &List, companies: &[Company], profile: &Profile) -> Scores {
    let without = |is_gap: fn(&Company) -> bool| companies.iter().filter(|company| is_gap(company)).count() as i64;
    let number = |key: &str| from.summary[key].as_i64().unwrap_or_default();
    let count = companies.len() as i64;
    Scores {
        what: if count == 1 {
            "1 company".to_owned()
        } else {
            format!("{} companies", crate::prompts::filters::number(count))
        },
        profile: format!("{} v{}", profile.name(), profile.version()),
        read: count,
        unreadable: number("bad"),
        duplicates: number("duplicates"),
        without_size: without(|company| company.employees_min.is_none() && company.employees_max.is_none()),
        without_industry: without(|company| company.industry.is_none()),
        without_place: without(|company| company.country.is_none()),
        kept: 0,
        threshold: format!("{:.2}", profile.threshold()),
        companies_only: true,
    }
}

fn row(at: usize, score: &Score, company: &Company) -> ScoreRow {
    ScoreRow {
        company: cell(&company.name),
        company_id: company.id.0.clone(),
        rank: at + 1,
        score: (score.total * 100.0).round() / 100.0,
        why: cell(&reasons(score)),
    }
}

/// What adds most, in words: "fintech; 200-1,000; US".
fn reasons(score: &Score) -> String {
    let mut lines: Vec<_> = score.lines.iter().filter(|line| line.is_known && line.contribution > 0.0).collect();
    lines.retain(|line| line.group != score::lines::Group::Risk);
    lines.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    let named: Vec<String> = lines.iter().take(4).map(|line| format!("{} {}", line.criterion, line.found)).collect();
    if named.is_empty() { "nothing known that counts".to_owned() } else { named.join("; ") }
}

async fn store_and_post(cx: &ToolCx, from: &ListId, words: &Scores, rows: &[ScoreRow]) -> anyhow::Result<()> {
    let filled = cx.words.card(words)?;
    let mut place = cx.place();
    // An attached list rests on its file, not on a vendor.
    place.sandbox = false;
    let stored = List {
        id: ListId(cx.ids.fresh("list")),
        thread: cx.thread.clone(),
        kind: "scores".to_owned(),
        title: filled.title.clone(),
        rows: rows.len() as i64,
        summary: json!({"from": from.as_str(), "profile": words.profile}),
        at: place.now,
    };
    let mut card = post::worded(CardKind::Result, &filled);
    card.table = Some(Table {
        columns: COLUMNS.map(str::to_owned).to_vec(),
        numeric: vec![0, 2],
        rows: rows.iter().take(SHOWN_MAX).map(ScoreRow::cells).collect(),
        total: rows.len(),
    });
    let show = Button::new(Verb::Show, &filled.label("show"), &READERS).data(json!({"list": stored.id.as_str()}));
    let buttons = if rows.len() > SHOWN_MAX { vec![show] } else { Vec::new() };
    let mut tx = cx.store.begin().await?;
    lists::insert(&mut tx, &stored, rows).await?;
    post::post(&mut tx, cx.ids.as_ref(), place, (card, buttons), None).await?;
    tx.commit().await?;
    Ok(())
}

/// One person's score with every line that made it.
pub async fn person(cx: &ToolCx, lead: &Lead, profile: &Profile) -> anyhow::Result<Returned> {
    let key = lead.email.as_deref().and_then(email_key).unwrap_or_default();
    let mut tx = cx.store.begin().await?;
    let facts = ScoreFacts { suppressed: suppression::reason(&mut tx, &key).await?.is_some(), ..ScoreFacts::default() };
    let score = score::score(lead, profile, &facts, cx.clock.now());
    let card = breakdown(lead, &score);
    post::post(&mut tx, cx.ids.as_ref(), cx.place(), (card, Vec::new()), None).await?;
    tx.commit().await?;
    Ok(Returned::Yield(format!(
        "SHOWN: the score of {}: {:.2} against {} v{}, with its lines.",
        lead.id,
        score.total,
        profile.name(),
        profile.version()
    )))
}

fn breakdown(lead: &Lead, score: &Score) -> Card {
    let mut card = Card::new(CardKind::Result);
    card.title = cell(&format!("{}, {}", lead.full_name(), lead.company.name));
    card.body = cell(&score::sentence(score));
    card.footer = format!("{} v{}", score.profile, score.profile_version);
    let rows: Vec<Vec<String>> = score
        .lines
        .iter()
        .map(|line| {
            let numbers = [line.value, line.weight, line.contribution].map(|number| format!("{number:.2}"));
            [vec![line.criterion.replace('_', " "), cell(&line.found)], numbers.to_vec()].concat()
        })
        .collect();
    card.table = Some(Table {
        columns: ["Criterion", "Found", "Value", "Weight", "Adds"].map(str::to_owned).to_vec(),
        numeric: vec![2, 3, 4],
        total: rows.len(),
        rows,
    });
    card
}

/// Foreign text on one line, cut.
fn cell(text: &str) -> String {
    fence(text, CELL_MAX).trim_matches(['‹', '›']).to_owned()
}
