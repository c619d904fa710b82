//! What a reply means, by rules. An opt-out wins over everything; what no rule knows is left to a person.
pub mod dates;
pub mod phrases;
pub mod quoted;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::reply::dates::date_in;
use crate::domain::reply::quoted::own_text;
use crate::domain::text::words;
use crate::domain::time::Millis;

/// Most of a reply that is read.
pub const REPLY_CHARS_MAX: usize = 20_000;
/// A bare "stop" is an opt-out only in a reply this short.
const BARE_WORDS_MAX: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    Price,
    HasSolution,
    NotRelevant,
    NoInterest,
}

impl Objection {
    pub fn word(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::HasSolution => "has a solution",
            Self::NotRelevant => "not relevant",
            Self::NoInterest => "no interest",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum ReplyClass {
    OptOut,
    AutoReply { back_on: Option<Millis> },
    Bounce,
    Positive,
    Objection { kind: Objection },
    Referral,
    NotNow { until: Option<Millis> },
    Question,
    Unsure,
}

impl ReplyClass {
    /// As a card writes it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::OptOut => "opt-out",
            Self::AutoReply { .. } => "auto-reply",
            Self::Bounce => "bounce",
            Self::Positive => "positive",
            Self::Objection { .. } => "objection",
            Self::Referral => "referral",
            Self::NotNow { .. } => "not now",
            Self::Question => "question",
            Self::Unsure => "unsure",
        }
    }
}

/// Header names and values may be in any case. `now` turns "back on 3 March" into a day.
pub fn classify(text: &str, headers: &[(String, String)], now: Millis) -> ReplyClass {
    let short: String = text.chars().take(REPLY_CHARS_MAX).collect();
    let own = own_text(&short);
    let said = words(&own.replace(['\'', '’'], ""));
    let is_bounce = is_bounce(headers, &said);
    let is_auto = is_auto(headers, &said);
    if !is_bounce && says_opt_out(&said, is_auto) {
        return ReplyClass::OptOut;
    }
    if is_bounce {
        return ReplyClass::Bounce;
    }
    if is_auto {
        return ReplyClass::AutoReply { back_on: date_in(&own, now) };
    }
    by_phrases(&own, &said, now)
}

fn by_phrases(own: &str, said: &[String], now: Millis) -> ReplyClass {
    let has = |list: &str| any(said, list);
    // The milder reading comes last: "not interested" holds "interested".
    if has(phrases::NO_INTEREST) {
        return ReplyClass::Objection { kind: Objection::NoInterest };
    }
    if has(phrases::NOT_NOW) {
        return ReplyClass::NotNow { until: date_in(own, now) };
    }
    if has(phrases::REFERRAL) {
        return ReplyClass::Referral;
    }
    if has(phrases::HAS_SOLUTION) {
        return ReplyClass::Objection { kind: Objection::HasSolution };
    }
    if has(phrases::PRICE) {
        return ReplyClass::Objection { kind: Objection::Price };
    }
    if has(phrases::NOT_RELEVANT) {
        return ReplyClass::Objection { kind: Objection::NotRelevant };
    }
    if has(phrases::POSITIVE) && !has(phrases::DOUBT) {
        return ReplyClass::Positive;
    }
    if own.contains('?') {
        return ReplyClass::Question;
    }
    ReplyClass::Unsure
}

/// Wishes to be left alone. A vacation notice's footer ("unsubscribe here") is no wish, a sentence is.
fn says_opt_out(said: &[String], is_auto: bool) -> bool {
    if any(said, phrases::NO_OPT_OUT) {
        return false;
    }
    let is_bare = said.len() <= BARE_WORDS_MAX && any(said, phrases::OPT_OUT_BARE);
    let says_so = any(said, phrases::OPT_OUT);
    if is_auto { says_so && any(said, phrases::OPT_OUT_FIRM) } else { says_so || is_bare }
}

fn is_bounce(headers: &[(String, String)], said: &[String]) -> bool {
    let from_daemon = header(headers, "from").is_some_and(|from| {
        let from = from.to_lowercase();
        from.contains("mailer-daemon") || from.contains("postmaster@")
    });
    let is_report = header(headers, "content-type").is_some_and(|kind| kind.to_lowercase().contains("delivery-status"));
    from_daemon || is_report || any(said, phrases::BOUNCE)
}

fn is_auto(headers: &[(String, String)], said: &[String]) -> bool {
    let submitted = header(headers, "auto-submitted").is_some_and(|value| !value.trim().eq_ignore_ascii_case("no"));
    let marked =
        ["x-autoreply", "x-autorespond", "x-auto-response-suppress"].iter().any(|name| header(headers, name).is_some());
    let precedence = header(headers, "precedence").is_some_and(|value| value.trim().eq_ignore_ascii_case("auto_reply"));
    let subject = header(headers, "subject").map(words).unwrap_or_default();
    submitted || marked || precedence || any(&subject, phrases::AUTO_SUBJECT) || any(said, phrases::AUTO)
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// True if one of the phrases, parted by bars, stands in what was said.
fn any(said: &[String], phrases: &str) -> bool {
    let padded = format!(" {} ", said.join(" "));
    phrases.split('|').any(|phrase| padded.contains(&format!(" {phrase} ")))
}

#[cfg(test)]
mod tests;
