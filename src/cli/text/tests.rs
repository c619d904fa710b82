//! Cards as they look in a terminal.
use super::*;
use crate::run::card::Action;
use crate::run::card::ActionKind;
use crate::run::card::CardKind;
use crate::run::card::Style;
use crate::run::card::Verb;

fn action(label: &str) -> Action {
    Action {
        token: "a_1".into(),
        verb: Verb::Start,
        kind: ActionKind::Button,
        label: label.into(),
        style: Style::Go,
        inputs: Vec::new(),
        href: None,
    }
}

fn plan() -> Card {
    let mut card = Card::new(CardKind::Plan);
    card.title = "100 finance leaders at fintechs on Snowflake".into();
    card.sandbox = true;
    card.fields.push(Field {
        label: "You asked for".into(),
        value: "titles VP Finance · industry fintech".into(),
        changed: true,
    });
    card.steps.push(StepLine {
        title: "Discover".into(),
        detail: "Explorium companies → Apollo people".into(),
        estimate: "about 1 min".into(),
        stop: "stops here, always".into(),
        ..StepLine::default()
    });
    card.actions = vec![action("Start"), action("Change")];
    card
}

#[test]
fn a_plan_reads_like_the_page() {
    let lines = card(&plan());
    assert_eq!(lines[0].chars().count(), WIDTH);
    assert!(lines[0].starts_with("PLAN  ·  100 finance") && lines[0].ends_with("sandbox"));
    assert_eq!(lines[1], "You asked for*  titles VP Finance · industry fintech");
    assert_eq!(lines[2], "1 Discover     Explorium companies → Apollo people  about 1 min  ◆ stops here, always");
    assert_eq!(lines[3], "[ Start ]  [ Change ]");
}

#[test]
fn buttons_give_way_to_the_verdict() {
    let mut decided = plan();
    decided.decide("Started by Ava, 14:03", CardState::Decided);
    let lines = card(&decided);
    assert_eq!(lines.last().map(String::as_str), Some("Started by Ava, 14:03"));
    assert!(!lines.iter().any(|line| line.contains("[ Start ]")));
}

#[test]
fn bars_are_as_full_as_the_work_is_done() {
    assert_eq!(bar(0, 10, StepLook::Doing), "░".repeat(12));
    assert_eq!(bar(5, 10, StepLook::Doing), format!("{}{}", "█".repeat(6), "░".repeat(6)));
    assert_eq!(bar(99, 10, StepLook::Doing), "█".repeat(12));
    assert_eq!(bar(0, 0, StepLook::Done), "█".repeat(12));
    assert_eq!(bar(3, 0, StepLook::Waits), "░".repeat(12));
}

#[test]
fn a_table_keeps_numbers_right_and_says_how_many_more() {
    let grid = Table {
        columns: vec!["Name".into(), "Score".into()],
        numeric: vec![1],
        rows: vec![
            vec!["Ledgerly".into(), "0.9".into()],
            vec!["A very long company name that does not fit here".into(), "0.85".into()],
        ],
        total: 12,
    };
    let lines = table(&grid);
    assert!(lines[1].ends_with("  0.9") && lines[2].contains('…') && lines[2].ends_with(" 0.85"), "{lines:#?}");
    assert_eq!(lines[1].chars().count(), lines[2].chars().count());
    assert_eq!(lines[3], "… 10 more");
}

#[test]
fn text_from_outside_cannot_steer_the_terminal() {
    let mut hostile = plan();
    hostile.title = "A\u{1b}[2Jme\u{202e}".into();
    hostile.body = "two\nlines\u{7}".into();
    let lines = card(&hostile);
    assert!(lines[0].starts_with("PLAN  ·  A[2Jme "));
    assert_eq!(&lines[1..3], ["two", "lines"]);
}

#[test]
fn long_text_is_wrapped_at_the_width() {
    let lines = wrapped(&"word ".repeat(60), 8);
    assert!(
        lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= WIDTH && line.starts_with("        word"))
    );
}
