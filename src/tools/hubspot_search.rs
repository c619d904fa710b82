//! `hubspot_search`: looks records up and shows them to people. What the CRM says never reaches the model (P6).
use schemars::JsonSchema;
use serde::Deserialize;

use crate::cards::post;
use crate::ports::vendors::CrmRecord;
use crate::prompts::filters;
use crate::prompts::planner::Found;
use crate::run::card::CardKind;
use crate::run::card::Table;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;
use crate::cards::cost::named;

/// Records on the card.
const SHOWN_MAX: u32 = 10;
/// Characters of one cell.
const CELL_MAX: usize = 80;

pub struct Tool;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    Contacts,
    Companies,
}

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// What to look for.
    #[garde(skip)]
    pub object: Object,
    /// A name, domain or address.
    #[garde(length(chars, min = 1, max = 200))]
    pub query: String,
}

impl Object {
    fn word(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Companies => "companies",
        }
    }

    /// Column, and the CRM's fields that fill it, joined by a space.
    fn columns(self) -> &'static [(&'static str, &'static [&'static str])] {
        const OWNER: (&str, &[&str]) = ("Owner", &["hubspot_owner_id"]);
        match self {
            Self::Contacts => &[
                ("Name", &["firstname", "lastname"]),
                ("Title", &["jobtitle"]),
                ("Company", &["company"]),
                ("Stage", &["lifecyclestage"]),
                OWNER,
            ],
            Self::Companies => {
                &[("Company", &["name"]), ("Domain", &["domain"]), ("Stage", &["lifecyclestage"]), OWNER]
            }
        }
    }
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let records = cx.vendors.crm.search(args.object.word(), &args.query, SHOWN_MAX).await?;
        let count = records.len();
        let words = cx.words.card(&Found {
            object: args.object.word().to_owned(),
            query: args.query,
            count: count as i64,
            shown: count as i64,
            crm: named(cx.vendors.crm.vendor()),
        })?;
        let mut card = post::worded(CardKind::Result, &words);
        card.table = (count > 0).then(|| table(args.object, &records));
        let mut place = cx.place();
        place.sandbox = cx.vendors.is_sandbox(cx.vendors.crm.vendor());
        let mut tx = cx.store.begin().await?;
        post::post(&mut tx, cx.ids.as_ref(), place, (card, Vec::new()), None).await?;
        tx.commit().await?;
        Ok(Returned::Yield(format!("SHOWN: {count} {} of the CRM, with their owner and stage.", args.object.word())))
    }
}

fn table(object: Object, records: &[CrmRecord]) -> Table {
    let columns = object.columns();
    let rows: Vec<Vec<String>> =
        records.iter().map(|record| columns.iter().map(|(_, fields)| cell(record, fields)).collect()).collect();
    Table {
        columns: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        numeric: Vec::new(),
        total: rows.len(),
        rows,
    }
}

/// Foreign text: one line, no control characters, cut.
fn cell(record: &CrmRecord, fields: &[&str]) -> String {
    let parts: Vec<&str> = fields
        .iter()
        .filter_map(|field| record.fields.get(*field))
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    if parts.is_empty() {
        return "none".to_owned();
    }
    filters::fence(&parts.join(" "), CELL_MAX).trim_matches(['‹', '›']).to_owned()
}
