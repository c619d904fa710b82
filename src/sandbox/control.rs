//! The controls below `/_sandbox`: for tests and the demo, never used by the product.
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::core::Keys;
use crate::sandbox::faults::Fault;
use crate::sandbox::held::LetGo;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::lemlist::activities;
use crate::sandbox::wire::Shared;

/// The furthest jump in one call: four hundred days.
const ADVANCE_S_MAX: i64 = 400 * 86_400;

pub fn handle(shared: &Shared, req: &Req) -> Reply {
    match (req.method.as_str(), req.path.as_str()) {
        ("GET", "/ledger") => {
            let now = shared.clock.now_ms();
            let mut core = shared.lock();
            core.tick(now);
            let mut page = core.ledger.show();
            page["lemlist"]["outcomes"] = activities::outcomes(&core);
            Reply::json(200, &page)
        }
        ("GET", "/clock") => clock(shared),
        ("POST", "/clock") => advance(shared, req),
        ("GET", "/faults") => Reply::json(200, &json!(shared.lock().faults.list())),
        ("POST", "/faults") => add_faults(&mut shared.lock(), req),
        ("DELETE", "/faults") => {
            shared.lock().faults.clear();
            shared.held.release(LetGo::Done);
            Reply::json(200, &json!({"cleared": true}))
        }
        ("POST", "/plant") => {
            let now = shared.clock.now_ms();
            shared.lock().call("plant", req, &Keys::default(), now)
        }
        ("GET", "/world") => Reply::json(200, &shared.lock().world_facts()),
        _ => Reply::json(404, &json!({"error": "no such control"})),
    }
}

fn clock(shared: &Shared) -> Reply {
    let now = shared.clock.now_ms();
    Reply::json(200, &json!({"now": iso(now), "now_ms": now, "speed": shared.clock.speed()}))
}

fn advance(shared: &Shared, req: &Req) -> Reply {
    let seconds = req.json().and_then(|b| b["advance_s"].as_f64());
    let Some(ms) = seconds.map(|s| (s * 1000.0) as i64).filter(|ms| (0..=ADVANCE_S_MAX * 1000).contains(ms)) else {
        return Reply::json(400, &json!({"error": "advance_s must be a number from 0 to 34560000"}));
    };
    shared.clock.advance_ms(ms);
    let now = shared.clock.now_ms();
    {
        let mut core = shared.lock();
        core.tick(now);
        core.note_clock(now);
    }
    shared.drain();
    clock(shared)
}

/// Lets go of all that is kept: `act` says whether a vendor that has not acted does so now.
pub fn release(shared: &Shared, req: &Req) -> Reply {
    let Some(act) = req.json().and_then(|body| body["act"].as_bool()) else {
        return Reply::json(400, &json!({"error": "act must be true or false"}));
    };
    let released = shared.held.release(if act { LetGo::Done } else { LetGo::Undone });
    Reply::json(200, &json!({"released": released}))
}

fn add_faults(core: &mut Core, req: &Req) -> Reply {
    let parsed = req.json().map(|v| {
        let list = v.as_array().cloned().unwrap_or_else(|| vec![v]);
        list.into_iter().map(serde_json::from_value::<Fault>).collect::<Result<Vec<_>, _>>()
    });
    match parsed {
        Some(Ok(faults)) => {
            for f in faults {
                core.faults.add(f);
            }
            Reply::json(200, &json!(core.faults.list()))
        }
        Some(Err(e)) => Reply::json(400, &json!({"error": e.to_string()})),
        None => Reply::json(400, &json!({"error": "not JSON"})),
    }
}
