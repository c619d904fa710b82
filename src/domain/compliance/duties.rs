//! The linter of a rendered mail: which duties of the country it does not fulfil.
use crate::domain::compliance::facts::Rendered;
use crate::domain::compliance::rows::Duty;
use crate::domain::text::fold;

/// The codes of the duties that the mail leaves open, as the table writes them.
pub fn missing(duties: &[Duty], mail: &Rendered) -> Vec<&'static str> {
    let always = [Duty::PostalAddress, Duty::TruthfulSubject];
    let mut all: Vec<Duty> = duties.iter().copied().chain(always).collect();
    all.sort_unstable();
    all.dedup();
    let seen = Seen::of(mail);
    all.into_iter().filter(|duty| !seen.fulfils(*duty)).map(code).collect()
}

/// The code of a duty.
pub fn code(duty: Duty) -> &'static str {
    match duty {
        Duty::IdentifySender => "identify_sender",
        Duty::PostalAddress => "postal_address",
        Duty::ValidReplyAddress => "valid_reply_address",
        Duty::OptOutEveryMessage => "opt_out_every_message",
        Duty::OptOutWorks30Days => "opt_out_works_30_days",
        Duty::OptOutWorks60Days => "opt_out_works_60_days",
        Duty::TruthfulSubject => "truthful_subject",
        Duty::CommercialLabel => "commercial_label",
        Duty::AdvLabelIfBulk => "adv_label_if_bulk",
        Duty::Impressum => "impressum",
        Duty::GdprArt14Notice => "gdpr_art14_notice",
        Duty::GdprArt21FirstMessage => "gdpr_art21_first_message",
        Duty::KeepConsentProof => "keep_consent_proof",
        Duty::ContactDetailsValid30Days => "contact_details_valid_30_days",
        Duty::ContactDetailsValid60Days => "contact_details_valid_60_days",
        Duty::LgpdNotice => "lgpd_notice",
        Duty::FadpNotice => "fadp_notice",
        Duty::ContactForComplaints => "contact_for_complaints",
    }
}

/// A mail made comparable: folded, runs of white space as one blank.
struct Seen<'a> {
    mail: &'a Rendered,
    subject: String,
    body: String,
}

impl<'a> Seen<'a> {
    fn of(mail: &'a Rendered) -> Self {
        Self { mail, subject: squeeze(&mail.subject), body: squeeze(&mail.body) }
    }

    fn fulfils(&self, duty: Duty) -> bool {
        let sender = &self.mail.sender;
        let later = !self.mail.first;
        match duty {
            Duty::IdentifySender => self.shows(&sender.company) && self.shows(&sender.person),
            Duty::PostalAddress => self.shows(&sender.postal_address),
            Duty::ValidReplyAddress => sender.reply_to.contains('@'),
            Duty::OptOutEveryMessage | Duty::OptOutWorks30Days | Duty::OptOutWorks60Days => self.offers_opt_out(),
            Duty::TruthfulSubject => self.has_truthful_subject(),
            Duty::CommercialLabel => {
                self.any(&["commercial message", "commercial email", "business offer", "advertisement", "publicidad"])
            }
            // Only above 100 mails a day to Singapore: our limits stay below.
            Duty::AdvLabelIfBulk => true,
            Duty::Impressum => self.shows(&sender.impressum),
            Duty::GdprArt14Notice | Duty::LgpdNotice | Duty::FadpNotice => later || self.informs(),
            Duty::GdprArt21FirstMessage => later || self.any(&["right to object", "object to", "widersprechen"]),
            // The proof is a row of ours: `decide` asks for it where the basis needs one.
            Duty::KeepConsentProof => true,
            Duty::ContactDetailsValid30Days | Duty::ContactDetailsValid60Days | Duty::ContactForComplaints => {
                sender.reply_to.contains('@') && self.shows(&sender.postal_address)
            }
        }
    }

    /// Source of the data, reason, and rights: what article 14 asks for.
    fn informs(&self) -> bool {
        self.any(&["we found", "we have your", "your details", "source"])
            && self.any(&["legitimate interest", "consent", "legal basis"])
            && self.any(&["your rights", "erase", "delet", "complain", "access"])
    }

    fn offers_opt_out(&self) -> bool {
        let words = ["unsubscribe", "opt out", "no more mail", "stop these", "abmelden", "abbestellen"];
        let url = self.mail.sender.unsubscribe_url.trim();
        self.mail.headers_one_click && self.any(&words) && !url.is_empty() && self.mail.body.contains(url)
    }

    fn has_truthful_subject(&self) -> bool {
        let claims_thread = ["re:", "fwd:", "fw:", "aw:", "wg:", "tr:", "rv:"];
        let claims = claims_thread.iter().any(|start| self.subject.starts_with(start));
        let is_false_thread = self.mail.first && claims;
        !self.subject.is_empty() && !is_false_thread
    }

    fn shows(&self, text: &str) -> bool {
        let text = squeeze(text);
        !text.is_empty() && self.body.contains(&text)
    }

    fn any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.body.contains(phrase))
    }
}

fn squeeze(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
