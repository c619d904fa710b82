//! The CRM's records, kept small: property names are numbered once.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use serde_json::Value;

/// Object names, their type ids, and the word used in messages. The place in this list is the kind.
pub const KINDS: &[(&str, &str, &str)] = &[
    ("contacts", "0-1", "Contact"),
    ("companies", "0-2", "Company"),
    ("deals", "0-3", "Deal"),
    ("notes", "0-46", "Note"),
    ("emails", "0-49", "Email"),
    ("calls", "0-48", "Call"),
    ("meetings", "0-47", "Meeting"),
    ("tasks", "0-27", "Task"),
    ("tickets", "0-5", "Ticket"),
    ("leads", "0-136", "Lead"),
];
pub const CONTACTS: usize = 0;
pub const COMPANIES: usize = 1;
pub const NOTES: usize = 3;

/// The kind a path names, by plural, singular or type id.
pub fn kind_of(name: &str) -> Option<usize> {
    let lower = name.to_lowercase();
    KINDS.iter().position(|(plural, id, word)| lower == *plural || lower == *id || lower == word.to_lowercase())
}

pub struct Rec {
    pub id: u64,
    pub created: i64,
    pub updated: i64,
    pub archived: bool,
    props: Vec<(u16, Box<str>)>,
}

#[derive(Default)]
pub struct Table {
    pub recs: BTreeMap<u64, Rec>,
    unique: HashMap<(u16, Box<str>), u64>,
    /// Properties made through the API.
    pub made: Vec<Value>,
}

/// One direction of an association: from kind and id, to kind and id, type id.
pub type Link = (usize, u64, usize, u64, u32);

#[derive(Default)]
pub struct Store {
    names: HashMap<Box<str>, u16>,
    pub tables: [Table; 10],
    pub links: BTreeSet<Link>,
    next_id: u64,
}

impl Store {
    fn name_id(&mut self, name: &str) -> u16 {
        if let Some(id) = self.names.get(name) {
            return *id;
        }
        let id = self.names.len() as u16;
        self.names.insert(name.into(), id);
        id
    }

    pub fn add(&mut self, kind: usize, now: i64) -> u64 {
        self.next_id += 1;
        let id = 20_000_000_000 + self.next_id;
        let rec = Rec { id, created: now, updated: now, archived: false, props: Vec::new() };
        self.tables[kind].recs.insert(id, rec);
        id
    }

    /// Sets a property; an empty value clears it. Answers whether anything changed.
    pub fn set(&mut self, kind: usize, id: u64, name: &str, value: &str) -> bool {
        let key = self.name_id(name);
        let unique = self.is_unique(kind, name);
        let table = &mut self.tables[kind];
        let Some(rec) = table.recs.get_mut(&id) else {
            return false;
        };
        let at = rec.props.iter().position(|(k, _)| *k == key);
        let old = at.map(|i| rec.props[i].1.clone());
        if old.as_deref().unwrap_or_default() == value {
            return false;
        }
        if let Some(i) = at {
            rec.props.remove(i);
        }
        if !value.is_empty() {
            rec.props.push((key, value.into()));
        }
        if unique {
            if let Some(old) = old {
                table.unique.remove(&(key, fold(&old)));
            }
            if !value.is_empty() {
                table.unique.insert((key, fold(value)), id);
            }
        }
        true
    }

    pub fn get(&self, kind: usize, id: u64, name: &str) -> Option<&str> {
        let key = self.names.get(name)?;
        let rec = self.tables[kind].recs.get(&id)?;
        rec.props.iter().find(|(k, _)| k == key).map(|(_, v)| &**v)
    }

    /// Whether two live records may not share this property's value.
    pub fn is_unique(&self, kind: usize, name: &str) -> bool {
        let ours = name == "quarterdeck_id" || name == "orchestrator_id";
        ours || (kind == CONTACTS && name == "email")
            || self.tables[kind].made.iter().any(|p| p["name"] == name && p["hasUniqueValue"] == true)
    }

    /// The live record with this unique value.
    pub fn by_unique(&self, kind: usize, name: &str, value: &str) -> Option<u64> {
        let key = self.names.get(name)?;
        self.tables[kind].unique.get(&(*key, fold(value))).copied()
    }

    pub fn live(&self, kind: usize, id: u64) -> Option<&Rec> {
        self.tables[kind].recs.get(&id).filter(|r| !r.archived)
    }

    /// The live record a path or an input names, by id or by a unique property.
    pub fn find(&self, kind: usize, id: &str, id_property: Option<&str>) -> Option<u64> {
        let id = match id_property {
            None | Some("hs_object_id") => id.parse().ok()?,
            Some(name) => self.by_unique(kind, name, id)?,
        };
        self.live(kind, id).map(|r| r.id)
    }

    pub fn touch(&mut self, kind: usize, id: u64, now: i64) {
        if let Some(r) = self.tables[kind].recs.get_mut(&id) {
            r.updated = now;
        }
    }

    pub fn archive(&mut self, kind: usize, id: u64, now: i64) -> bool {
        let Some(rec) = self.tables[kind].recs.get_mut(&id).filter(|r| !r.archived) else {
            return false;
        };
        rec.archived = true;
        rec.updated = now;
        self.tables[kind].unique.retain(|_, v| *v != id);
        self.links.retain(|l| !((l.0 == kind && l.1 == id) || (l.2 == kind && l.3 == id)));
        true
    }

    /// All names and values of a record, the interned names looked up.
    pub fn all_props(&self, kind: usize, id: u64) -> Vec<(&str, &str)> {
        let Some(rec) = self.tables[kind].recs.get(&id) else {
            return Vec::new();
        };
        let mut by_id = vec![""; self.names.len()];
        for (name, i) in &self.names {
            by_id[usize::from(*i)] = name;
        }
        rec.props.iter().map(|(k, v)| (by_id[usize::from(*k)], &**v)).collect()
    }

    /// Links of one record to a kind: (id, type), in order.
    pub fn linked(&self, kind: usize, id: u64, to: usize) -> Vec<(u64, u32)> {
        self.links.range((kind, id, to, 0, 0)..(kind, id, to + 1, 0, 0)).map(|l| (l.3, l.4)).collect()
    }
}

fn fold(value: &str) -> Box<str> {
    value.trim().to_lowercase().into()
}
