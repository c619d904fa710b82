//! What the model reads: the stable prefix, where the thread stands, the newest part of the conversation, this turn.
use serde_json::Value;

use crate::run::turn::Message;

/// Most entries of the conversation so far.
pub const ENTRIES_MAX: usize = 40;
/// Most characters of them.
pub const CHARS_MAX: usize = 60_000;

/// A call and its answers are kept together or left out together: half of a group is refused by model services.
pub fn messages(prefix: &str, standing: &str, prior: &[Message], turn: &[Message]) -> Vec<Message> {
    let kept = newest(prior);
    let mut out = Vec::with_capacity(2 + kept.len() + turn.len());
    out.push(Message::System { text: prefix.to_owned() });
    out.extend_from_slice(kept);
    out.push(Message::System { text: standing.to_owned() });
    out.extend_from_slice(turn);
    out
}

fn newest(prior: &[Message]) -> &[Message] {
    let mut start = prior.len();
    let mut chars = 0;
    let mut end = prior.len();
    while end > 0 {
        let begin = group_start(prior, end);
        chars += prior[begin..end].iter().map(size).sum::<usize>();
        if prior.len() - begin > ENTRIES_MAX || chars > CHARS_MAX {
            break;
        }
        start = begin;
        end = begin;
    }
    &prior[start..]
}

/// Where the group that ends before `end` begins: answers belong to the call before them.
fn group_start(entries: &[Message], end: usize) -> usize {
    let mut begin = end - 1;
    while begin > 0 && matches!(entries[begin], Message::Tool { .. }) {
        begin -= 1;
    }
    begin
}

fn size(message: &Message) -> usize {
    match message {
        Message::System { text } | Message::User { text } | Message::Tool { text, .. } => text.len(),
        Message::Assistant { text, calls } => {
            text.len() + calls.iter().map(|call| call.name.len() + call.arguments.len()).sum::<usize>()
        }
    }
}

/// Entries without calls that have no answer (a turn that was cut off).
pub fn whole_groups(entries: &[Message]) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        match entry {
            Message::Assistant { calls, .. } if !calls.is_empty() => {
                let answers = entries[at + 1..].iter().take_while(|next| matches!(next, Message::Tool { .. })).count();
                if answers < calls.len() {
                    break;
                }
                out.push(entry.clone());
            }
            _ => out.push(entry.clone()),
        }
    }
    out
}

/// What a person said, for the model: their words, one line for each attached list, without the file's name, and one
/// line when the words refuse something.
pub fn user_text(payload: &Value, lists: &[(String, String, i64)]) -> String {
    let mut text = payload["text"].as_str().unwrap_or_default().to_owned();
    for (id, kind, rows) in lists {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("[attached: {id} · {rows} {kind} · from file]"));
    }
    if let Some(what) = payload["refused"].as_str() {
        text.push_str(&format!("\n[refused: {what} · the run is over · nothing was sent]"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::turn::ToolCall;

    fn user(text: &str) -> Message {
        Message::User { text: text.into() }
    }

    fn call(id: &str) -> Message {
        let calls = vec![ToolCall { id: id.into(), name: "list_jobs".into(), arguments: "{}".into() }];
        Message::Assistant { text: String::new(), calls }
    }

    fn tool(id: &str, text: &str) -> Message {
        Message::Tool { call: id.into(), text: text.into() }
    }

    #[test]
    fn the_prefix_comes_first_and_this_turn_last() {
        let all = messages("P", "S", &[user("old")], &[user("new")]);
        let expected =
            [Message::System { text: "P".into() }, user("old"), Message::System { text: "S".into() }, user("new")];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_group_is_kept_whole_or_not_at_all() {
        let mut prior = vec![user("first"), call("a"), tool("a", &"x".repeat(CHARS_MAX))];
        prior.push(user("second"));
        assert_eq!(newest(&prior), [user("second")]);
        let many: Vec<Message> = (0..30).flat_map(|i| [call(&i.to_string()), tool(&i.to_string(), "r")]).collect();
        let kept = newest(&many);
        assert_eq!(kept.len(), ENTRIES_MAX);
        assert!(matches!(kept[0], Message::Assistant { .. }));
    }

    #[test]
    fn calls_without_answers_are_left_out() {
        assert_eq!(whole_groups(&[user("a"), call("1")]), [user("a")]);
        assert_eq!(whole_groups(&[user("a"), call("1"), tool("1", "r")]).len(), 3);
    }

    #[test]
    fn an_attachment_is_a_line_without_the_name_of_the_file() {
        let payload = serde_json::json!({"text": "score these", "lists": ["list_1"]});
        let text = user_text(&payload, &[("list_1".into(), "companies".into(), 512)]);
        assert_eq!(text, "score these\n[attached: list_1 · 512 companies · from file]");
        assert_eq!(user_text(&Value::Null, &[]), "");
    }
}
