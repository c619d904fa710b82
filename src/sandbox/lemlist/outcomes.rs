//! What becomes of a mail: drawn from the seed, the address and the step, so that it is the same every time.
use crate::sandbox::core::Core;
use crate::sandbox::lemlist::state::Due;
use crate::sandbox::random::hash;
use crate::sandbox::random::hash_text;
use crate::sandbox::random::unit;
use crate::sandbox::world::flag;

const OPENED: f64 = 0.42;
const CLICKED: f64 = 0.06;
const REPLIED: f64 = 0.08;
const OPTED_OUT: f64 = 0.008;
const BOUNCED_VALID: f64 = 0.02;
const BOUNCED_CATCH_ALL: f64 = 0.08;
const BOUNCED_INVALID: f64 = 0.93;
const MINUTE_MS: i64 = 60_000;

/// What a reply is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Positive,
    Objection,
    OutOfOffice,
    Referral,
    OptOutInWords,
    NotNow,
}

/// The fate of one mail.
#[derive(Default)]
pub struct Fate {
    bounced: bool,
    opened: bool,
    clicked: bool,
    replied: bool,
    opted_out: bool,
    draw: u64,
    away: bool,
}

impl Fate {
    /// What follows, as (after how long, what).
    pub fn timeline(&self, step: usize, sender: usize) -> Vec<(i64, Due)> {
        let minutes =
            |salt: u64, from: u64, to: u64| (from + hash(&[self.draw, salt]) % (to - from)) as i64 * MINUTE_MS;
        if self.bounced {
            return vec![(minutes(1, 1, 4), Due::Bounce { step, sender })];
        }
        let mut out = Vec::new();
        let opened = minutes(2, 4, 1_100);
        if self.opened || self.clicked || self.opted_out || (self.replied && !self.away) {
            out.push((opened, Due::Open { step, sender }));
        }
        if self.clicked {
            out.push((opened + minutes(3, 1, 30), Due::Click { step, sender }));
        }
        if self.opted_out {
            out.push((opened + minutes(4, 1, 20), Due::OptOut { step, sender }));
        }
        if self.replied {
            let after = if self.away { minutes(5, 1, 3) } else { opened + minutes(6, 8, 1_500) };
            out.push((after, Due::Reply { step, sender }));
        }
        out
    }
}

pub fn draw(core: &Core, lead: usize, step: usize) -> Fate {
    let l = &core.lemlist.leads[lead];
    let seed = core.world.seed;
    let person = core.world.person_by_mail(&l.mail);
    let draw = hash(&[hash_text(seed, &l.mail), step as u64]);
    let roll = |salt: u64| unit(hash(&[draw, salt]));
    let bounce = match person {
        Some(i) if core.world.has(i, flag::INVALID) => BOUNCED_INVALID,
        Some(i) if core.world.has(i, flag::CATCH_ALL) => BOUNCED_CATCH_ALL,
        _ => BOUNCED_VALID,
    };
    // An address bounces from the first mail on or not at all.
    let bounced = unit(hash_text(seed ^ 0xB0, &l.mail)) < bounce;
    let campaign = &core.lemlist.campaigns[l.campaign];
    let mails: Vec<usize> = (0..campaign.steps.len()).filter(|k| campaign.steps[*k].kind == "email").collect();
    let turn = turn(unit(hash_text(seed ^ 0xB1, &l.mail))).min(mails.len().saturating_sub(1));
    let replies = unit(hash_text(seed ^ 0xB2, &l.mail)) < REPLIED;
    let forced = core.plants.forces_reply(&l.mail);
    Fate {
        bounced: bounced && !forced,
        opened: roll(11) < OPENED,
        clicked: roll(12) < CLICKED,
        replied: forced || (replies && mails.get(turn) == Some(&step)),
        opted_out: !forced && roll(13) < OPTED_OUT,
        draw,
        away: !forced && answer(core, lead) == Answer::OutOfOffice,
    }
}

/// Which mail is answered: most answers come to the first.
fn turn(draw: f64) -> usize {
    match draw {
        x if x < 0.60 => 0,
        x if x < 0.85 => 1,
        _ => 2,
    }
}

pub fn answer(core: &Core, lead: usize) -> Answer {
    let mail = &core.lemlist.leads[lead].mail;
    match unit(hash_text(core.world.seed ^ 0xB3, mail)) {
        x if x < 0.35 => Answer::Positive,
        x if x < 0.60 => Answer::Objection,
        x if x < 0.80 => Answer::OutOfOffice,
        x if x < 0.88 => Answer::Referral,
        x if x < 0.95 => Answer::OptOutInWords,
        _ => Answer::NotNow,
    }
}
