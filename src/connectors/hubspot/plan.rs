//! What a batch of rows becomes before it is written: one input per record, and which rows meant it.
use std::collections::BTreeMap;

use crate::connectors::hubspot::map::Input;
use crate::connectors::hubspot::map::OWN_KEY;
use crate::connectors::hubspot::map::Object;
use crate::ports::vendors::CrmRecord;
use crate::ports::vendors::Upserted;

pub fn unique(texts: &[String]) -> Vec<String> {
    let mut out: Vec<String> =
        texts.iter().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()).collect();
    out.sort();
    out.dedup();
    out
}

pub fn inputs_of(object: &Object, rows: &[BTreeMap<String, String>], owners: &BTreeMap<String, String>) -> Vec<Input> {
    let input = |row| {
        let properties = object.properties(row, owners);
        Input { key: properties.get(object.key).map(|key| key.trim().to_owned()).unwrap_or_default(), properties }
    };
    rows.iter().map(input).collect()
}

/// A company that the portal already has is updated by its id; it gets our key only if it has none.
pub fn adopted(input: &Input, standing: &CrmRecord) -> Option<Input> {
    let key = standing.fields.get(OWN_KEY);
    if key.is_some_and(|key| key.eq_ignore_ascii_case(&input.key)) {
        return None;
    }
    let mut properties = input.properties.clone();
    if key.is_some() {
        properties.remove(OWN_KEY);
    }
    Some(Input { key: standing.id.clone(), properties })
}

/// A batch names each record once and without gaps; the plan remembers which rows meant it.
pub struct Plan {
    pub inputs: Vec<Input>,
    /// For each row the place of its input; none for a row without a key.
    places: Vec<Option<usize>>,
}

impl Plan {
    pub fn of(rows: &[Input]) -> Self {
        let mut inputs: Vec<Input> = Vec::new();
        let mut places = Vec::new();
        for row in rows {
            let same = inputs.iter().position(|input| input.key.eq_ignore_ascii_case(&row.key));
            places.push(match same {
                _ if row.key.is_empty() => None,
                Some(place) => Some(place),
                None => {
                    inputs.push(row.clone());
                    Some(inputs.len() - 1)
                }
            });
        }
        Self { inputs, places }
    }

    pub fn spread(&self, outcomes: &[Upserted]) -> Vec<Upserted> {
        let keyless = || Upserted::Refused { why: "the record has no key".to_owned() };
        let of = |place: &Option<usize>| place.and_then(|place| outcomes.get(place).cloned()).unwrap_or_else(keyless);
        self.places.iter().map(of).collect()
    }
}
