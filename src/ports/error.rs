//! What can go wrong at a port, as classes that decide what happens next.
use crate::domain::time::Millis;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The vendor asks us to slow down.
    #[error("reach {vendor}: throttled for {} s", .wait_ms / 1000)]
    Throttled { vendor: String, wait_ms: i64 },
    /// Not reached at all: nothing happened there.
    #[error("reach {vendor}: {why}")]
    Unreachable { vendor: String, why: String },
    /// The call left and no answer came: it may have happened.
    #[error("learn what {vendor} did: {why}")]
    Unclear { vendor: String, why: String },
    /// The call was not let out: nothing happened there, and no try is used up.
    #[error("call {vendor}: {by}")]
    Held { vendor: String, by: Hold, wait_ms: i64 },
    /// Our key is not accepted.
    #[error("sign in to {vendor}: {why}")]
    Denied { vendor: String, why: String },
    /// No credits left.
    #[error("spend at {vendor}: out of credits")]
    OutOfCredits { vendor: String },
    /// The vendor refuses this request, now and later.
    #[error("use {vendor}: {why}")]
    Refused { vendor: String, why: String },
    /// The answer is not what the vendor promises.
    #[error("read the answer of {vendor}: {why}")]
    Malformed { vendor: String, why: String },
}

/// What holds a call back on our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// A person halted everything that cannot be taken back.
    Halt,
    /// A backup was restored, and the vendors' state has not been compared yet.
    Reconcile,
    /// The vendor failed several times in a row.
    Breaker,
    /// The vendor's daily quota is used up.
    Daily,
}

impl Hold {
    /// What an item that meets it is kept under, so that all of them can be let go at once.
    pub fn key(self, vendor: &str) -> String {
        match self {
            Self::Halt => "halt".to_owned(),
            Self::Reconcile => "reconcile".to_owned(),
            Self::Breaker => format!("breaker:{vendor}"),
            Self::Daily => format!("daily:{vendor}"),
        }
    }
}

impl std::fmt::Display for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Halt => "the desk is halted",
            Self::Reconcile => "the restored state is not compared with the vendors yet",
            Self::Breaker => "it failed several times in a row and is left alone for a while",
            Self::Daily => "its daily quota is used up",
        })
    }
}

/// What a failed call means for the work that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Again, not before this much later; does not count as a try when throttled.
    Later { wait_ms: i64, counts: bool },
    /// Ask the vendor what happened, or a person.
    Reconcile,
    /// A person has to look.
    Stop,
}

pub type PortResult<T> = Result<T, PortError>;

const BACKOFF_BASE_MS: i64 = 1_000;
const BACKOFF_MAX_MS: i64 = 60_000;
/// `Retry-After` is honoured up to here.
pub const WAIT_MAX_MS: i64 = 3_600_000;

impl PortError {
    pub fn vendor(&self) -> &str {
        match self {
            Self::Throttled { vendor, .. }
            | Self::Unreachable { vendor, .. }
            | Self::Unclear { vendor, .. }
            | Self::Held { vendor, .. }
            | Self::Denied { vendor, .. }
            | Self::OutOfCredits { vendor }
            | Self::Refused { vendor, .. }
            | Self::Malformed { vendor, .. } => vendor,
        }
    }

    /// The one function that turns kinds into "again, when" or "stop".
    pub fn next(&self, attempt: u32) -> Next {
        let backoff = BACKOFF_BASE_MS.saturating_mul(1 << attempt.min(6)).min(BACKOFF_MAX_MS);
        match self {
            Self::Throttled { wait_ms, .. } => {
                Next::Later { wait_ms: (*wait_ms).clamp(100, WAIT_MAX_MS), counts: false }
            }
            Self::Held { wait_ms, .. } => Next::Later { wait_ms: *wait_ms, counts: false },
            Self::Unreachable { .. } | Self::Malformed { .. } => Next::Later { wait_ms: backoff, counts: true },
            Self::Unclear { .. } => Next::Reconcile,
            Self::Denied { .. } | Self::OutOfCredits { .. } | Self::Refused { .. } => Next::Stop,
        }
    }

    /// When to try again, given the class above.
    pub fn retry_at(&self, now: Millis, attempt: u32) -> Option<Millis> {
        match self.next(attempt) {
            Next::Later { wait_ms, .. } => Some(now.plus(wait_ms)),
            Next::Reconcile | Next::Stop => None,
        }
    }
}
