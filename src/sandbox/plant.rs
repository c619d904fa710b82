//! Texts put into vendors' records by hand, as an attacker would put them.
use serde::Deserialize;
use serde_json::Value;

/// One planted text.
#[derive(Deserialize, Clone)]
pub struct Plant {
    pub vendor: String,
    pub object: String,
    #[serde(rename = "match", default)]
    pub matches: String,
    pub field: String,
    pub text: String,
}

#[derive(Default)]
pub struct Plants {
    all: Vec<Plant>,
}

impl Plants {
    pub fn add(&mut self, plant: Plant) {
        self.all.push(plant);
    }

    /// Overwrites fields of a record about to be shown; `keys` are what a plant may match on.
    pub fn overlay(&self, vendor: &str, object: &str, keys: &[&str], record: &mut Value) {
        for p in self.all.iter().filter(|p| p.vendor == vendor && p.object == object) {
            let wanted = p.matches.to_lowercase();
            if !keys.iter().any(|k| k.to_lowercase().contains(&wanted)) {
                continue;
            }
            if let Some(map) = record.as_object_mut() {
                map.insert(vendor_field(vendor, object, &p.field).to_owned(), Value::String(p.text.clone()));
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes the texts waiting for a reply of this address: (field, text).
    pub fn take_reply(&mut self, mail: &str) -> Vec<(String, String)> {
        self.take(|p| p.object == "reply" && mail.contains(&p.matches.to_lowercase()))
    }

    /// Whether a planted text makes this very address reply.
    pub fn forces_reply(&self, mail: &str) -> bool {
        self.all
            .iter()
            .any(|p| p.object == "reply" && !p.matches.is_empty() && mail.contains(&p.matches.to_lowercase()))
    }

    fn take(&mut self, wanted: impl Fn(&Plant) -> bool) -> Vec<(String, String)> {
        let (taken, kept): (Vec<Plant>, Vec<Plant>) = self.all.drain(..).partition(wanted);
        self.all = kept;
        taken.into_iter().map(|p| (p.field, p.text)).collect()
    }
}

/// A field in the vendor's own words.
fn vendor_field<'a>(vendor: &str, object: &str, field: &'a str) -> &'a str {
    match (vendor, object, field) {
        ("hubspot", "person", "first_name") => "firstname",
        ("hubspot", "person", "last_name") => "lastname",
        ("hubspot", "person", "title") => "jobtitle",
        ("hubspot", "person", "company_name") => "company",
        ("hubspot", "company", "company_name" | "text") => "name",
        ("hubspot", "note", _) => "hs_note_body",
        ("apollo", "company", "description" | "text") => "short_description",
        ("apollo" | "explorium", "company", "company_name") => "name",
        ("apollo", "person", "description" | "text") => "headline",
        ("explorium", "person", "title") => "job_title",
        ("explorium", "company", "description" | "text") => "business_description",
        ("lemlist", "person", "first_name") => "firstName",
        ("lemlist", "person", "last_name") => "lastName",
        ("lemlist", "person", "title") => "jobTitle",
        ("lemlist", "person", "company_name") => "companyName",
        _ => field,
    }
}
