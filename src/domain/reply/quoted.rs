//! The part of a reply that its writer wrote: without the quoted mail and the signature.

/// Lines before the quoted mail begins. What is above counts; a reply that is all quote counts as it is.
pub fn own_text(text: &str) -> String {
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = plain.lines().collect();
    let end = (0..lines.len()).find(|at| begins_quote(&lines, *at)).unwrap_or(lines.len());
    let own: Vec<&str> = lines[..end].iter().copied().filter(|line| !line.trim_start().starts_with('>')).collect();
    let below: Vec<&str> = if end < lines.len() { answers_below(&lines[end..]) } else { Vec::new() };
    own.into_iter().chain(below).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Answers written under or between `>` lines.
fn answers_below<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    if !lines.iter().any(|line| line.trim_start().starts_with('>')) {
        return Vec::new();
    }
    let first = lines.iter().position(|line| line.trim_start().starts_with('>')).unwrap_or(lines.len());
    lines[first..].iter().copied().filter(|line| !line.trim_start().starts_with('>')).collect()
}

fn begins_quote(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    let lower = line.to_lowercase();
    let next = lines.get(at + 1).map_or("", |line| line.trim());
    let marks = [
        "-----original",
        "-----urspr",
        "----- original",
        "________________________________",
        "begin forwarded message",
    ];
    if marks.iter().any(|mark| lower.starts_with(mark)) || line == "--" {
        return true;
    }
    let joined = format!("{line} {next}").to_lowercase();
    is_lead_in(&lower)
        || is_lead_in(&joined) && !is_lead_in(&next.to_lowercase()) && starts_lead_in(&lower)
        || is_header_block(lines, at)
}

fn starts_lead_in(line: &str) -> bool {
    ["on ", "am ", "le ", "el ", "il ", "op "].iter().any(|start| line.starts_with(start))
}

/// "On Tue, 3 Mar 2026 at 10:00, Ava wrote:" in six languages.
fn is_lead_in(line: &str) -> bool {
    let ends = [
        "wrote:",
        "schrieb:",
        "a écrit :",
        "a écrit:",
        "a ecrit :",
        "a ecrit:",
        "escribió:",
        "escribio:",
        "ha scritto:",
        "schreef:",
    ];
    let ends_so = ends.iter().any(|end| line.trim_end().ends_with(end))
        || line.starts_with("am ") && line.contains(" schrieb ") && line.ends_with(':');
    starts_lead_in(line) && ends_so
}

/// Outlook: "From: … / Sent: …" on lines that follow each other.
fn is_header_block(lines: &[&str], at: usize) -> bool {
    let starts = |line: &str, names: &[&str]| names.iter().any(|name| line.to_lowercase().starts_with(name));
    let from = ["from:", "von:", "de :", "de:", "da:", "van:"];
    let rest = [
        "sent:",
        "date:",
        "to:",
        "subject:",
        "gesendet:",
        "an:",
        "envoyé :",
        "envoyé:",
        "enviado:",
        "inviato:",
        "verzonden:",
    ];
    starts(lines[at].trim(), &from) && lines.iter().skip(at + 1).take(3).any(|line| starts(line.trim(), &rest))
}
