//! The states of runs, steps, items, gates and effects, with the words the store keeps.
use serde::Deserialize;
use serde::Serialize;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[serde(rename = $word)] $variant),+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err(format!(concat!("`{}` is no ", stringify!($name)), other)),
                }
            }
        }
    )+};
}

words! {
    RunState {
        Queued = "queued",
        Running = "running",
        Waiting = "waiting",
        Paused = "paused",
        Cancelling = "cancelling",
        Cancelled = "cancelled",
        Done = "done",
        Failed = "failed",
    }
    StepState {
        Pending = "pending",
        Running = "running",
        Waiting = "waiting",
        Done = "done",
        Failed = "failed",
        Skipped = "skipped",
        Cancelled = "cancelled",
    }
    ItemState {
        Ready = "ready",
        Running = "running",
        Paused = "paused",
        Done = "done",
        Review = "review",
        Cancelled = "cancelled",
    }
    GateState {
        Waiting = "waiting",
        Approved = "approved",
        Modified = "modified",
        Rejected = "rejected",
        Expired = "expired",
    }
    GateKind {
        Compliance = "compliance",
        Launch = "launch",
        Undo = "undo",
    }
    /// The seven steps of the bulk workflow and the two of its undo; a new kind is one executor more.
    StepKind {
        Discover = "discover",
        Prefilter = "prefilter",
        Enrich = "enrich",
        Validate = "validate",
        Crm = "crm",
        Preview = "preview",
        Launch = "launch",
        Compare = "compare",
        Revert = "revert",
    }
    /// What may be done when it is unknown whether a call arrived.
    EffectClass {
        Idempotent = "idempotent",
        LookUp = "look_up",
        AtMostOnce = "at_most_once",
    }
    /// Released: a person said to do it again, although it may have happened.
    EffectState {
        Intent = "intent",
        Done = "done",
        Unknown = "unknown",
        Released = "released",
    }
    /// Where a lead of a run stands. Each lead is in exactly one of these.
    LeadState {
        Found = "found",
        Held = "held",
        Kept = "kept",
        Flagged = "flagged",
        Research = "research",
        BelowThreshold = "below_threshold",
        LeftOut = "left_out",
        InCrm = "in_crm",
        Enrolled = "enrolled",
        Failed = "failed",
    }
}

impl RunState {
    pub fn is_over(self) -> bool {
        matches!(self, Self::Cancelled | Self::Done | Self::Failed)
    }
}

impl StepState {
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Skipped | Self::Cancelled)
    }
}
