//! When mail may leave: weekdays and hours in a zone, and the pause between two mails.
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::http::text;
use crate::sandbox::lemlist::State;
use crate::sandbox::lemlist::state::Schedule;
use crate::sandbox::lemlist::state::TEAM;

const DAYS_TRIED_MAX: usize = 15;

/// The rule for one lead.
pub struct Rule {
    pub wait_s: i64,
    zone: TimeZone,
    start: Time,
    end: Time,
    weekdays: Vec<i64>,
}

impl Rule {
    /// The first moment at or after `ms` at which the window is open.
    pub fn open_from(&self, ms: i64) -> i64 {
        let Ok(at) = Timestamp::from_millisecond(ms) else {
            return ms;
        };
        let mut day = at.to_zoned(self.zone.clone());
        for _ in 0..DAYS_TRIED_MAX {
            let weekday = i64::from(day.weekday().to_monday_one_offset());
            let open = self.weekdays.contains(&weekday) || (weekday == 7 && self.weekdays.contains(&0));
            if open && day.time() < self.end {
                if day.time() >= self.start {
                    return day.timestamp().as_millisecond();
                }
                if let Ok(opening) = day.date().to_datetime(self.start).to_zoned(self.zone.clone()) {
                    return opening.timestamp().as_millisecond();
                }
            }
            let next = day.date().tomorrow().and_then(|d| d.to_datetime(Time::midnight()).to_zoned(self.zone.clone()));
            match next {
                Ok(next) => day = next,
                Err(_) => return ms,
            }
        }
        ms
    }
}

/// The last schedule of the lead's campaign, in the lead's own zone where it has one.
pub fn rule(state: &State, lead: usize) -> Rule {
    let l = &state.leads[lead];
    let c = &state.campaigns[l.campaign];
    let s = c.schedules.last().and_then(|id| state.schedules.iter().find(|s| s.id == *id));
    let own = l.vars.get("timezone").and_then(Value::as_str).filter(|z| !z.is_empty());
    let zone = own.and_then(|z| TimeZone::get(z).ok());
    let zone = zone.or_else(|| s.and_then(|s| TimeZone::get(&s.zone).ok()));
    let clock = |text: Option<&str>, hour: i8| {
        text.and_then(|t| t.parse().ok()).unwrap_or_else(|| Time::constant(hour, 0, 0, 0))
    };
    Rule {
        wait_s: s.map_or(120, |s| s.wait_s),
        zone: zone.unwrap_or(TimeZone::UTC),
        start: clock(s.map(|s| s.start.as_str()), 9),
        end: clock(s.map(|s| s.end.as_str()), 17),
        weekdays: s.map_or_else(|| vec![1, 2, 3, 4, 5], |s| s.weekdays.clone()),
    }
}

pub fn show(s: &Schedule) -> Value {
    json!({
        "_id": s.id, "name": s.name, "secondsToWait": s.wait_s, "timezone": s.zone, "start": s.start, "end": s.end,
        "weekdays": s.weekdays, "public": false, "teamId": TEAM, "createdAt": iso(s.created),
    })
}

pub fn handle(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    match (req.method.as_str(), rest) {
        ("GET", []) => {
            let all: Vec<Value> = core.lemlist.schedules.iter().map(show).collect();
            let n = all.len();
            Reply::json(
                200,
                &json!({"schedules": all, "pagination": {"totalRecords": n, "currentPage": 1, "nextPage": null, "totalPage": 1}}),
            )
        }
        ("POST", []) => {
            let body = req.json().unwrap_or_default();
            let id = core.lemlist.new_id("skd");
            let mut s = Schedule {
                id,
                name: String::new(),
                wait_s: 1200,
                zone: String::new(),
                start: String::new(),
                end: String::new(),
                weekdays: Vec::new(),
                created: now,
            };
            if let Err(why) = apply(&mut s, &body, true) {
                return Reply::json(400, &json!({"error": "Bad Request", "message": why}));
            }
            let shown = show(&s);
            core.lemlist.schedules.push(s);
            Reply::json(200, &shown).done()
        }
        (method, [id]) => {
            let body = req.json().unwrap_or_default();
            let Some(s) = core.lemlist.schedules.iter_mut().find(|s| s.id == *id) else {
                return Reply::text(404, "Schedule not found");
            };
            match method {
                "GET" => Reply::json(200, &show(s)),
                "PATCH" => match apply(s, &body, false) {
                    Ok(()) => Reply::json(200, &show(s)).done(),
                    Err(why) => Reply::json(400, &json!({"error": "Bad Request", "message": why})),
                },
                _ => Reply::text(405, "Method not allowed"),
            }
        }
        _ => Reply::text(405, "Method not allowed"),
    }
}

fn apply(s: &mut Schedule, body: &Value, whole: bool) -> Result<(), String> {
    for key in ["name", "timezone", "start", "end", "weekdays"] {
        if whole && body.get(key).is_none() {
            return Err(format!("{key} is required"));
        }
    }
    if let Some(name) = text(body, "name") {
        name.clone_into(&mut s.name);
    }
    if let Some(zone) = text(body, "timezone") {
        TimeZone::get(zone).map_err(|_| "timezone is not valid".to_owned())?;
        zone.clone_into(&mut s.zone);
    }
    for (key, slot) in [("start", &mut s.start), ("end", &mut s.end)] {
        if let Some(clock) = text(body, key) {
            clock.parse::<Time>().map_err(|_| format!("{key} is not a time"))?;
            clock.clone_into(slot);
        }
    }
    if let Some(days) = body["weekdays"].as_array() {
        s.weekdays = days.iter().filter_map(Value::as_i64).collect();
        if s.weekdays.is_empty() || s.weekdays.iter().any(|d| !(0..=7).contains(d)) {
            return Err("weekdays must hold days from 0 to 7".to_owned());
        }
    }
    if let Some(wait) = body["secondsToWait"].as_i64() {
        s.wait_s = wait.max(1);
    }
    Ok(())
}
