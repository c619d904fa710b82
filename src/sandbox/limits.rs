//! Rate limits, counted in world time.
use std::collections::HashMap;
use std::collections::VecDeque;

/// What a bucket says to a call: how many are left, or how long to wait.
pub enum Verdict {
    Free { left: usize },
    Wait { ms: i64 },
}

/// At most `max` calls in any stretch of `window_ms`.
pub struct Sliding {
    max: usize,
    window_ms: i64,
    taken: VecDeque<i64>,
}

impl Sliding {
    pub fn new(max: usize, window_ms: i64) -> Self {
        Self { max, window_ms, taken: VecDeque::new() }
    }

    pub fn take(&mut self, now: i64) -> Verdict {
        while self.taken.front().is_some_and(|t| now - t >= self.window_ms) {
            self.taken.pop_front();
        }
        if self.taken.len() >= self.max {
            let oldest = self.taken.front().copied().unwrap_or(now);
            return Verdict::Wait { ms: (oldest + self.window_ms - now).max(1) };
        }
        self.taken.push_back(now);
        Verdict::Free { left: self.max - self.taken.len() }
    }
}

/// Fixed windows opened by the first call, one set for each endpoint.
#[derive(Default)]
pub struct Windows {
    open: HashMap<(String, usize), (i64, usize)>,
}

impl Windows {
    /// `spans` are (length in ms, most calls); answers the use of each, or the wait of the full one.
    pub fn take(&mut self, endpoint: &str, spans: &[(i64, usize)], now: i64) -> Result<Vec<usize>, (Vec<usize>, i64)> {
        let mut used = Vec::new();
        let mut wait = None;
        for (i, (length, most)) in spans.iter().enumerate() {
            let slot = self.open.entry((endpoint.to_owned(), i)).or_insert((now, 0));
            if now - slot.0 >= *length {
                *slot = (now, 0);
            }
            if slot.1 >= *most {
                wait = wait.max(Some(slot.0 + length - now));
            }
            used.push(slot.1);
        }
        if let Some(ms) = wait {
            return Err((used, ms));
        }
        for (i, count) in used.iter_mut().enumerate() {
            *count += 1;
            if let Some(slot) = self.open.get_mut(&(endpoint.to_owned(), i)) {
                slot.1 = *count;
            }
        }
        Ok(used)
    }
}
