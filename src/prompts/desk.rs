//! Words of the desk: refusals, verdicts, what was read from a file, replies, the digest.
use serde::Serialize;

use crate::prompts::render::Entry;
use crate::prompts::render::entry;
use crate::template;

pub const ALL: &[Entry] = &[
    entry::<RefusalWords>(),
    entry::<StoppedWords>(),
    entry::<VerdictWords>(),
    entry::<AttachedWords>(),
    entry::<RowsWords>(),
    entry::<StateLine>(),
    entry::<ReplyWords>(),
    entry::<CampaignStoppedWords>(),
    entry::<HaltedWords>(),
    entry::<BreakerWords>(),
    entry::<StuckWords>(),
    entry::<DigestWords>(),
];

/// Why something was not done: title, body and footer are what, why, what now.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RefusalWords {
    pub kind: &'static str,
    /// A person, a file, a field: already cut to one line.
    pub name: String,
    pub roles: String,
    pub at: String,
    pub rule: String,
    pub number: i64,
    pub limit: i64,
    pub can_stop: bool,
}

template!(
    RefusalWords,
    "messages/desk/refusal.tera",
    RefusalWords {
        kind: "not_yours",
        name: "Cora".into(),
        roles: "compliance or manager".into(),
        can_stop: true,
        ..Default::default()
    }
);

/// The kinds that `refusal.tera` knows; a kind outside reads as "could not store that".
pub const REFUSAL_KINDS: &[&str] = &[
    "empty",
    "too_long",
    "too_many_files",
    "no_thread",
    "no_run",
    "no_action",
    "no_role",
    "not_yours",
    "not_stopper",
    "decided",
    "voted",
    "nobody_here",
    "replaced",
    "expired",
    "run_over",
    "run_live",
    "undo_live",
    "undone",
    "nothing_to_undo",
    "not_undoer",
    "halted",
    "not_halted",
    "plan_changed",
    "nothing_to_retry",
    "field",
    "file_kind",
    "file_size",
    "draining",
    "store",
];

/// A planning turn that did not come to its end.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StoppedWords {
    pub kind: &'static str,
    pub number: i64,
    pub detail: String,
}

template!(
    StoppedWords,
    "messages/desk/stopped.tera",
    StoppedWords { kind: "unreachable", number: 3, detail: String::new() }
);

/// The line that takes the place of buttons; also the answer to a press.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerdictWords {
    pub kind: &'static str,
    pub name: String,
    pub at: String,
    pub number: i64,
    pub total: i64,
    pub detail: String,
}

template!(
    VerdictWords,
    "messages/desk/verdict.tera",
    VerdictWords { kind: "launch", name: "Mona".into(), at: "15:20".into(), number: 90, ..Default::default() }
);

/// What was read from an attached list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AttachedWords {
    pub rows: i64,
    pub bad: i64,
    pub shown: i64,
    pub duplicates: i64,
    pub no_industry: i64,
    pub no_size: i64,
    pub no_place: i64,
    pub no_domain: i64,
    /// Names of columns, cut; empty leaves the field out.
    pub ignored: String,
    pub handle: String,
}

template!(
    AttachedWords,
    "messages/desk/attached.tera",
    AttachedWords {
        rows: 5_094,
        bad: 7,
        shown: 5,
        duplicates: 12,
        no_size: 40,
        handle: "list_1".into(),
        ..Default::default()
    }
);

/// A page of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RowsWords {
    pub title: String,
    pub from: i64,
    pub to: i64,
    pub total: i64,
    pub page: i64,
}

template!(
    RowsWords,
    "messages/desk/rows.tera",
    RowsWords { title: "Leads of run 7K2".into(), from: 1, to: 100, total: 127, page: 100 }
);

/// Where the thread stands, for the model: the part of the prompt that changes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StateLine {
    /// idle | plan v1 shown | run 7K2 running
    pub state: String,
    pub roles: String,
}

template!(StateLine, "system/state.tera", StateLine { state: "run 7K2 running".into(), roles: "rep".into() });

/// Somebody answered: shown to people, never to the model.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReplyWords {
    /// opt_out | auto | bounce | unsure | person
    pub kind: &'static str,
    pub class: String,
    pub who: String,
    /// At most two lines.
    pub text: String,
    pub back_on: String,
}

template!(
    ReplyWords,
    "messages/desk/reply.tera",
    ReplyWords {
        kind: "person",
        class: "positive".into(),
        who: "Priya Shah, CFO, Ledgerly".into(),
        text: "Sounds useful. Can we talk next week?".into(),
        back_on: String::new(),
    }
);

/// Too many mails of a campaign came back.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CampaignStoppedWords {
    pub campaign: String,
    pub bounced: i64,
    pub sent: i64,
    pub percent: i64,
    pub limit: i64,
}

template!(
    CampaignStoppedWords,
    "messages/desk/campaign_stopped.tera",
    CampaignStoppedWords {
        campaign: "Fintech finance · Snowflake".into(),
        bounced: 4,
        sent: 31,
        percent: 13,
        limit: 10,
    }
);

/// The desk is halted.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HaltedWords {
    pub name: String,
    pub at: String,
    pub why: String,
    /// Campaigns that are being paused.
    pub campaigns: i64,
    pub lifters: String,
}

template!(
    HaltedWords,
    "messages/desk/halted.tera",
    HaltedWords {
        name: "Mona".into(),
        at: "Tue 24 Nov 15:20".into(),
        why: "wrong list".into(),
        campaigns: 2,
        lifters: "Otto".into(),
    }
);

/// A vendor is left alone after failures in a row.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BreakerWords {
    pub vendor: String,
    pub failures: i64,
    pub why: String,
    pub at: String,
}

template!(
    BreakerWords,
    "messages/desk/breaker.tera",
    BreakerWords { vendor: "lemlist".into(), failures: 5, why: "status 503".into(), at: "15:20".into() }
);

/// Due work that nobody does.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StuckWords {
    pub vendor: String,
    pub number: i64,
    pub age_ms: i64,
    pub workers: i64,
}

template!(
    StuckWords,
    "messages/desk/stuck.tera",
    StuckWords { vendor: "hubspot".into(), number: 12, age_ms: 420_000, workers: 0 }
);

/// The digest; rates are written by `reports::digest`, zero and "too few to tell" included.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DigestWords {
    pub title: String,
    pub found: i64,
    pub kept: i64,
    pub kept_share: String,
    pub scored: i64,
    pub fit: String,
    pub enriched: i64,
    pub credits: i64,
    pub model_cost: i64,
    pub crm_new: i64,
    pub crm_updated: i64,
    pub crm_companies: i64,
    pub started: i64,
    pub sent: i64,
    pub opened: String,
    pub replied: String,
    pub bounced: i64,
    pub unsubscribed: i64,
    pub flagged: i64,
    pub review: i64,
    pub gates_launch: i64,
    pub gates_compliance: i64,
    pub gates_undo: i64,
}

template!(
    DigestWords,
    "messages/desk/digest.tera",
    DigestWords {
        title: "YESTERDAY · Tue 24 Nov".into(),
        found: 47,
        kept: 38,
        kept_share: "81 %".into(),
        scored: 47,
        fit: "0.74".into(),
        sent: 87,
        opened: "42 % (37 of 87)".into(),
        replied: "8 % (7 of 87)".into(),
        ..Default::default()
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::render::Prompts;

    #[test]
    fn every_refusal_says_what_why_and_what_now() {
        let words = Prompts::load().unwrap();
        let mut titles = std::collections::BTreeSet::new();
        for kind in REFUSAL_KINDS {
            for (name, roles) in [("Cora", "compliance"), ("", "compliance")] {
                let filled = RefusalWords {
                    kind,
                    name: name.into(),
                    roles: roles.into(),
                    at: "15:20".into(),
                    rule: "1 to 200.".into(),
                    ..Default::default()
                };
                let card = words.card(&filled).unwrap();
                for part in [&card.title, &card.body, &card.footer] {
                    assert!(!part.is_empty(), "{kind}");
                    assert!(!part.contains("  ") && !part.contains('!'), "{kind}: {part}");
                }
                titles.insert(card.title);
            }
        }
        assert!(titles.len() >= REFUSAL_KINDS.len(), "a kind fell through to the last branch");
    }

    #[test]
    fn every_stop_says_what_why_and_what_now() {
        let words = Prompts::load().unwrap();
        for kind in ["turns", "tokens", "cost", "time", "calls", "repairs", "empty", "broken", "throttled", "denied"]
            .into_iter()
            .chain(["timed_out", "tried", "unreachable"])
        {
            let card = words.card(&StoppedWords { kind, number: 8, detail: "count: 1 to 10,000".into() }).unwrap();
            assert!(!card.title.is_empty() && !card.body.is_empty() && !card.footer.is_empty(), "{kind}");
            assert_eq!(card.label("retry"), "Retry");
        }
    }
}
