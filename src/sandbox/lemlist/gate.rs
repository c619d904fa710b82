//! lemlist's door: basic authentication with an empty user, twenty calls in two seconds.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::sandbox::core::Core;
use crate::sandbox::core::Keys;
use crate::sandbox::http::Reply;
use crate::sandbox::limits::Verdict;

pub const MOST: usize = 20;
pub const WINDOW_MS: i64 = 2_000;

pub fn refuse(core: &mut Core, keys: &Keys, now: i64) -> Option<Reply> {
    let wanted = format!("Basic {}", STANDARD.encode(format!(":{}", crate::sandbox::LEMLIST_KEY)));
    if keys.authorization.as_deref() != Some(wanted.as_str()) {
        return Some(Reply::text(401, "The authentication you supplied is incorrect"));
    }
    match core.lemlist.window.take(now) {
        Verdict::Free { left } => {
            core.lemlist.left = left;
            None
        }
        Verdict::Wait { ms } => {
            core.lemlist.left = 0;
            let mut no = Reply::text(429, "Too many requests").with("Retry-After", (ms + 999) / 1000);
            headers(core, now, &mut no);
            Some(no)
        }
    }
}

/// The reset is a JavaScript date string, as lemlist's is.
pub fn headers(core: &Core, now: i64, reply: &mut Reply) {
    let reset = jiff::Timestamp::from_millisecond(now + WINDOW_MS)
        .map(|t| t.strftime("%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)").to_string())
        .unwrap_or_default();
    reply.headers.push(("X-RateLimit-Limit", MOST.to_string()));
    reply.headers.push(("X-RateLimit-Remaining", core.lemlist.left.to_string()));
    reply.headers.push(("X-RateLimit-Reset", reset));
}
