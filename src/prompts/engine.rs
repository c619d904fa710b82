//! Words of running: progress, gates, results.
use serde::Serialize;

use crate::prompts::render::Entry;
use crate::prompts::render::entry;
use crate::template;

pub const ALL: &[Entry] = &[
    entry::<Progress>(),
    entry::<StepWords>(),
    entry::<ComplianceGate>(),
    entry::<LaunchGate>(),
    entry::<Superseded>(),
    entry::<GateExpired>(),
    entry::<AskAgain>(),
    entry::<ResultCard>(),
    entry::<UndoGate>(),
    entry::<UndoResult>(),
    entry::<RunVerdict>(),
    entry::<Review>(),
    entry::<DeedWords>(),
];

#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    pub code: String,
    pub campaign: String,
    pub state: String,
    pub step: i64,
    pub steps: i64,
    pub step_title: String,
    pub left_ms: i64,
    pub credits: i64,
    pub cap: i64,
    pub paused_by: String,
    pub held: Vec<HeldWords>,
}

/// What the work of a run waits for besides its turn.
#[derive(Clone, Debug, Serialize)]
pub struct HeldWords {
    /// halt | reconcile | daily | breaker
    pub kind: String,
    /// A person or a vendor.
    pub name: String,
    pub at: String,
    pub why: String,
    pub number: i64,
}

template!(
    Progress,
    "messages/progress.tera",
    Progress {
        code: "7K2".into(),
        campaign: "Fintech finance · Snowflake".into(),
        state: "running".into(),
        step: 3,
        steps: 7,
        step_title: "Enrich".into(),
        left_ms: 60_000,
        credits: 104,
        cap: 220,
        paused_by: "Ava".into(),
        held: vec![
            HeldWords {
                kind: "halt".into(),
                name: "Mona".into(),
                at: "Tue 24 Nov 15:20".into(),
                why: "wrong list".into(),
                number: 0,
            },
            HeldWords {
                kind: "daily".into(),
                name: "hubspot".into(),
                at: "Wed 25 Nov 00:00".into(),
                why: String::new(),
                number: 3,
            },
        ],
    }
);

/// One step of a plan or run in words and numbers; numbers that a step does not have are 0.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StepWords {
    pub kind: String,
    /// done | running | waiting | pending | failed | cancelled
    pub state: String,
    pub numbers: std::collections::BTreeMap<String, i64>,
    pub average: String,
}

impl StepWords {
    /// Every number that the template names, so that strict rendering finds it.
    pub const NUMBERS: &'static [&'static str] = &[
        "found",
        "merged",
        "kept",
        "reserve",
        "excluded",
        "running",
        "suppressed",
        "promoted",
        "enriched",
        "missed",
        "invalid",
        "credits",
        "lost",
        "flagged",
        "below",
        "left_out",
        "created",
        "updated",
        "companies",
        "associated",
        "refused",
        "drafted",
        "from_template",
        "enrolled",
        "held",
        "logged",
        "percent_before",
        "percent_after",
        "checked",
        "other_owner",
        "records",
        "fields",
        "archived",
        "skipped",
        "over_cap",
        "over_tokens",
    ];

    pub fn new(kind: &str, state: &str, output: &serde_json::Value) -> Self {
        let number = |key: &str| output.get(key).and_then(serde_json::Value::as_i64).unwrap_or(0);
        let numbers = Self::NUMBERS.iter().map(|key| ((*key).to_owned(), number(key))).collect();
        let average = output.get("average").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        Self { kind: kind.to_owned(), state: state.to_owned(), numbers, average }
    }
}

template!(
    StepWords,
    "messages/step.tera",
    StepWords::new("discover", "done", &serde_json::json!({"found": 127, "merged": 9, "kept": 100, "average": "0.78"}))
);

#[derive(Clone, Debug, Serialize)]
pub struct ComplianceGate {
    pub flagged: i64,
    pub others: i64,
    pub total: i64,
    pub reviewable: i64,
    /// Who decides, until when.
    pub who: String,
}

template!(
    ComplianceGate,
    "messages/gate_compliance.tera",
    ComplianceGate {
        flagged: 3,
        others: 91,
        total: 94,
        reviewable: 0,
        who: "For compliance or a manager, until Wed 25 Nov 14:10.".into(),
    }
);

#[derive(Clone, Debug, Serialize)]
pub struct LaunchGate {
    pub version: i64,
    pub campaign: String,
    pub mails: i64,
    pub shown: i64,
    pub from: i64,
    pub touches: i64,
    pub days: i64,
    pub per_day: i64,
    pub mailboxes: i64,
    pub first: String,
    pub last: String,
    pub skips: Vec<String>,
    pub changes: Vec<String>,
    pub left_out: Vec<String>,
    pub from_template: i64,
    pub quorum: i64,
    /// "Mona 10:32".
    pub approvals: Vec<String>,
    /// Who decides, until when.
    pub who: String,
}

template!(
    LaunchGate,
    "messages/gate_launch.tera",
    LaunchGate {
        version: 2,
        campaign: "Fintech finance · Snowflake".into(),
        mails: 90,
        shown: 5,
        from: 1,
        touches: 4,
        days: 10,
        per_day: 20,
        mailboxes: 3,
        first: "Tue 24 Nov".into(),
        last: "Mon 30 Nov".into(),
        skips: vec!["Thanksgiving (US)".into()],
        changes: vec!["−1 recipient (Acme Inc)".into()],
        left_out: vec!["3 flagged and excluded".into()],
        from_template: 4,
        quorum: 2,
        approvals: vec!["Mona 10:32".into()],
        who: "For a manager, until Wed 25 Nov 15:10. Two different people must approve.".into(),
    }
);

#[derive(Clone, Debug, Serialize)]
pub struct Superseded {
    pub version: i64,
    pub by: String,
}

template!(Superseded, "messages/superseded.tera", Superseded { version: 1, by: "Mona".into() });

#[derive(Clone, Debug, Serialize)]
pub struct GateExpired {
    pub at: String,
}

template!(GateExpired, "messages/gate_expired.tera", GateExpired { at: "Wed 25 Nov 15:10".into() });

#[derive(Clone, Debug, Serialize)]
pub struct AskAgain {
    pub code: String,
}

template!(AskAgain, "messages/ask_again.tera", AskAgain { code: "7K2".into() });

#[derive(Clone, Debug, Serialize)]
pub struct ResultCard {
    /// done | cancelled | failed
    pub state: String,
    pub code: String,
    pub campaign: String,
    pub launch: bool,
    pub found: i64,
    pub enriched: i64,
    pub in_crm: i64,
    pub created: i64,
    pub updated: i64,
    pub enrolled: i64,
    pub first: String,
    /// By vendor, beside the quote.
    pub cost: Vec<String>,
    pub credits_cap: i64,
    /// People and companies that were not bought because of the cap.
    pub over_cap: i64,
    pub over_tokens: i64,
    pub tokens_cap: i64,
    pub left_out: Vec<String>,
    pub done_before: Vec<String>,
    pub by: String,
    pub error: String,
}

template!(
    ResultCard,
    "messages/result.tera",
    ResultCard {
        state: "done".into(),
        code: "7K2".into(),
        campaign: "Fintech finance · Snowflake".into(),
        launch: true,
        found: 127,
        enriched: 97,
        in_crm: 94,
        created: 38,
        updated: 56,
        enrolled: 90,
        first: "Tue 24 Nov 09:12".into(),
        cost: vec!["Explorium 9 calls (quoted 6-14), 132 credits (quoted 60-200)".into()],
        credits_cap: 220,
        over_cap: 6,
        over_tokens: 0,
        tokens_cap: 800_000,
        left_out: vec!["3 flagged and excluded".into(), "27 below the best 100 by fit".into()],
        done_before: vec!["97 contacts written to hubspot".into()],
        by: "Ava".into(),
        error: "Explorium is out of credits".into(),
    }
);

/// What taking back would do, before anybody said yes.
#[derive(Clone, Debug, Serialize)]
pub struct UndoGate {
    pub code: String,
    pub records: i64,
    pub fields: i64,
    pub archived: i64,
    pub skipped: i64,
    pub already: i64,
    pub enrolled: i64,
    pub who: String,
}

template!(
    UndoGate,
    "messages/gate_undo.tera",
    UndoGate {
        code: "7K2".into(),
        records: 56,
        fields: 131,
        archived: 38,
        skipped: 2,
        already: 4,
        enrolled: 9,
        who: "For RevOps or a manager, until Wed 25 Nov 15:10.".into(),
    }
);

#[derive(Clone, Debug, Serialize)]
pub struct UndoResult {
    /// done | cancelled | failed
    pub state: String,
    pub code: String,
    pub of: String,
    pub records: i64,
    pub fields: i64,
    pub archived: i64,
    pub skipped: i64,
    pub enrolled: i64,
    pub by: String,
    pub error: String,
}

template!(
    UndoResult,
    "messages/result_undo.tera",
    UndoResult {
        state: "done".into(),
        code: "9QF".into(),
        of: "7K2".into(),
        records: 56,
        fields: 131,
        archived: 38,
        skipped: 2,
        enrolled: 9,
        by: String::new(),
        error: String::new(),
    }
);

#[derive(Clone, Debug, Serialize)]
pub struct RunVerdict {
    pub state: String,
    pub code: String,
    pub at: String,
    pub by: String,
}

template!(
    RunVerdict,
    "messages/run_verdict.tera",
    RunVerdict { state: "cancelled".into(), code: "7K2".into(), at: "15:20".into(), by: "Ava".into() }
);

/// An effect that may have happened.
#[derive(Clone, Debug, Serialize)]
pub struct LostWords {
    pub vendor: String,
    pub op: String,
    pub leads: i64,
    pub credits: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Review {
    pub code: String,
    pub step: String,
    pub count: i64,
    pub leads: i64,
    pub lost: Vec<LostWords>,
    /// What the lost ones may have cost.
    pub credits: i64,
    pub errors: Vec<String>,
    /// What is dropped falls to the next source.
    pub enriching: bool,
}

template!(
    Review,
    "messages/review.tera",
    Review {
        code: "7K2".into(),
        step: "Enrich".into(),
        count: 2,
        leads: 35,
        lost: vec![LostWords { vendor: "explorium".into(), op: "enrich people".into(), leads: 25, credits: 50 }],
        credits: 50,
        errors: vec!["spend at apollo: out of credits".into()],
        enriching: true,
    }
);

/// Something a run did outside: "40 people enrolled at lemlist".
#[derive(Clone, Debug, Serialize)]
pub struct DeedWords {
    pub vendor: String,
    pub op: String,
    /// Else nobody knows whether it happened.
    pub is_known: bool,
    pub calls: i64,
    pub leads: i64,
}

template!(
    DeedWords,
    "messages/deed.tera",
    DeedWords { vendor: "lemlist".into(), op: "enrol".into(), is_known: true, calls: 40, leads: 40 }
);
