//! The writer's part: a subject, a hook and a pain sentence that say nothing beyond the facts they cite.
mod facts;
mod phrases;
mod subject;

use serde::Deserialize;
use serde_json::json;

use crate::sandbox::model::hash;
use facts::Kind;
use facts::Usable;

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    lead: Lead,
    #[serde(default)]
    facts: Vec<Fact>,
    #[serde(default)]
    playbook: Vec<Line>,
    #[serde(default)]
    wishes: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Lead {
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    company: Option<String>,
    #[serde(default)]
    title: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Fact {
    id: String,
    #[serde(default)]
    kind: String,
    text: String,
}

#[derive(Debug, Deserialize)]
struct Line {
    id: String,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    Usual,
    Short,
}

/// Everything the sentences are made of, after the unsafe parts are gone.
pub struct Material {
    pub company: String,
    pub title: String,
    pub facts: Vec<Usable>,
    pub pain: Option<Usable>,
    pub length: Length,
    /// Two leads get different wording, one lead always the same.
    pub key: String,
}

struct Part {
    text: String,
    cites: Vec<String>,
}

/// The draft as JSON text, or what is wrong with the question.
pub fn draft(message: &str) -> Result<String, String> {
    let asked: Asked = serde_json::from_str(message)
        .map_err(|fault| format!("the last user message is not the JSON a mail draft needs: {fault}"))?;
    let material = gather(asked);
    let (hook, pain) = (hook(&material), pain(&material));
    let draft = json!({
        "subject": subject::line(&material),
        "hook": {"text": hook.text, "facts": hook.cites},
        "pain": {"text": pain.text, "facts": pain.cites},
    });
    Ok(draft.to_string())
}

fn gather(asked: Asked) -> Material {
    let safe = |text: Option<String>| text.filter(|text| facts::is_name(text)).map(|text| text.trim().to_owned());
    let company = safe(asked.lead.company).unwrap_or_else(|| "your company".to_owned());
    let title = safe(asked.lead.title).unwrap_or_default();
    let wishes = asked.wishes.unwrap_or_default().to_lowercase();
    let length = if wishes.contains("short") || wishes.contains("brief") { Length::Short } else { Length::Usual };
    let key = format!("{company}|{}", asked.lead.first_name.unwrap_or_default());
    let facts =
        facts::ranked(asked.facts.iter().map(|fact| (fact.id.as_str(), fact.kind.as_str(), fact.text.as_str())));
    let lines: Vec<(&str, &str, &str)> =
        asked.playbook.iter().map(|line| (line.id.as_str(), "playbook", line.text.as_str())).collect();
    let about = format!("{title} {}", facts.iter().map(|fact| fact.text.as_str()).collect::<Vec<_>>().join(" "));
    let pain = closest(facts::ranked(lines.into_iter()), &about, &key);
    Material { company, title, facts, pain, length, key }
}

/// The playbook line that shares most words with the lead; a tie is decided by the lead's hash.
fn closest(lines: Vec<Usable>, about: &str, key: &str) -> Option<Usable> {
    let about = about.to_lowercase();
    let shared = |line: &Usable| {
        let words = line.text.to_lowercase();
        let long = words.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 3);
        long.filter(|word| about.contains(*word)).count()
    };
    lines.into_iter().max_by_key(|line| (shared(line), hash::stable(&format!("{key}|{}", line.id))))
}

fn hook(material: &Material) -> Part {
    let Some(first) = material.facts.first() else {
        let patterns = if material.title.is_empty() { phrases::NOTHING_KNOWN } else { phrases::ROLE_ONLY };
        return Part {
            text: phrases::fill(phrases::choose(material, "hook", patterns), material, ""),
            cites: Vec::new(),
        };
    };
    let mut text = phrases::sentence(material, first);
    let mut cites = vec![first.id.clone()];
    if material.length == Length::Usual {
        let second = material.facts.iter().skip(1).find(|fact| fact.kind != first.kind && fact.kind.is_event());
        text.push(' ');
        match second {
            Some(second) => {
                text.push_str(&phrases::second(material, second));
                cites.push(second.id.clone());
            }
            None => text.push_str(&phrases::role(material)),
        }
    }
    Part { text, cites }
}

fn pain(material: &Material) -> Part {
    match &material.pain {
        Some(line) => Part { text: phrases::pain(material, &line.text), cites: vec![line.id.clone()] },
        None => Part {
            text: phrases::fill(phrases::choose(material, "pain", phrases::PAIN_UNKNOWN), material, ""),
            cites: Vec::new(),
        },
    }
}

impl Kind {
    /// Worth a second sentence.
    fn is_event(self) -> bool {
        matches!(self, Kind::Funding | Kind::Hiring | Kind::Technology | Kind::News)
    }
}

#[cfg(test)]
mod tests;
