//! How the words of a title are read: short forms written out, then the function and the rank found.
use crate::domain::text::has_phrase;
use crate::domain::title::Function;
use crate::domain::title::Seniority;
use crate::domain::title::lexicon::COMPOUNDS;
use crate::domain::title::lexicon::FUNCTIONS;
use crate::domain::title::lexicon::PARTS;
use crate::domain::title::lexicon::PHRASES;
use crate::domain::title::lexicon::RANKS;
use crate::domain::title::lexicon::SHORT;
use crate::domain::title::lexicon::SMALL;
use crate::domain::title::lexicon::WEAK;
use crate::domain::title::lexicon::lists;

/// Words with every short form and phrase written out.
pub fn expand(words: Vec<String>) -> Vec<String> {
    let long: Vec<String> = words.into_iter().flat_map(|word| long_form(&word)).collect();
    PHRASES.iter().fold(long, |words, (phrase, read_as)| replace(words, phrase, read_as))
}

/// The function named first: in "VP of Finance & Operations" the first is the main one.
pub fn function(words: &[String]) -> Function {
    if is_general(words) {
        return Function::General;
    }
    if has(words, "chief security officer") {
        return Function::It;
    }
    let found = words.split(|word| lists(PARTS, word)).find_map(function_of_part);
    match found {
        Some(function) => function,
        // "Chief Business Officer": all of it.
        None if has(words, "chief") && has(words, "officer") => Function::General,
        None => Function::Unknown,
    }
}

/// In English the last plain word is the noun: "marketing finance manager" is in finance.
fn function_of_part(words: &[String]) -> Option<Function> {
    let named: Vec<(&String, Function)> =
        words.iter().filter_map(|word| Some((word, function_of_word(word)?))).collect();
    let plain = named.iter().rev().find(|(word, _)| !lists(WEAK, word));
    plain.or_else(|| named.last()).map(|(_, function)| *function)
}

/// The highest rank named, with the exceptions the trade makes.
pub fn seniority(words: &[String], function: Function) -> Seniority {
    let Some(rank) = words.iter().filter_map(|word| rank_of_word(word)).min() else {
        return bare_rank(words, function);
    };
    let craft = ["engineer", "mechanic", "cook", "chef", "clerk", "designer", "architect", "inspector"];
    match rank {
        Seniority::CLevel if words.iter().any(|word| craft.contains(&word.as_str())) => Seniority::Senior,
        Seniority::CLevel if !words.iter().any(|word| word == "officer") && has(words, "chief accountant") => {
            Seniority::Manager
        }
        _ if function == Function::General && is_top(words) => Seniority::CLevel,
        Seniority::Senior | Seniority::Entry if is_controller(words) => Seniority::Manager,
        Seniority::Senior if words.windows(2).any(|pair| pair[0] == "team" && pair[1] == "lead") => Seniority::Manager,
        Seniority::Senior if words.last().is_some_and(|word| word == "lead") => Seniority::Manager,
        Seniority::Manager if has(words, "product manager") => Seniority::Entry,
        Seniority::Manager if has(words, "project manager") && function == Function::Operations => Seniority::Entry,
        Seniority::Senior if words.iter().any(|word| word == "accountant") && !has(words, "senior") => Seniority::Entry,
        other => other,
    }
}

/// The words a match must find: all but ranks and small words.
pub fn content(words: &[String]) -> impl Iterator<Item = &String> {
    words.iter().filter(|word| rank_of_word(word).is_none() && !lists(SMALL, word))
}

/// How the head of a function is called.
pub fn chief(function: Function) -> &'static str {
    match function {
        Function::Finance => "CFO",
        Function::Sales => "Chief Revenue Officer",
        Function::Marketing => "CMO",
        Function::Engineering => "CTO",
        Function::Product => "Chief Product Officer",
        Function::Data => "Chief Data Officer",
        Function::It => "CIO",
        Function::Hr => "Chief People Officer",
        Function::Operations => "COO",
        Function::Legal => "Chief Legal Officer",
        Function::General | Function::Unknown => "CEO",
    }
}

fn long_form(word: &str) -> Vec<String> {
    let long = SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| long);
    long.split(' ').map(str::to_owned).collect()
}

fn replace(words: Vec<String>, phrase: &str, read_as: &str) -> Vec<String> {
    let wanted: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
    let Some(at) = words.windows(wanted.len()).position(|window| window == wanted) else { return words };
    let mut out = words;
    out.splice(at..at + wanted.len(), read_as.split(' ').map(str::to_owned));
    out
}

fn has(words: &[String], phrase: &str) -> bool {
    has_phrase(words, &phrase.split(' ').map(str::to_owned).collect::<Vec<_>>())
}

fn function_of_word(word: &str) -> Option<Function> {
    let listed = FUNCTIONS.iter().find(|(_, words)| lists(words, word)).map(|(function, _)| *function);
    listed.or_else(|| {
        let compound = COMPOUNDS.iter().find(|(start, _)| word.starts_with(start) && word.len() > start.len() + 3);
        compound.map(|(_, function)| *function)
    })
}

fn rank_of_word(word: &str) -> Option<Seniority> {
    let listed = RANKS.iter().find(|(_, words)| lists(words, word)).map(|(rank, _)| *rank);
    listed.or_else(|| {
        let is_compound = COMPOUNDS.iter().any(|(start, _)| word.starts_with(start) && word.len() > start.len());
        match word {
            _ if !is_compound => None,
            _ if word.ends_with("leiter") || word.ends_with("leiterin") => Some(Seniority::Head),
            _ if word.ends_with("direktor") || word.ends_with("direktorin") => Some(Seniority::Director),
            _ if word.ends_with("vorstand") || word.ends_with("chef") => Some(Seniority::CLevel),
            _ if word.ends_with("referent") || word.ends_with("referentin") => Some(Seniority::Entry),
            _ => None,
        }
    })
}

fn is_top(words: &[String]) -> bool {
    let single = [
        "founder",
        "cofounder",
        "owner",
        "geschaftsfuhrer",
        "geschaftsfuhrerin",
        "inhaber",
        "inhaberin",
        "proprietor",
        "entrepreneur",
        "grunder",
        "fondateur",
        "fondatrice",
        "fundador",
        "fundadora",
        "gerant",
        "president",
        "presidente",
        "presidenta",
        "vorstandsvorsitzender",
    ];
    let phrases = ["chief executive", "managing director", "managing partner", "co founder", "self employed"];
    let presides = |word: &String| single.contains(&word.as_str());
    words.iter().any(presides) || phrases.iter().any(|phrase| has(words, phrase))
}

fn is_general(words: &[String]) -> bool {
    let other = ["general manager", "non executive director", "board member", "chairman", "executive director"];
    let of_all = ["senior executive"];
    is_top(words) || other.iter().chain(&of_all).any(|phrase| has(words, phrase))
}

fn is_controller(words: &[String]) -> bool {
    words.iter().any(|word| matches!(word.as_str(), "controller" | "comptroller"))
}

/// Titles that name a post without a word of rank.
fn bare_rank(words: &[String], function: Function) -> Seniority {
    let bare = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    match function {
        Function::General if is_top(words) => Seniority::CLevel,
        Function::Finance if bare(&["treasurer"]) => Seniority::Director,
        Function::Finance if bare(&["controller", "comptroller"]) && bare(&["corporate", "group"]) => {
            Seniority::Director
        }
        Function::Finance if bare(&["controller", "comptroller"]) => Seniority::Manager,
        Function::Legal if bare(&["counsel"]) => Seniority::Senior,
        _ => Seniority::Unknown,
    }
}
