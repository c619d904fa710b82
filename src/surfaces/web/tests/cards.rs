//! One card of each kind, as the afternoon has them.
use crate::run::card::Action;
use crate::run::card::ActionKind;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::Chart;
use crate::run::card::Choice;
use crate::run::card::Field;
use crate::run::card::Input;
use crate::run::card::InputKind;
use crate::run::card::MailSample;
use crate::run::card::StepLine;
use crate::run::card::StepLook;
use crate::run::card::Style;
use crate::run::card::Table;
use crate::run::card::Tone;
use crate::run::card::Verb;

pub fn action(token: &str, verb: Verb, label: &str, style: Style) -> Action {
    let (token, label) = (token.to_owned(), label.to_owned());
    Action { token, verb, kind: ActionKind::Button, label, style, inputs: Vec::new(), href: None }
}

fn field(label: &str, value: &str, changed: bool) -> Field {
    Field { label: label.to_owned(), value: value.to_owned(), changed }
}

fn step(title: &str, state: StepLook, numbers: (u64, u64), detail: &str, estimate: &str) -> StepLine {
    StepLine {
        title: title.to_owned(),
        state,
        done: numbers.0,
        total: numbers.1,
        detail: detail.to_owned(),
        estimate: estimate.to_owned(),
        stop: String::new(),
    }
}

fn card(id: &str, kind: CardKind, title: &str, tone: Tone) -> Card {
    Card { id: id.to_owned(), title: title.to_owned(), tone, sandbox: true, ..Card::new(kind) }
}

fn input(name: &str, label: &str, kind: InputKind, hint: &str) -> Input {
    let (name, label, hint) = (name.to_owned(), label.to_owned(), hint.to_owned());
    Input { name, label, kind, hint, value: String::new(), options: Vec::new() }
}

fn choices(options: &[(&str, &str)]) -> Vec<Choice> {
    options.iter().map(|(value, label)| Choice { value: (*value).to_owned(), label: (*label).to_owned() }).collect()
}

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub fn plan_past() -> Card {
    let mut plan = plan();
    plan.id = "plan1".to_owned();
    plan.state = CardState::Expired;
    plan.actions.clear();
    plan.past = true;
    plan
}

pub fn plan() -> Card {
    let mut card = card("plan2", CardKind::Plan, "100 finance leaders at fintechs on Snowflake", Tone::Info);
    card.version = 2;
    card.fields = vec![
        field("Who", "VP Finance\nalso CFO and Head of Finance; say “only VP Finance” to narrow", false),
        field("Where they work", "fintech, 200–1,000 employees, uses Snowflake", false),
        field("Country", "United Kingdom, United States, EU", true),
        field("Cost", "160–190 credits (cap 220), about 0.40 USD of model", false),
        field("Rests on", "fintech-finance.md, v3", false),
    ];
    card.steps = vec![
        step("Discover", StepLook::Todo, (0, 0), "Explorium companies, then Apollo people", "about 1 min · 0 credits"),
        step("Enrich", StepLook::Todo, (0, 0), "Explorium, then Apollo for the gaps", "about 2 min · 160–190 credits"),
        step("Preview", StepLook::Todo, (0, 0), "Five real mails for you to read", ""),
    ];
    card.steps[2].stop = "stops here, always".to_owned();
    card.actions = vec![
        action("cancel", Verb::Cancel, "Cancel", Style::Bare),
        action("start", Verb::Start, "Start", Style::Go),
        action("change", Verb::Change, "Change", Style::Plain),
    ];
    card.actions[2].kind = ActionKind::Form;
    card.actions[2].inputs = vec![input("words", "What should change", InputKind::LongText, "")];
    card
}

pub fn progress() -> Card {
    let mut card = card("run1", CardKind::Progress, "Step 2 of 3: enriching", Tone::Running);
    card.footer = "14:05, about 1 min left".to_owned();
    card.steps = vec![
        step("Discover", StepLook::Done, (100, 100), "127 found, top 100 kept by fit (average 0.78)", "52 s"),
        step("Enrich", StepLook::Doing, (58, 97), "58 of 97, 104 credits so far", ""),
        step("Validate", StepLook::Todo, (0, 97), "", ""),
    ];
    card.actions = vec![action("stop", Verb::Stop, "Stop", Style::Plain)];
    card
}

pub fn compliance() -> Card {
    let mut card = card("gate1", CardKind::GateCompliance, "3 of 94 may not be mailed", Tone::Warn);
    card.table = Some(Table {
        columns: columns(&["Person", "Why not"]),
        numeric: Vec::new(),
        rows: rows(&[
            &["Jana Krüger\nCFO, Havelmark GmbH (DE)", "Germany needs consent for business mail; none is recorded."],
            &[
                "Luc Martens\nVP Finance, Quittance SA (BE)",
                "Belgium needs consent for named addresses; none is recorded.",
            ],
        ]),
        total: 3,
    });
    card.footer = "They stay in the CRM as research. The other 91 go on.".to_owned();
    card.who = "For compliance or a manager. Expires tomorrow at 14:09.".to_owned();
    card.actions = vec![
        action("exclude", Verb::ExcludeFlagged, "Exclude the 3 and go on", Style::Go),
        action("review", Verb::ReviewFlagged, "Review one by one", Style::Plain),
        action("drop", Verb::Cancel, "Cancel the run", Style::Bare),
    ];
    card.actions[1].kind = ActionKind::Form;
    let mut keep = input("keep", "Keep these", InputKind::Many, "The others are left out.");
    keep.options = choices(&[("l1", "Jana Krüger"), ("l2", "Luc Martens")]);
    card.actions[1].inputs = vec![keep];
    card
}

fn mail(to: &str, about: &str, subject: &str, body: &str, sources: &[&str]) -> MailSample {
    MailSample {
        to: to.to_owned(),
        about: about.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        sources: columns(sources),
    }
}

pub fn launch() -> Card {
    let mut card = card("gate2", CardKind::GateLaunch, "91 mails, 2 shown", Tone::Info);
    card.body = "Spread over score and segment. Dotted words are facts, each with its source.".to_owned();
    card.mails = vec![
        mail(
            "Ava Ng, VP Finance, Acme Inc",
            "0.86 · Tue 09:40 her time",
            "Acme’s month-end close after the Series B",
            "Hi Ava,\n\nyou are hiring three FP&A analysts[1] after raising 25 M USD in April[2]. The review is in \
             spreadsheets.\n\nMona\n\n-- Mona Falk, Harbour Analytics Ltd, 12 Quay Street, Bristol BS1 4DB.",
            &["Acme careers page, 12 Nov 2026 (Greenhouse)", "Explorium event, 3 Apr 2026"],
        ),
        mail("Priya Shah, CFO, Ledgerly", "0.84 · Tue 10:05", "One close for two entities", "Hi Priya,\n\nhello.", &[]),
    ];
    card.charts = vec![Chart {
        title: "Mails a day".to_owned(),
        unit: "from 3 mailboxes".to_owned(),
        bars: vec![("Tue 24".to_owned(), 20.0), ("Wed 25".to_owned(), 20.0), ("Thu 26".to_owned(), 14.0)],
        second: Vec::new(),
    }];
    card.who = "For a manager, because it is more than 50 mails. Expires tomorrow at 14:31.".to_owned();
    card.actions = vec![
        action("launch", Verb::Launch, "Launch 91", Style::Go),
        action("changes", Verb::LaunchWithChanges, "Launch with changes", Style::Plain),
        action("more", Verb::MoreExamples, "More examples", Style::Plain),
        action("nolaunch", Verb::Cancel, "Cancel", Style::Bare),
    ];
    card.actions[1].kind = ActionKind::Form;
    card.actions[1].inputs = vec![
        input("words", "What should change", InputKind::LongText, ""),
        input("exclude", "Leave out", InputKind::Text, "People, companies or domains, with commas."),
        input("daily", "Mails a day", InputKind::Number, "At most 36 from 3 mailboxes"),
        input("start", "First day", InputKind::Date, ""),
    ];
    card
}

pub fn merge() -> Card {
    let mut card = card("gate3", CardKind::GateMerge, "Same person? Ava Ng, twice in the CRM", Tone::Warn);
    let table = rows(&[&["Title", "Finance Manager", "VP Finance"]]);
    card.table =
        Some(Table { columns: columns(&["Field", "Kept", "New"]), numeric: Vec::new(), rows: table, total: 1 });
    card.actions = vec![
        action("merge", Verb::Answer, "Merge as chosen", Style::Go),
        action("two", Verb::Cancel, "They are two people", Style::Plain),
    ];
    card.actions[0].kind = ActionKind::Form;
    let mut title = input("title", "Title", InputKind::Choice, "");
    title.options = choices(&[("a", "Finance Manager"), ("b", "VP Finance")]);
    card.actions[0].inputs = vec![title];
    card
}

pub fn question() -> Card {
    let mut card = card("ask1", CardKind::Question, "Which “Mercury” do you mean?", Tone::Info);
    card.actions =
        vec![action("answer", Verb::Answer, "Go on", Style::Go), action("never", Verb::Cancel, "Cancel", Style::Bare)];
    card.actions[0].kind = ActionKind::Pick;
    let mut which = input("choice", "Choose one", InputKind::Choice, "");
    which.options = choices(&[("a", "Mercury Payments Ltd, London, 340 people"), ("b", "Both")]);
    card.actions[0].inputs = vec![which];
    card
}

pub fn result() -> Card {
    let mut card = card("res1", CardKind::Result, "contacts.csv: 197 of 211 rows taken", Tone::Ok);
    let lines: Vec<Vec<String>> = (1..=12).map(|n| vec![format!("Company {n}"), n.to_string()]).collect();
    card.table = Some(Table { columns: columns(&["Company", "People"]), numeric: vec![1], rows: lines, total: 94 });
    card.actions = vec![action("show", Verb::Show, "Open the list", Style::Plain)];
    card.actions[0].kind = ActionKind::Link;
    card.actions[0].href = Some("/status".to_owned());
    card
}

pub fn error() -> Card {
    let mut card = card("err1", CardKind::Error, "Apollo refused 12 of 97 look-ups", Tone::Danger);
    card.footer = "E-APOLLO-429".to_owned();
    card.fields = vec![
        field("What", "12 people have no address yet; 85 are done and kept", false),
        field("Why", "Apollo’s limit of 200 calls a minute was reached by another run", false),
        field("What now", "The 12 are tried again at 14:20 by themselves. Nothing was paid twice.", false),
    ];
    card.actions = vec![
        action("stopit", Verb::Stop, "End it", Style::Bad),
        action("retry", Verb::Retry, "Try the 12 now", Style::Go),
    ];
    card
}

pub fn notice() -> Card {
    let mut card = card("note1", CardKind::Notice, "“Fintech finance · Snowflake” is paused", Tone::Warn);
    card.body = "4 of 31 mails bounced (13 %, limit 10 %). Nothing is lost.".to_owned();
    card
}

pub fn digest() -> Card {
    let mut card = card("dig1", CardKind::Digest, "Yesterday, Tue 24 November", Tone::Info);
    let bars = [("Found", 1480.0), ("Kept by fit", 1020.0), ("Address", 938.0), ("Mailed", 904.0), ("Meetings", 0.0)];
    card.charts = vec![
        Chart {
            title: "From found to meeting".to_owned(),
            unit: "people, 28 days".to_owned(),
            bars: bars.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
            second: Vec::new(),
        },
        Chart {
            title: "Sends and replies".to_owned(),
            unit: "a day; orange: replies".to_owned(),
            bars: vec![("Mon".to_owned(), 87.0), ("Tue".to_owned(), 64.0)],
            second: vec![7.0, 5.0],
        },
    ];
    card
}

pub fn status() -> Card {
    let mut card = card("st1", CardKind::Status, "Nothing needs somebody", Tone::Ok);
    card.fields = vec![field("Runs", "1 running, 0 waiting", false)];
    card.state = CardState::Decided;
    card.verdict = "Asked by Ava, 14:40".to_owned();
    card
}

pub fn all() -> Vec<Card> {
    vec![
        plan_past(),
        plan(),
        progress(),
        compliance(),
        launch(),
        merge(),
        question(),
        result(),
        error(),
        notice(),
        digest(),
        status(),
    ]
}
