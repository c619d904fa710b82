//! Rendering: strict (an undefined variable is an error that names it), and cards as named sections.
use std::collections::BTreeMap;

use serde::Serialize;
use tera::Context;
use tera::Tera;

use crate::prompts::filters;

/// A struct whose fields are the variables of one template file.
pub trait Template: Serialize + Sized {
    /// Path below `prompts/`.
    const NAME: &'static str;
    const TEXT: &'static str;
    /// One believable filling; all samples are rendered and snapshotted in a test.
    fn sample() -> Self;
}

/// Ties a struct to its file.
#[macro_export]
macro_rules! template {
    ($name:ty, $file:literal, $sample:expr) => {
        impl $crate::prompts::render::Template for $name {
            const NAME: &'static str = $file;
            const TEXT: &'static str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/", $file));
            fn sample() -> Self {
                $sample
            }
        }
    };
}

/// A registered template: name, text, and its sample rendered.
pub struct Entry {
    pub name: &'static str,
    pub text: &'static str,
    pub sample: fn(&Prompts) -> Result<String, WordsError>,
}

pub const fn entry<T: Template>() -> Entry {
    Entry { name: T::NAME, text: T::TEXT, sample: |prompts| prompts.text(&T::sample()) }
}

#[derive(Debug, thiserror::Error)]
#[error("render {name}: {why}")]
pub struct WordsError {
    pub name: String,
    pub why: String,
}

pub struct Prompts {
    tera: Tera,
}

/// The words of a card; the numbers of tables and steps come from rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardWords {
    pub title: String,
    pub body: String,
    pub footer: String,
    pub who: String,
    pub verdict: String,
    /// In the order of the template.
    pub fields: Vec<(String, String)>,
    /// Button labels by verb word (or another key of the template).
    pub labels: BTreeMap<String, String>,
}

impl CardWords {
    pub fn label(&self, key: &str) -> String {
        self.labels.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }
}

impl Prompts {
    /// Parses every registered template; the error names the file and the place.
    pub fn load() -> Result<Self, WordsError> {
        let mut tera = Tera::default();
        tera.autoescape_on(Vec::<&str>::new());
        filters::register(&mut tera);
        for entry in all() {
            tera.add_raw_template(entry.name, entry.text).map_err(|why| failed(entry.name, &why))?;
        }
        Ok(Self { tera })
    }

    pub fn text<T: Template>(&self, data: &T) -> Result<String, WordsError> {
        let context = Context::from_serialize(data).map_err(|why| failed(T::NAME, &why))?;
        let text = self.tera.render(T::NAME, &context).map_err(|why| failed(T::NAME, &why))?;
        Ok(text.trim().to_owned())
    }

    /// A template in sections: a line `== title`, `== body`, `== field Label`, `== action verb`, `== footer`, `== who`,
    /// `== verdict`, then its text. A section that comes out empty is left out.
    pub fn card<T: Template>(&self, data: &T) -> Result<CardWords, WordsError> {
        let text = self.text(data)?;
        sections(&text).ok_or_else(|| WordsError {
            name: T::NAME.to_owned(),
            why: "a line stands before the first `== section`".to_owned(),
        })
    }
}

/// Every template there is.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    let areas = [
        crate::prompts::decisions::ALL,
        crate::prompts::desk::ALL,
        crate::prompts::engine::ALL,
        crate::prompts::messages::ALL,
        crate::prompts::outreach::ALL,
        crate::prompts::planner::ALL,
        crate::prompts::reconcile::ALL,
    ];
    areas.into_iter().flatten()
}

fn sections(text: &str) -> Option<CardWords> {
    let mut words = CardWords::default();
    let mut head: Option<&str> = None;
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().chain(std::iter::once("== end")) {
        if let Some(next) = line.strip_prefix("== ") {
            match head {
                Some(name) => place(&mut words, name, lines.join("\n").trim()),
                None if lines.iter().any(|line| !line.trim().is_empty()) => return None,
                None => {}
            }
            head = Some(next.trim());
            lines.clear();
        } else {
            lines.push(line);
        }
    }
    Some(words)
}

fn place(words: &mut CardWords, head: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let text = text.to_owned();
    match head.split_once(' ') {
        Some(("field", label)) => words.fields.push((label.to_owned(), text)),
        Some(("action", key)) => {
            words.labels.insert(key.to_owned(), text);
        }
        _ => match head {
            "title" => words.title = text,
            "body" => words.body = text,
            "footer" => words.footer = text,
            "who" => words.who = text,
            "verdict" => words.verdict = text,
            _ => {}
        },
    }
}

fn failed(name: &str, error: &tera::Error) -> WordsError {
    WordsError { name: name.to_owned(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_become_card_words() {
        let words = sections(
            "== title\nA\n\n== field Industry\nfintech\n== field Empty\n\n== action start\nStart\n== body\none\ntwo\n",
        )
        .unwrap();
        assert_eq!(words.title, "A");
        assert_eq!(words.body, "one\ntwo");
        assert_eq!(words.fields, [("Industry".to_owned(), "fintech".to_owned())]);
        assert_eq!(words.label("start"), "Start");
        assert!(sections("stray\n== title\nA").is_none());
    }

    #[test]
    fn every_sample_renders_strictly() {
        let prompts = Prompts::load().unwrap();
        for entry in all() {
            let text = (entry.sample)(&prompts).unwrap_or_else(|error| panic!("{error}"));
            assert!(!text.is_empty(), "{} renders to nothing", entry.name);
        }
    }
}
