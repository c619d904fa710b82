//! Mails to be sent, word for word; each claim leads to its source.
use maud::Markup;
use maud::html;

use crate::run::card::Card;
use crate::run::card::MailSample;
use crate::surfaces::web::view::text;

/// Where a claim may begin, looking back from its mark.
const CLAIM_STARTS: [&str; 6] = [". ", ", ", "; ", ": ", "? ", " after "];

pub fn mails(card: &Card) -> Markup {
    html! {
        @if !card.mails.is_empty() {
            div { @for (index, mail) in card.mails.iter().enumerate() {
                (sample(mail, &format!("card-{}-m{}", card.id, index + 1), &card.id, index == 0))
            } }
        }
    }
}

fn sample(mail: &MailSample, id: &str, group: &str, is_open: bool) -> Markup {
    html! {
        details.mail #(id) name={ "mails-" (group) } open[is_open] {
            summary {
                b.cut { (mail.to) }
                @let (score, when) = mail.about.split_once(" · ").unwrap_or((mail.about.as_str(), ""));
                span.num { (score) }
                span.cut { (mail.subject) }
                span.num { (when) }
            }
            div.text { @for paragraph in text::split(&mail.body) { (paragraph_of(paragraph, id, mail.sources.len())) } }
            @if !mail.sources.is_empty() {
                ol.src aria-label="Sources" { @for (index, source) in mail.sources.iter().enumerate() {
                    li #{ (id) "s" (index + 1) } { span { (source) } }
                } }
            }
        }
    }
}

/// A paragraph after `-- ` is the foot: sender, address, where the data came from.
fn paragraph_of(paragraph: &str, id: &str, sources: usize) -> Markup {
    let foot = paragraph.strip_prefix("--").map(str::trim_start);
    html! {
        p class=[foot.map(|_| "foot")] {
            @for (index, line) in foot.unwrap_or(paragraph).lines().enumerate() {
                @if index > 0 { br; }
                @for piece in pieces(line, sources) {
                    (piece.before)
                    @if let Some(number) = piece.source {
                        span.claim { (piece.claim) }
                        sup { a href={ "#" (id) "s" (number) } aria-label={ "Source " (number) } { (number) } }
                    }
                }
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Piece<'a> {
    before: &'a str,
    claim: &'a str,
    source: Option<usize>,
}

/// A line cut at its `[n]` marks. The claim is the clause that ends at the mark; a mark without a source stays text.
fn pieces(line: &str, sources: usize) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut look) = (0, 0);
    while let Some(open) = line[look..].find('[').map(|at| look + at) {
        look = open + 1;
        let Some(close) = line[look..].find(']').map(|at| look + at) else { break };
        let number = line[look..close].parse::<usize>().ok().filter(|number| (1..=sources).contains(number));
        if let Some(number) = number {
            let (before, claim) = cut(&line[from..open]);
            pieces.push(Piece { before, claim, source: Some(number) });
            (from, look) = (close + 1, close + 1);
        }
    }
    pieces.push(Piece { before: &line[from..], claim: "", source: None });
    pieces
}

fn cut(text: &str) -> (&str, &str) {
    let start = CLAIM_STARTS.iter().filter_map(|mark| text.rfind(mark).map(|at| at + mark.len())).max().unwrap_or(0);
    let start = start + (text[start..].len() - text[start..].trim_start().len());
    text.split_at(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn claim<'a>(before: &'a str, claim: &'a str, number: usize) -> Piece<'a> {
        Piece { before, claim, source: Some(number) }
    }

    fn rest(before: &str) -> Piece<'_> {
        Piece { before, claim: "", source: None }
    }

    #[test]
    fn a_claim_is_the_clause_before_its_mark() {
        let line = "Hi, you are hiring three analysts[1] after raising 25 M USD[2]. Good [sic] luck[9]";
        let expected = vec![
            claim("Hi, ", "you are hiring three analysts", 1),
            claim(" after ", "raising 25 M USD", 2),
            rest(". Good [sic] luck[9]"),
        ];
        assert_eq!(pieces(line, 2), expected);
        assert_eq!(pieces("no marks", 2), vec![rest("no marks")]);
        assert_eq!(pieces("[1]", 1), vec![claim("", "", 1), rest("")]);
    }

    proptest! {
        #[test]
        fn nothing_of_a_line_is_lost(line in "[a-zé .,\\[\\]0-3]{0,60}") {
            let joined: String = pieces(&line, 3)
                .iter()
                .map(|p| match p.source {
                    Some(number) => format!("{}{}[{number}]", p.before, p.claim),
                    None => p.before.to_owned(),
                })
                .collect();
            // Leading zeros name the same source.
            prop_assert_eq!(joined, line.replace("[01]", "[1]").replace("[02]", "[2]").replace("[03]", "[3]")
                .replace("[001]", "[1]").replace("[002]", "[2]").replace("[003]", "[3]"));
        }
    }
}
