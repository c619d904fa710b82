//! The words people reply with.
use crate::sandbox::core::Core;
use crate::sandbox::lemlist::outcomes::Answer;
use crate::sandbox::lemlist::render;
use crate::sandbox::lemlist::state::SENDERS;
use crate::sandbox::random::hash_text;
use crate::sandbox::world::DAY_MS;

const POSITIVE: &[&str] = &[
    "Hi {rep}, thanks for reaching out. This is timely for us. Could you do a short call on Tuesday or Wednesday afternoon?",
    "Sounds interesting. Please send me a few times for next week and a one-page overview.",
    "Yes, happy to talk. We are reviewing our tooling this quarter. Does Thursday at 10 work for you?",
];
const OBJECTION: &[&str] = &[
    "Thanks, but we already have a solution in place and are under contract until next summer.",
    "We have no budget for this at the moment.",
    "I am not convinced. How is this different from what our data team has built on its own?",
    "Not a priority for us right now, we are in the middle of an audit.",
];
const REFERRAL: &[&str] = &[
    "I am not the right person for this. Please contact our Head of Finance Operations, {other}, who looks after the topic.",
    "This sits with {other} in our team. Feel free to write there and mention me.",
];
const OPT_OUT: &[&str] = &[
    "Please remove me from your list.",
    "Not interested. Do not contact me again.",
    "Stop emailing me please and delete my data.",
];
const NOT_NOW: &[&str] =
    &["Not now, but please get back to me in the new year.", "We are closing the year. Write to me again in February."];

/// Subject and text of a reply; a planted text replaces them.
pub fn write(core: &mut Core, of: (usize, usize, usize), answer: Answer, at: i64) -> (String, String) {
    let (lead, step, sender) = of;
    let l = &core.lemlist.leads[lead];
    let mail = l.mail.clone();
    let draw = hash_text(core.world.seed ^ 0xB4, &mail) as usize;
    let steps = &core.lemlist.campaigns[l.campaign].steps;
    let (subject, sent) = steps.get(step).map_or((String::new(), String::new()), |s| {
        (render::fill(&s.subject, l, sender), render::fill(&s.message, l, sender))
    });
    let first = l.vars.get("firstName").and_then(|v| v.as_str()).unwrap_or("Best").to_owned();
    let back = crate::sandbox::http::iso(at + (3 + draw as i64 % 9) * DAY_MS);
    let back = back.get(..10).unwrap_or_default().to_owned();
    let pool = match answer {
        Answer::Positive => POSITIVE,
        Answer::Objection => OBJECTION,
        Answer::Referral => REFERRAL,
        Answer::OptOutInWords => OPT_OUT,
        Answer::NotNow => NOT_NOW,
        Answer::OutOfOffice => &[],
    };
    let mut subject = format!("Re: {subject}");
    let mut text = match pool.get(draw % pool.len().max(1)) {
        Some(line) => {
            let other = ["Jordan Vale", "Robin Castell", "Sam Wexford"][draw / 7 % 3];
            format!("{}\n\n{first}", line.replace("{rep}", SENDERS[sender].1).replace("{other}", other))
        }
        None => {
            subject = format!("Automatic reply: {}", subject.trim_start_matches("Re: "));
            format!(
                "I am out of the office until {back} with limited access to e-mail. For urgent matters please contact my colleagues.\n\n{first}"
            )
        }
    };
    if draw.is_multiple_of(3) && answer != Answer::OutOfOffice {
        let quoted: Vec<String> = render::plain(&sent).lines().map(|l| format!("> {l}")).collect();
        text.push_str(&format!("\n\n{} wrote:\n{}", SENDERS[sender].1, quoted.join("\n")));
    }
    for (field, planted) in core.plants.take_reply(&mail) {
        if field == "subject" {
            subject = planted;
        } else {
            text = planted;
        }
    }
    (subject, text)
}
