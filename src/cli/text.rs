//! A card as lines of text: what the page shows, for a terminal or a pipe.
use crate::run::card::Card;
use crate::run::card::CardState;
use crate::run::card::Chart;
use crate::run::card::Field;
use crate::run::card::MailSample;
use crate::run::card::StepLine;
use crate::run::card::StepLook;
use crate::run::card::Table;

pub const WIDTH: usize = 100;
const LABEL: usize = 16;
const BAR: usize = 12;
const CELL_MAX: usize = 34;

pub fn card(card: &Card) -> Vec<String> {
    let mut lines = vec![head(card)];
    lines.extend(wrapped(&card.body, 0));
    card.fields.iter().for_each(|field| lines.extend(labelled(field)));
    if !card.steps.is_empty() {
        lines.extend(card.steps.iter().enumerate().map(|(place, step)| step_line(place + 1, step)));
    }
    card.table.iter().for_each(|grid| lines.extend(table(grid)));
    let mails = card.mails.len();
    card.mails.iter().enumerate().for_each(|(place, sample)| lines.extend(mail(sample, (place + 1, mails))));
    card.charts.iter().for_each(|bars| lines.extend(chart(bars)));
    lines.extend(wrapped(&card.who, 0));
    if card.state == CardState::Open && !card.actions.is_empty() {
        let buttons: Vec<String> = card.actions.iter().map(|action| format!("[ {} ]", plain(&action.label))).collect();
        lines.push(buttons.join("  "));
    }
    lines.extend(wrapped(&card.verdict, 0));
    lines.extend(wrapped(&card.footer, 0));
    lines
}

/// A card that was shown before and now has its outcome: the whole of it would say the same twice.
pub fn outcome(card: &Card) -> Vec<String> {
    let mut lines = vec![head(card)];
    lines.extend(wrapped(&card.verdict, 0));
    lines
}

fn head(card: &Card) -> String {
    let kind = match card.kind {
        kind if kind.is_gate() => "DECIDE".to_owned(),
        kind => format!("{kind:?}").to_uppercase(),
    };
    let title = plain(&card.title);
    // Some titles begin with their kind.
    let title = format!("{kind}  ·  {}", title.strip_prefix(&format!("{kind} · ")).unwrap_or(&title));
    if !card.sandbox {
        return title;
    }
    let gap = WIDTH.saturating_sub(title.chars().count() + "sandbox".len()).max(2);
    format!("{title}{}sandbox", " ".repeat(gap))
}

fn labelled(field: &Field) -> Vec<String> {
    let mark = if field.changed { "*" } else { "" };
    let label = format!("{}{mark}", plain(&field.label));
    let mut lines = wrapped(&field.value, LABEL);
    if lines.is_empty() {
        lines.push(" ".repeat(LABEL));
    }
    if let Some(first) = lines.first_mut() {
        let rest = first.trim_start().to_owned();
        *first = format!("{label:<LABEL$}{}{rest}", if label.chars().count() >= LABEL { " " } else { "" });
    }
    lines
}

fn step_line(number: usize, step: &StepLine) -> String {
    let title = plain(&step.title);
    let mut line = format!("{number} {title:<11} ");
    if matches!(step.state, StepLook::Doing | StepLook::Done | StepLook::Waits | StepLook::Failed) {
        line.push_str(&format!("{} ", bar(step.done, step.total, step.state)));
    }
    if step.total > 0 && step.state == StepLook::Doing {
        line.push_str(&format!("{:>4} / {:<4} ", step.done, step.total));
    }
    let stop = if step.stop.is_empty() { String::new() } else { format!("◆ {}", plain(&step.stop)) };
    for part in [plain(&step.detail), plain(&step.estimate), stop] {
        if !part.is_empty() {
            line.push_str(&format!(" {part} "));
        }
    }
    line.trim_end().to_owned()
}

fn bar(done: u64, total: u64, state: StepLook) -> String {
    let full = match (state, total) {
        (StepLook::Done, _) => BAR,
        (_, 0) => 0,
        _ => usize::try_from(done.min(total) * BAR as u64 / total).unwrap_or(BAR),
    };
    format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
}

fn table(table: &Table) -> Vec<String> {
    let columns = table.columns.len();
    let cell = |row: &[String], column: usize| cut(&plain(row.get(column).map_or("", String::as_str)), CELL_MAX);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let rows = table.rows.iter().map(|row| cell(row, column).chars().count());
            rows.chain(std::iter::once(cell(&table.columns, column).chars().count())).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &[String]| {
        let cells = (0..columns).map(|column| {
            let (text, width) = (cell(row, column), widths[column]);
            if table.numeric.contains(&column) { format!("{text:>width$}") } else { format!("{text:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&table.columns)];
    lines.extend(table.rows.iter().map(|row| line(row)));
    let more = table.total.saturating_sub(table.rows.len());
    if more > 0 {
        lines.push(format!("… {more} more"));
    }
    lines
}

fn mail(sample: &MailSample, place: (usize, usize)) -> Vec<String> {
    const INDENT: usize = 8;
    let mut lines = vec![format!("{} / {}   to {} · {}", place.0, place.1, plain(&sample.to), plain(&sample.about))];
    lines.extend(wrapped(&format!("Subject  {}", sample.subject), INDENT));
    lines.extend(wrapped(&sample.body, INDENT));
    for (number, source) in sample.sources.iter().enumerate() {
        lines.extend(wrapped(&format!("[{}] {source}", number + 1), INDENT));
    }
    lines
}

fn chart(chart: &Chart) -> Vec<String> {
    const FULL: f64 = 40.0;
    let most = chart.bars.iter().map(|(_, value)| *value).chain(chart.second.iter().copied()).fold(0.0_f64, f64::max);
    let length = |value: f64| if most > 0.0 { (value / most * FULL).round().max(0.0) as usize } else { 0 };
    let mut lines = vec![plain(&chart.title)];
    let is_empty = |place: usize, value: f64| value == 0.0 && chart.second.get(place).is_some_and(|s| *s == 0.0);
    // Days before anything happened are left out; a chart without a second row is no row of days.
    let bars = chart.bars.iter().enumerate().skip_while(|(place, (_, value))| is_empty(*place, *value));
    for (place, (label, value)) in bars {
        let second = chart.second.get(place).map(|second| format!(" · {second}")).unwrap_or_default();
        lines.push(format!("  {:<12} {} {value}{second}", cut(&plain(label), 12), "▇".repeat(length(*value))));
    }
    if !chart.unit.is_empty() {
        lines.push(format!("  in {}", plain(&chart.unit)));
    }
    lines
}

/// Words on lines of at most `WIDTH`, moved in by `indent`; paragraphs stay.
pub fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let room = WIDTH.saturating_sub(indent).max(20);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in plain(paragraph).split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(format!("{}{line}", " ".repeat(indent)));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            lines.push(format!("{}{line}", " ".repeat(indent)));
        }
    }
    lines
}

/// Text from outside must not steer a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control() && !is_steering(*c)).collect()
}

/// Marks that turn the direction of writing or hide.
fn is_steering(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{head}…")
}

#[cfg(test)]
mod tests;
