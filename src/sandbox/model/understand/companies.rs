//! Companies named as places of work: "at Acme and Foo Ltd".
use crate::sandbox::model::text::Said;

const COMPANIES_MAX: usize = 50;

/// Capitalised words after "at" that no other reader has claimed.
pub fn read(said: &mut Said) -> Vec<String> {
    let mut out = Vec::new();
    let mut index = 0;
    while index < said.len() && out.len() < COMPANIES_MAX {
        let is_lead_in = matches!(said.low(index), "at" | "of" | "from" | "inside");
        index += 1;
        if !is_lead_in {
            continue;
        }
        loop {
            let end = (index..=said.len()).find(|at| !is_name(said, *at)).unwrap_or(index);
            if end == index {
                break;
            }
            out.push(said.slice(index, end).to_owned());
            said.take(index, end);
            index = end;
            while matches!(said.low(index), "," | "and" | "or" | "&") {
                index += 1;
            }
        }
    }
    out
}

fn is_name(said: &Said, index: usize) -> bool {
    said.is_free(index) && said.slice(index, index + 1).starts_with(char::is_uppercase)
}
