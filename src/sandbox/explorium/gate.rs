//! Explorium's door: the key header and one sliding minute.
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::core::Keys;
use crate::sandbox::http::Reply;
use crate::sandbox::limits::Verdict;

pub const MOST: usize = 200;
pub const WINDOW_MS: i64 = 60_000;

pub fn refuse(core: &mut Core, keys: &Keys, now: i64) -> Option<Reply> {
    if keys.api_key.as_deref() != Some(crate::sandbox::EXPLORIUM_KEY) {
        let e = json!({"details": "Invalid or missing API key", "correlation_id": core.next_correlation()});
        return Some(Reply::json(401, &e));
    }
    match core.explorium.window.take(now) {
        Verdict::Free { left } => {
            core.explorium.left = left;
            None
        }
        Verdict::Wait { ms } => {
            core.explorium.left = 0;
            let wait_s = (ms + 999) / 1000;
            let e = json!({"error": "Rate limit exceeded", "message": "You have exceeded 200 requests per minute", "retry_after": wait_s});
            let mut no = Reply::json(429, &e).with("Retry-After", wait_s);
            headers(core, now, &mut no);
            Some(no)
        }
    }
}

pub fn headers(core: &Core, now: i64, reply: &mut Reply) {
    reply.headers.push(("X-RateLimit-Limit", MOST.to_string()));
    reply.headers.push(("X-RateLimit-Remaining", core.explorium.left.to_string()));
    reply.headers.push(("X-RateLimit-Reset", ((now + WINDOW_MS) / 1000).to_string()));
}
