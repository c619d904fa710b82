//! How much may be sent: by mailbox, to a domain, to a person, to a company.
use crate::domain::compliance::facts::SendCounts;
use crate::domain::compliance::rows::MailboxPolicy;
use crate::domain::time::DAY;
use crate::domain::time::Millis;

/// Most people of one company in running sequences at once.
pub const COMPANY_RUNNING_MAX: u32 = 3;
/// A running sequence of a colleague ends within this time.
const COMPANY_WAIT_MS: i64 = 10 * DAY;

/// A limit that is reached, and when it may be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    pub limit: &'static str,
    pub text: String,
    pub until: Millis,
}

/// What a mailbox of this age may send in a day: a slow start, then a step a week.
pub fn mailbox_cap(age_days: Option<u32>, policy: &MailboxPolicy) -> u32 {
    let warm = policy.warm_mailbox_per_day.min(policy.absolute_max_per_day);
    match age_days {
        Some(age) => (policy.new_mailbox_per_day + policy.ramp_step_per_week * (age / 7)).min(warm),
        None => warm,
    }
}

/// All limits that are reached, in the order of the table.
pub fn reached(sent: &SendCounts, policy: &MailboxPolicy, now: Millis) -> Vec<Reached> {
    let cap = mailbox_cap(sent.mailbox_age_days, policy);
    let tomorrow = Millis(now.0 - now.0.rem_euclid(DAY)).plus(DAY);
    let person_days = i64::from(policy.max_touches_window_days);
    let rows = [
        (sent.mailbox >= cap, "mailbox_day", format!("The mailbox has sent its {cap} mails of the day."), tomorrow),
        (
            sent.domain >= policy.per_recipient_domain_per_day,
            "domain_day",
            format!("{} mails went to this company's domain today, the most allowed.", sent.domain),
            tomorrow,
        ),
        (
            sent.person_21d >= policy.max_touches_per_person,
            "person_touches",
            format!("This person was contacted {} times in {person_days} days, the most allowed.", sent.person_21d),
            now.plus(person_days * DAY),
        ),
        (
            sent.company_running >= COMPANY_RUNNING_MAX,
            "company_running",
            format!("{} colleagues are in running sequences, the most allowed.", sent.company_running),
            now.plus(COMPANY_WAIT_MS),
        ),
    ];
    let hit = rows.into_iter().filter(|row| row.0);
    hit.map(|(_, limit, text, until)| Reached { limit, text, until }).collect()
}
