//! The ways to die in the middle of an effect, and one life that ends so.
use serde_json::json;

use crate::support::fleet::Fleet;
use crate::support::player::Player;

/// An effect of the small run, with the calls it is made of: each may be held at the vendor.
#[derive(Debug)]
pub struct Op {
    pub vendor: &'static str,
    pub what: &'static str,
    pub calls: &'static [&'static str],
}

/// In the order of the run. A test holds it against the ledger of a run that nothing happened to.
pub const OPS: &[Op] = &[
    Op { vendor: "explorium", what: "enrich people", calls: &["contacts_information/bulk_enrich"] },
    Op {
        vendor: "explorium",
        what: "enrich companies",
        calls: &["firmographics/bulk_enrich", "technographics/bulk_enrich", "funding_and_acquisition/bulk_enrich"],
    },
    Op { vendor: "hubspot", what: "upsert companies", calls: &["companies/batch/upsert", "companies/batch/update"] },
    Op { vendor: "hubspot", what: "upsert contacts", calls: &["contacts/batch/upsert"] },
    Op { vendor: "hubspot", what: "associate", calls: &["batch/associate"] },
    Op {
        vendor: "lemlist",
        what: "create campaign",
        calls: &["POST /api/campaigns", "PATCH /api/campaigns", "PATCH /api/schedules", "POST /api/sequences"],
    },
    Op { vendor: "lemlist", what: "enrol", calls: &["POST /api/campaigns/", "POST /api/leads/review"] },
    Op { vendor: "lemlist", what: "start campaign", calls: &["/start"] },
    Op { vendor: "hubspot", what: "log activity", calls: &["POST /crm/objects/2026-09/notes/batch/create"] },
];

/// Asked only for whom the first source was lost.
pub const SECOND_SOURCE: Op = Op { vendor: "apollo", what: "enrich people", calls: &["bulk_match"] };

pub fn op(vendor: &str, what: &str) -> &'static Op {
    let mut all = OPS.iter().chain(std::iter::once(&SECOND_SOURCE));
    all.find(|op| op.vendor == vendor && op.what == what).expect("an effect of the run")
}

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Death {
    /// The intent is committed, the call has not begun.
    BeforeCall,
    /// The bytes left; the vendor never acts.
    SentNeverDone,
    /// The bytes left; the vendor acts when we are dead.
    SentDoneLate,
    /// The vendor has acted; its answer is not read.
    Committed,
    /// The answer is read; our ledger does not know it.
    Answered,
    /// Our ledger knows it; the item has not ended.
    Recorded,
}

pub const DEATHS: &[Death] =
    &[Death::BeforeCall, Death::SentNeverDone, Death::SentDoneLate, Death::Committed, Death::Answered, Death::Recorded];

impl Death {
    fn point(self) -> Option<&'static str> {
        match self {
            Self::BeforeCall => Some("before_call"),
            Self::Answered => Some("answered"),
            Self::Recorded => Some("recorded"),
            _ => None,
        }
    }

    pub fn is_at_the_vendor(self) -> bool {
        self.point().is_none()
    }
}

/// One life that ends at this call of this effect; fails when the run ends first. Nothing of ours runs afterwards.
pub async fn dies_in(fleet: &Fleet, player: &Player, op: &Op, death: Death, call: usize) {
    match death.point() {
        Some(point) => dies_at(fleet, player, &format!("{point}:{}:{}:1", op.vendor, op.what)).await,
        None => dies_waiting(fleet, player, (op.vendor, op.calls[call], 0), death).await,
    }
}

/// One life that kills itself at a failpoint.
pub async fn dies_at(fleet: &Fleet, player: &Player, failpoint: &str) {
    use std::os::unix::process::ExitStatusExt;
    const KILLED: i32 = 9;
    let mut program = fleet.desk_spawned(&[], Some(failpoint));
    if !program.is_up().await {
        // It came to the point before it told its address.
        assert_eq!(program.ended().await.signal(), Some(KILLED), "{failpoint}");
        return;
    }
    let desk = fleet.at(&program);
    tokio::select! {
        ended = program.ended() => assert_eq!(ended.signal(), Some(KILLED), "{failpoint}: {ended}"),
        (_, card) = player.plays(&desk) => panic!("the run ended and never passed {failpoint}: {}", card["title"]),
    }
}

/// One life that is killed from outside while the vendor keeps a call of it: (vendor, part of the call, calls before it).
pub async fn dies_waiting(fleet: &Fleet, player: &Player, call: (&str, &str, u32), death: Death) {
    let kind = if death == Death::Committed { "hold_after" } else { "hold_before" };
    let (vendor, part, skip) = call;
    fleet.orders(&json!({"vendor": vendor, "match": part, "kind": kind, "skip": skip})).await;
    let (mut program, desk) = fleet.desk(None).await;
    tokio::select! {
        _held = fleet.held() => {}
        (_, card) = player.plays(&desk) => panic!("the run ended and never called {vendor} {part}: {}", card["title"]),
    }
    program.kill().await;
    fleet.lets_go(death != Death::SentNeverDone).await;
}
