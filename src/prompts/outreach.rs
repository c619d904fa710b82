//! Mails to contacts: vetted templates with slots; and the words to the model that fills the slots.
use serde::Serialize;

use crate::prompts::render::CardWords;
use crate::prompts::render::Entry;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::prompts::render::entry;
use crate::template;

pub const ALL: &[Entry] = &[entry::<FirstMail>(), entry::<SocialProof>(), entry::<BreakUp>(), entry::<Writer>()];

/// What the slots of a mail are filled with.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MailData {
    pub first_name: String,
    pub company: String,
    /// From the model, grounded; empty when only the template speaks.
    pub subject: String,
    pub hook: String,
    pub pain: String,
    pub offer: String,
    pub sender: String,
    pub sender_company: String,
    pub postal_address: String,
    pub imprint: String,
    pub unsubscribe_url: String,
    /// "Explorium": where we have the address from.
    pub data_source: String,
    pub short: bool,
}

impl MailData {
    fn example() -> Self {
        Self {
            first_name: "Ava".into(),
            company: "Acme".into(),
            subject: "Acme's month-end close after the Series B".into(),
            hook: "I saw that Acme is hiring three FP&A analysts after raising 25 M USD in April.".into(),
            pain: "Teams that grow this fast often close the month by hand.".into(),
            offer: "a shorter month-end close".into(),
            sender: "Mona Weber".into(),
            sender_company: "Quarterdeck Sandbox Ltd".into(),
            postal_address: "1 Harbour Row, London N1 1AA".into(),
            imprint: "Registered in England 00000000".into(),
            unsubscribe_url: "https://quarterdeck.example/unsubscribe".into(),
            data_source: "Explorium".into(),
            short: false,
        }
    }
}

macro_rules! mail {
    ($name:ident, $file:literal) => {
        #[derive(Serialize)]
        #[serde(transparent)]
        pub struct $name(MailData);

        template!($name, $file, $name(MailData::example()));
    };
}

mail!(FirstMail, "outreach/first_mail.tera");
mail!(SocialProof, "outreach/social_proof.tera");
mail!(BreakUp, "outreach/break_up.tera");

/// Names that a sequence may use.
pub const NAMES: &[&str] = &["first_mail", "social_proof", "break_up"];

/// A mail by the template name of its touch: the title is the subject. `None` for a name that is not ours.
pub fn mail(words: &Prompts, template: &str, data: &MailData) -> Result<Option<CardWords>, WordsError> {
    let data = data.clone();
    Ok(Some(match template {
        "first_mail" => words.card(&FirstMail(data))?,
        "social_proof" => words.card(&SocialProof(data))?,
        "break_up" => words.card(&BreakUp(data))?,
        _ => return Ok(None),
    }))
}

/// To the model that fills the slots; what follows it is data only.
#[derive(Serialize)]
pub struct Writer {
    pub offer: String,
}

template!(Writer, "system/writer.tera", Writer { offer: "a shorter month-end close".into() });
