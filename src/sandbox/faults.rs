//! Misbehaviour on demand.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

/// What goes wrong.
#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Status,
    Delay,
    Reset,
    HalfBody,
    TimeoutAfterDoing,
    /// The call is kept before the vendor acts, until it is let go (`/_sandbox/held`).
    HoldBefore,
    /// The vendor has acted; its answer is kept.
    HoldAfter,
    DuplicateHook,
    ReorderHooks,
}

/// One order: which calls, what, how often.
#[derive(Deserialize, Serialize, Clone)]
pub struct Fault {
    pub vendor: String,
    #[serde(rename = "match", default)]
    pub matches: String,
    pub kind: Kind,
    #[serde(default = "once")]
    pub times: u32,
    /// So many fitting calls pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    pub status: Option<u16>,
    pub body: Option<Value>,
    pub retry_after: Option<u64>,
    pub ms: Option<u64>,
}

fn once() -> u32 {
    1
}

#[derive(Default)]
pub struct Faults {
    all: Vec<Fault>,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.all.push(fault);
    }

    pub fn clear(&mut self) {
        self.all.clear();
    }

    pub fn list(&self) -> &[Fault] {
        &self.all
    }

    /// The fault for this call ("METHOD /path"), used up by one.
    pub fn take(&mut self, vendor: &str, call: &str) -> Option<Fault> {
        self.take_where(|f| !is_hook(f.kind) && f.vendor == vendor && call.contains(&f.matches))
    }

    pub fn take_hook(&mut self, kind: Kind, hook: &str) -> bool {
        self.take_where(|f| f.kind == kind && hook.contains(&f.matches)).is_some()
    }

    fn take_where(&mut self, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let due = |f: &mut Fault| {
            let skipped = f.skip > 0;
            f.skip = f.skip.saturating_sub(1);
            !skipped
        };
        let fault = self.all.iter_mut().filter(|f| f.times > 0 && wanted(f)).find_map(|f| due(f).then_some(f))?;
        fault.times -= 1;
        let taken = fault.clone();
        self.all.retain(|f| f.times > 0);
        Some(taken)
    }
}

fn is_hook(kind: Kind) -> bool {
    matches!(kind, Kind::DuplicateHook | Kind::ReorderHooks)
}
