//! What the system says of a process.

/// Kernel ticks are hundredths of a second on Linux.
const TICK_MS: f64 = 10.0;

pub struct Usage {
    pub rss_mb: f64,
    pub anon_mb: f64,
    pub file_mb: f64,
}

/// User and system time of all threads, also of those that have ended.
pub fn cpu_ms(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().unwrap()).sum();
    ticks * TICK_MS
}

/// The most memory that a process has held so far.
pub fn peak_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1_024.0 / 1e6
}

pub fn usage(pid: u32) -> Usage {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mb = |key: &str| {
        let line = status.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1_024.0 / 1e6
    };
    Usage { rss_mb: mb("VmRSS:"), anon_mb: mb("RssAnon:"), file_mb: mb("RssFile:") }
}
