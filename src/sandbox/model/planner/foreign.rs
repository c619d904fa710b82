//! Requests in German or French: recognised, and answered in that language that the stand-in reads English.
use crate::sandbox::model::text::Said;
use crate::sandbox::model::wire::Answer;

const GERMAN: [&str; 22] = [
    "finde",
    "finden",
    "suche",
    "such",
    "zeige",
    "firmen",
    "unternehmen",
    "mitarbeiter",
    "mitarbeitern",
    "mitarbeitende",
    "leiter",
    "geschäftsführer",
    "bitte",
    "kampagne",
    "mit",
    "bei",
    "für",
    "und",
    "kontakte",
    "brauche",
    "ich",
    "uns",
];
const FRENCH: [&str; 22] = [
    "trouve",
    "trouvez",
    "trouver",
    "cherche",
    "cherchez",
    "entreprises",
    "entreprise",
    "sociétés",
    "société",
    "directeurs",
    "directeur",
    "financiers",
    "employés",
    "salariés",
    "campagne",
    "lancer",
    "avec",
    "dans",
    "chez",
    "les",
    "des",
    "pour",
];
/// Enough with one other word; none of them is English.
const SURE: [&str; 14] = [
    "finde",
    "suche",
    "firmen",
    "unternehmen",
    "brauche",
    "zeige",
    "trouve",
    "trouvez",
    "trouver",
    "cherche",
    "cherchez",
    "entreprises",
    "sociétés",
    "geschäftsführer",
];

pub fn answer(said: &Said) -> Option<Answer> {
    let count = |words: &[&str]| said.tokens.iter().filter(|token| words.contains(&token.low.as_str())).count();
    let (german, french) = (count(&GERMAN), count(&FRENCH));
    if count(&SURE) == 0 || german.max(french) < 1 || said.len() < 2 {
        return None;
    }
    let text = if german >= french {
        "Ich bin der Sandbox-Ersatz, ein kleiner Satz Regeln, und verstehe nur Englisch. Ein Beispiel: \"Find 50 CFOs at fintech companies \
         in Germany using Snowflake\"."
    } else {
        "Je suis le remplaçant du bac à sable, un petit jeu de règles, et je ne comprends que l'anglais. Un exemple : \"Find 50 CFOs at \
         fintech companies in France using Snowflake\"."
    };
    Some(Answer::Words(text.to_owned()))
}
