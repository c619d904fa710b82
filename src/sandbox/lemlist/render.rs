//! Variables in subjects and messages.
use serde_json::Value;

use crate::sandbox::lemlist::state::Lead;
use crate::sandbox::lemlist::state::SENDERS;

/// Puts the lead's variables into `{{name}}` or `{{name|what else}}`; unknown ones become empty.
pub fn fill(template: &str, lead: &Lead, sender: usize) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest[start..].find("}}") else {
            break;
        };
        out.push_str(&rest[..start]);
        let inner = &rest[start + 2..start + end];
        let (name, other) = inner.split_once('|').unwrap_or((inner, ""));
        let found = value(name.trim(), lead, sender).filter(|v| !v.is_empty());
        out.push_str(&found.unwrap_or_else(|| other.trim().trim_matches('"').to_owned()));
        rest = &rest[start + end + 2..];
    }
    out.push_str(rest);
    out
}

fn value(name: &str, lead: &Lead, sender: usize) -> Option<String> {
    let s = SENDERS[sender];
    match name {
        "email" => Some(lead.mail.clone()),
        "senderFirstName" | "sender.firstName" => Some(s.1.to_owned()),
        "senderLastName" => Some(s.2.to_owned()),
        "senderEmail" => Some(s.3.to_owned()),
        "signature" => Some(format!("{} {}", s.1, s.2)),
        "unsubscribe" | "unsubscribeUrl" => Some(format!("https://unsubscribe.quarterdeck.example/{}", lead.id)),
        _ => match lead.vars.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        },
    }
}

/// A message without its tags.
pub fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.replace("<br>", "\n").replace("</p>", "\n").chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}
