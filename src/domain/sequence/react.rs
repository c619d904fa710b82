//! What follows from what a person did: pure, so that the same event twice gives the same answer.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::reply::ReplyClass;
use crate::domain::time::DAY;
use crate::domain::time::Millis;

/// How long nobody writes to a person who said "not now" without a date, or who never answered.
const REST_MS: i64 = 90 * DAY;
/// How long an absence without a date moves the next touch.
const AWAY_MS: i64 = 7 * DAY;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Engagement {
    Sent,
    Opened,
    Clicked,
    /// The address does not exist.
    BouncedHard,
    /// Mailbox full, server away.
    BouncedSoft,
    /// Refused because of us: reputation, authentication.
    Blocked,
    Unsubscribed,
    Complained,
    Replied {
        class: ReplyClass,
    },
    /// The last touch is done, and nothing came back.
    Finished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressWhy {
    HardBounce,
    OptOut,
    Complaint,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Reaction {
    /// In the same transaction as the event.
    Suppress {
        why: SuppressWhy,
    },
    /// Out of every sequence, of every campaign.
    LeaveAll,
    /// Out of this sequence.
    Leave,
    /// No touch before this.
    Wait {
        until: Millis,
    },
    /// Try the same touch again.
    RetryTouch {
        at: Millis,
    },
    PauseMailbox,
    /// A task for a rep, in a few words.
    Task {
        what: String,
    },
    /// Show the reply to the owner, with a proposal.
    Handoff {
        what: String,
    },
    /// The CRM's "do not mail".
    CrmOptOut,
    /// The lifecycle stage to propose.
    Lifecycle {
        stage: String,
    },
    /// Back to quiet follow-up, from then on.
    Nurture {
        from: Millis,
    },
    /// Nobody can tell: a person reads it, and the sequence waits.
    AskPerson,
}

/// The reactions to one event, in the order to do them.
pub fn react(event: &Engagement, now: Millis) -> Vec<Reaction> {
    match event {
        Engagement::Sent | Engagement::Opened | Engagement::Clicked => Vec::new(),
        Engagement::BouncedHard => vec![
            Reaction::Suppress { why: SuppressWhy::HardBounce },
            Reaction::LeaveAll,
            task("find the correct address"),
        ],
        Engagement::BouncedSoft => vec![Reaction::RetryTouch { at: now.plus(DAY) }],
        Engagement::Blocked => {
            vec![Reaction::PauseMailbox, task("look at the mailbox: mail was refused because of us")]
        }
        Engagement::Unsubscribed => stop(SuppressWhy::OptOut),
        Engagement::Complained => stop(SuppressWhy::Complaint),
        Engagement::Replied { class } => reply(class, now),
        Engagement::Finished => vec![Reaction::Leave, Reaction::Nurture { from: now.plus(REST_MS) }],
    }
}

fn reply(class: &ReplyClass, now: Millis) -> Vec<Reaction> {
    match class {
        ReplyClass::OptOut => stop(SuppressWhy::OptOut),
        ReplyClass::Bounce => react(&Engagement::BouncedHard, now),
        ReplyClass::AutoReply { back_on } => {
            let until = back_on.filter(|day| *day > now).unwrap_or_else(|| now.plus(AWAY_MS));
            vec![Reaction::Wait { until }]
        }
        ReplyClass::Positive => vec![
            Reaction::Leave,
            Reaction::Handoff { what: "wants to talk: offer a meeting".to_owned() },
            Reaction::Lifecycle { stage: "salesqualifiedlead".to_owned() },
        ],
        ReplyClass::Objection { kind } => vec![
            Reaction::Leave,
            Reaction::Handoff { what: format!("objects: {}", kind.word()) },
            Reaction::Nurture { from: now.plus(REST_MS) },
        ],
        ReplyClass::Referral => vec![Reaction::Leave, Reaction::Handoff { what: "names somebody else".to_owned() }],
        ReplyClass::NotNow { until } => {
            let from = until.filter(|day| *day > now).unwrap_or_else(|| now.plus(REST_MS));
            vec![Reaction::Leave, Reaction::Nurture { from }]
        }
        ReplyClass::Question => vec![Reaction::Leave, Reaction::Handoff { what: "asks a question".to_owned() }],
        ReplyClass::Unsure => vec![Reaction::AskPerson],
    }
}

fn stop(why: SuppressWhy) -> Vec<Reaction> {
    vec![Reaction::Suppress { why }, Reaction::LeaveAll, Reaction::CrmOptOut]
}

fn task(what: &str) -> Reaction {
    Reaction::Task { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_stop_is_suppressed_first() {
        let now = Millis(0);
        for event in [
            Engagement::Unsubscribed,
            Engagement::Complained,
            Engagement::BouncedHard,
            Engagement::Replied { class: ReplyClass::OptOut },
            Engagement::Replied { class: ReplyClass::Bounce },
        ] {
            let reactions = react(&event, now);
            assert!(matches!(reactions[0], Reaction::Suppress { .. }), "{event:?}");
            assert!(reactions.contains(&Reaction::LeaveAll), "{event:?}");
        }
    }

    #[test]
    fn our_own_fault_never_suppresses_a_person() {
        for event in [Engagement::Blocked, Engagement::BouncedSoft, Engagement::Sent] {
            let reactions = react(&event, Millis(0));
            assert!(!reactions.iter().any(|one| matches!(one, Reaction::Suppress { .. })), "{event:?}");
        }
    }

    #[test]
    fn an_absence_moves_the_next_touch() {
        let away = |back_on| Engagement::Replied { class: ReplyClass::AutoReply { back_on } };
        assert_eq!(react(&away(Some(Millis(9 * DAY))), Millis(0)), [Reaction::Wait { until: Millis(9 * DAY) }]);
        assert_eq!(react(&away(None), Millis(0)), [Reaction::Wait { until: Millis(AWAY_MS) }]);
        assert_eq!(react(&away(Some(Millis(0))), Millis(DAY)), [Reaction::Wait { until: Millis(DAY + AWAY_MS) }]);
    }
}
