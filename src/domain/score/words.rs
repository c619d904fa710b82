//! A score as one line that a rep reads.
use crate::domain::score::Score;
use crate::domain::score::lines::Group;
use crate::domain::score::lines::ScoreLine;

/// Most signals named in the sentence.
const SIGNALS_MAX: usize = 2;

pub fn sentence(score: &Score) -> String {
    let mut parts = vec![who(score)];
    parts.extend(find(score, "email").filter(|line| line.found != "unknown").map(|line| line.found.clone()));
    let signals = score.lines.iter().filter(|line| line.group == Group::Intent && line.contribution > 0.0);
    parts.extend(signals.take(SIGNALS_MAX).map(|line| line.found.clone()));
    let risks = score.lines.iter().filter(|line| line.group == Group::Risk && line.contribution < 0.0);
    parts.extend(risks.filter(|line| line.criterion != "no_verified_email").map(|line| line.found.clone()));
    parts.extend(score.disqualified.iter().map(|why| format!("may not be mailed: {why}")));
    parts.retain(|part| !part.is_empty());
    format!("{:.2}: {}", score.total, parts.join("; "))
}

/// "VP Finance at a 200-1,000 fintech using Snowflake", with what is known.
fn who(score: &Score) -> String {
    let mut company = String::new();
    if let Some(size) = known(score, "size") {
        let is_one = size.found.chars().all(|c| c.is_ascii_digit() || c == ',');
        company.push_str(&format!("{}{} ", size.found, if is_one { "-person" } else { "" }));
    }
    company.push_str(&known(score, "industry").map_or("company".to_owned(), |line| line.found.to_lowercase()));
    let article = if company.starts_with(['a', 'e', 'i', 'o', '8']) { "an" } else { "a" };
    let technology = known(score, "technology").filter(|line| line.value > 0.0);
    let using = technology.map_or(String::new(), |line| format!(" using {}", line.found));
    match known(score, "role") {
        Some(role) => format!("{} at {article} {company}{using}", role.found),
        None => format!("{company}{using}; title unknown"),
    }
}

fn find<'a>(score: &'a Score, criterion: &str) -> Option<&'a ScoreLine> {
    score.lines.iter().find(|line| line.criterion == criterion)
}

fn known<'a>(score: &'a Score, criterion: &str) -> Option<&'a ScoreLine> {
    find(score, criterion).filter(|line| line.is_known)
}
