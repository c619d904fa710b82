//! The neutral card: what every surface renders. The web page is the reference rendering.
use serde::Deserialize;
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    Plan,
    Progress,
    GateCompliance,
    GateLaunch,
    GateMerge,
    Question,
    Result,
    Error,
    Notice,
    Digest,
    Status,
    GateUndo,
    Review,
    Alert,
}

impl CardKind {
    pub fn is_gate(self) -> bool {
        matches!(self, Self::GateCompliance | Self::GateLaunch | Self::GateMerge | Self::GateUndo)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    #[default]
    Info,
    Ok,
    Warn,
    Danger,
    Running,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    #[default]
    Open,
    Decided,
    Expired,
}

/// What a press means. Closed: a new verb is seen by the compiler everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Start,
    Change,
    Cancel,
    ExcludeFlagged,
    ReviewFlagged,
    Launch,
    LaunchWithChanges,
    MoreExamples,
    Answer,
    Retry,
    Stop,
    Show,
    Reject,
    Pause,
    Resume,
    Halt,
    Lift,
    MarkDone,
    Drop,
    Undo,
    Compare,
}

impl Verb {
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Change => "change",
            Self::Cancel => "cancel",
            Self::ExcludeFlagged => "exclude_flagged",
            Self::ReviewFlagged => "review_flagged",
            Self::Launch => "launch",
            Self::LaunchWithChanges => "launch_with_changes",
            Self::MoreExamples => "more_examples",
            Self::Answer => "answer",
            Self::Retry => "retry",
            Self::Stop => "stop",
            Self::Show => "show",
            Self::Reject => "reject",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Halt => "halt",
            Self::Lift => "lift",
            Self::MarkDone => "mark_done",
            Self::Drop => "drop",
            Self::Undo => "undo",
            Self::Compare => "compare",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    #[default]
    Button,
    Pick,
    Form,
    Link,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// The one main button.
    Go,
    #[default]
    Plain,
    /// The way out.
    Bare,
    Bad,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    #[default]
    Text,
    LongText,
    Choice,
    /// Several of `options`.
    Many,
    Number,
    Date,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// One field of a form (or the options of a pick).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    pub name: String,
    pub label: String,
    pub kind: InputKind,
    pub hint: String,
    pub value: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Opaque; a row knows what it stands for and who may use it.
    pub token: String,
    pub verb: Verb,
    pub kind: ActionKind,
    pub label: String,
    pub style: Style,
    /// For `pick` and `form`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// For `link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub label: String,
    pub value: String,
    /// This line is new in this version of the card.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub columns: Vec<String>,
    /// Indexes of columns that hold numbers.
    #[serde(default)]
    pub numeric: Vec<usize>,
    pub rows: Vec<Vec<String>>,
    /// Rows there are in all; more than shown means "Show all".
    pub total: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepLook {
    #[default]
    Todo,
    Doing,
    Done,
    Waits,
    Failed,
    Skipped,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLine {
    pub title: String,
    pub state: StepLook,
    pub done: u64,
    pub total: u64,
    /// What it uses, or its result in numbers.
    pub detail: String,
    /// Estimate before, time after.
    #[serde(default)]
    pub estimate: String,
    /// "stops here, always": a gate.
    #[serde(default)]
    pub stop: String,
}

/// One mail as a reader of the preview sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSample {
    pub to: String,
    /// "score 0.86 · Tue 09:40 her time"
    pub about: String,
    pub subject: String,
    /// Plain text; `[n]` after a claim points to `sources[n-1]`.
    pub body: String,
    pub sources: Vec<String>,
}

/// A small chart: bars in order, drawn by the surface. A value below `enough` cases is shown as a bar, never as a rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    pub title: String,
    pub unit: String,
    pub bars: Vec<(String, f64)>,
    /// A second series beside the first (same labels), if any.
    #[serde(default)]
    pub second: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: String,
    pub version: i64,
    pub kind: CardKind,
    pub title: String,
    pub tone: Tone,
    pub body: String,
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub table: Option<Table>,
    #[serde(default)]
    pub steps: Vec<StepLine>,
    #[serde(default)]
    pub actions: Vec<Action>,
    pub footer: String,
    pub state: CardState,
    pub sandbox: bool,
    /// "Who may decide, until when", above the buttons.
    #[serde(default)]
    pub who: String,
    /// After a decision: one line, who, when, what follows.
    #[serde(default)]
    pub verdict: String,
    #[serde(default)]
    pub mails: Vec<MailSample>,
    #[serde(default)]
    pub charts: Vec<Chart>,
    /// Set when a later version took its place: surfaces fold it to one line.
    #[serde(default)]
    pub past: bool,
}

impl Card {
    pub fn new(kind: CardKind) -> Self {
        Self {
            id: String::new(),
            version: 1,
            kind,
            title: String::new(),
            tone: Tone::Info,
            body: String::new(),
            fields: Vec::new(),
            table: None,
            steps: Vec::new(),
            actions: Vec::new(),
            footer: String::new(),
            state: CardState::Open,
            sandbox: false,
            who: String::new(),
            verdict: String::new(),
            mails: Vec::new(),
            charts: Vec::new(),
            past: false,
        }
    }

    /// Buttons give way to one line; the content stays.
    pub fn decide(&mut self, verdict: &str, state: CardState) {
        self.actions.clear();
        self.who.clear();
        self.verdict = verdict.to_owned();
        self.state = state;
    }
}
