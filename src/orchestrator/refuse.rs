//! Refusals in words: what, why, what to do now. The words are in `prompts/messages/desk/refusal.tera`.
use crate::cards::progress::CardError;
use crate::domain::person::Role;
use crate::orchestrator::desk::Orchestrator;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;
use crate::prompts::desk::RefusalWords;
use crate::prompts::render::WordsError;
use crate::store::open::StoreError;

/// Why the work stopped: a rule said no, or something is broken. The second kind is logged where it is answered.
#[derive(Debug)]
pub enum Stop {
    No(RefusalKind, Box<RefusalWords>),
    Store(StoreError),
    Words(WordsError),
}

pub type Outcome<T> = Result<T, Stop>;

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<WordsError> for Stop {
    fn from(error: WordsError) -> Self {
        Self::Words(error)
    }
}

impl From<CardError> for Stop {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Store(error) => Self::Store(error),
            CardError::Words(error) => Self::Words(error),
        }
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::No(_, words) => write!(f, "do this: {}", words.kind),
            Self::Store(error) => error.fmt(f),
            Self::Words(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Stop {}

pub fn no(kind: RefusalKind, word: &'static str) -> Stop {
    filled(kind, RefusalWords { kind: word, ..RefusalWords::default() })
}

pub fn filled(kind: RefusalKind, words: RefusalWords) -> Stop {
    Stop::No(kind, Box::new(words))
}

/// A form's field that cannot be used, with the rule it breaks.
pub fn field(name: &str, rule: &str) -> Stop {
    let words = RefusalWords { kind: "field", name: name.to_owned(), rule: rule.to_owned(), ..RefusalWords::default() };
    filled(RefusalKind::BadInput, words)
}

impl Orchestrator {
    pub fn refusal(&self, stop: &Stop) -> Refusal {
        let (kind, words) = match stop {
            Stop::No(kind, words) => (*kind, (**words).clone()),
            Stop::Store(_) | Stop::Words(_) => {
                tracing::error!(error = %stop, "could not do what a person asked");
                (RefusalKind::Unavailable, RefusalWords { kind: "store", ..RefusalWords::default() })
            }
        };
        match self.words.card(&words) {
            Ok(card) => Refusal { kind, what: card.title, why: card.body, next: card.footer },
            Err(error) => {
                tracing::error!(%error, "could not word a refusal");
                Refusal { kind, what: words.kind.to_owned(), why: String::new(), next: String::new() }
            }
        }
    }

    /// Names of the people who have one of these roles, as cards write them: "Cora or Mona".
    pub fn names_with(&self, roles: &[Role]) -> String {
        let names: Vec<&str> =
            self.config.persons.iter().filter(|who| who.any_of(roles)).map(|who| who.name.as_str()).collect();
        names.join(" or ")
    }
}

pub fn role_words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(" or ")
}
