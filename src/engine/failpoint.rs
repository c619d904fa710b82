//! Where the fault suite stops the process: named moments of an effect and of a run's move, at which it kills itself.
//!
//! An order is `point:vendor:op:n` (or `point:run:act:n` for a run's move): at the n-th pass the process gets SIGKILL from
//! itself. Nothing is cleaned up, as when the power goes. Without an order a pass is one comparison.
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use rustix::process::Signal;
use rustix::process::getpid;
use rustix::process::kill_process;

/// A moment at which a crash is of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The intent is committed, the call has not begun.
    BeforeCall,
    /// The answer was read, it is not yet in our ledger.
    Answered,
    /// The effect is done in our ledger, its item has not ended.
    Recorded,
    /// What a run's move changes is written, not committed.
    Moving,
    /// A run's move is committed.
    Moved,
}

impl Point {
    pub const ALL: [Self; 5] = [Self::BeforeCall, Self::Answered, Self::Recorded, Self::Moving, Self::Moved];

    pub fn word(self) -> &'static str {
        match self {
            Self::BeforeCall => "before_call",
            Self::Answered => "answered",
            Self::Recorded => "recorded",
            Self::Moving => "moving",
            Self::Moved => "moved",
        }
    }
}

#[derive(Debug, Default)]
pub struct Failpoint {
    order: Option<Order>,
}

#[derive(Debug)]
struct Order {
    point: Point,
    who: String,
    what: String,
    left: AtomicU64,
}

impl Failpoint {
    /// `None` when this is no order.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let [point, who, what, nth] = parts[..] else { return None };
        let point = Point::ALL.into_iter().find(|known| known.word() == point)?;
        let nth: u64 = nth.parse().ok().filter(|nth| *nth > 0)?;
        let order = Order { point, who: who.to_owned(), what: what.to_owned(), left: AtomicU64::new(nth) };
        (!who.is_empty() && !what.is_empty()).then_some(Self { order: Some(order) })
    }

    /// The moment is here; with an order for it the process ends.
    pub fn pass(&self, point: Point, who: &str, what: &str) {
        if self.is_due(point, who, what) {
            // The kernel ends every thread; what follows is for a system that refuses.
            let _refused = kill_process(getpid(), Signal::KILL);
            std::process::abort();
        }
    }

    fn is_due(&self, point: Point, who: &str, what: &str) -> bool {
        let Some(order) = &self.order else { return false };
        let is_meant = order.point == point && order.who == who && order.what == what;
        is_meant && order.left.fetch_sub(1, Ordering::SeqCst) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_due_once_at_its_pass() {
        let order = Failpoint::parse("answered:lemlist:create campaign:2").unwrap();
        let pass = |point, what| order.is_due(point, "lemlist", what);
        assert!(!pass(Point::BeforeCall, "create campaign"));
        assert!(!pass(Point::Answered, "enrol"));
        assert!(!pass(Point::Answered, "create campaign"));
        assert!(pass(Point::Answered, "create campaign"));
        assert!(!pass(Point::Answered, "create campaign"));
        assert!(!Failpoint::default().is_due(Point::Answered, "lemlist", "create campaign"));
    }

    #[test]
    fn what_is_no_order_is_refused() {
        for text in
            ["", "answered", "answered:lemlist:enrol", "late:lemlist:enrol:1", "moved:run::1", "moved:run:begin:0"]
        {
            assert!(Failpoint::parse(text).is_none(), "{text}");
        }
    }
}
