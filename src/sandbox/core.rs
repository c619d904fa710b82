//! All vendors' state behind one door: a call goes in with its time, an answer comes out.
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::apollo;
use crate::sandbox::explorium;
use crate::sandbox::faults::Faults;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::iso;
use crate::sandbox::hubspot;
use crate::sandbox::journal::Entry;
use crate::sandbox::journal::Journal;
use crate::sandbox::ledger::Ledger;
use crate::sandbox::lemlist;
use crate::sandbox::plant::Plant;
use crate::sandbox::plant::Plants;
use crate::sandbox::world::World;

/// Everything that changes.
pub struct Core {
    pub world: Arc<World>,
    pub hubspot: hubspot::State,
    pub apollo: apollo::State,
    pub explorium: explorium::State,
    pub lemlist: lemlist::State,
    pub ledger: Ledger,
    pub plants: Plants,
    pub faults: Faults,
    pub correlation: u64,
    journal: Journal,
    noted_ms: i64,
}

impl Core {
    /// Makes the world and carries out again what the journal holds; answers the last known time too.
    pub fn open(world: (u64, usize), dir: Option<&Path>) -> std::io::Result<(Self, i64)> {
        let (journal, entries) = Journal::open(dir)?;
        let world = Arc::new(World::generate(world.0, world.1));
        let mut core = Self {
            hubspot: hubspot::State::seeded(&world),
            apollo: apollo::State::default(),
            explorium: explorium::State::default(),
            lemlist: lemlist::State::seeded(&world),
            ledger: Ledger::default(),
            plants: Plants::default(),
            faults: Faults::default(),
            correlation: 0,
            journal,
            noted_ms: i64::MIN,
            world,
        };
        let mut last = i64::MIN;
        for entry in entries {
            match entry {
                Entry::Counts { counts } => core.ledger.restore(&counts),
                Entry::Clock { at } => last = last.max(at),
                Entry::Command { at, vendor, req } => {
                    last = last.max(at);
                    lemlist::engine::run_due(&mut core, at);
                    core.ledger.count(&vendor, &req);
                    let _ = core.route(&vendor, &req, at);
                }
            }
        }
        if last > i64::MIN {
            lemlist::engine::run_due(&mut core, last);
        }
        core.lemlist.outbox.clear();
        core.noted_ms = last;
        Ok((core, last))
    }

    /// One live call, key and limits checked, written down before it is answered.
    pub fn call(&mut self, vendor: &str, req: &Req, keys: &Keys, now: i64) -> Reply {
        self.tick(now);
        if let Some(no) = self.refusal(vendor, req, keys, now) {
            self.ledger.refuse(vendor, no.status);
            return no;
        }
        let mut reply = self.route(vendor, req, now);
        if reply.effect {
            self.ledger.count(vendor, req);
            self.save_counts();
            self.journal.command(now, vendor, req);
            self.noted_ms = now;
        } else {
            self.ledger.count_read(vendor, req);
        }
        self.add_headers(vendor, req, now, &mut reply);
        reply
    }

    /// Lets everything happen that is due; what happened is written down by its time.
    pub fn tick(&mut self, now: i64) {
        if lemlist::engine::run_due(self, now) > 0 {
            self.note_clock(now);
        }
    }

    /// Writes the clock's position, and with it the counts of reads.
    pub fn note_clock(&mut self, now: i64) {
        self.save_counts();
        if now > self.noted_ms {
            self.journal.clock(now);
            self.noted_ms = now;
        }
    }

    /// Puts a text into a record or the next reply.
    pub fn plant(&mut self, plant: Plant, now: i64) {
        if plant.vendor == "hubspot" && plant.object == "note" {
            hubspot::plant_note(self, &plant, now);
        } else {
            self.plants.add(plant);
        }
    }

    pub fn next_correlation(&mut self) -> String {
        self.correlation += 1;
        let h = crate::sandbox::random::hash(&[self.world.seed, 77, self.correlation]);
        let l = crate::sandbox::random::mix(h);
        let (a, b, c) = (h >> 32, h >> 16 & 0xFFFF, h & 0xFFF);
        format!("{a:08x}-{b:04x}-4{c:03x}-8{:03x}-{:012x}", l >> 52, l & 0xFFFF_FFFF_FFFF)
    }

    fn save_counts(&mut self) {
        if let Some(counts) = self.ledger.take_unsaved() {
            self.journal.counts(&counts);
        }
    }

    fn route(&mut self, vendor: &str, req: &Req, now: i64) -> Reply {
        match vendor {
            "hubspot" => hubspot::handle(self, req, now),
            "apollo" => apollo::handle(self, req, now),
            "explorium" => explorium::handle(self, req, now),
            "lemlist" => lemlist::handle(self, req, now),
            "plant" => {
                let plant = req.json().and_then(|v| serde_json::from_value::<Plant>(v).ok());
                let Some(plant) = plant else {
                    return Reply::json(400, &json!({"error": "a plant needs vendor, object, match, field, text"}));
                };
                self.plant(plant, now);
                Reply::json(200, &json!({"planted": true, "at": iso(now)})).done()
            }
            _ => Reply::json(404, &json!({"error": "no such vendor"})),
        }
    }

    fn refusal(&mut self, vendor: &str, req: &Req, keys: &Keys, now: i64) -> Option<Reply> {
        match vendor {
            "hubspot" => hubspot::gate::refuse(self, req, keys, now),
            "apollo" => apollo::gate::refuse(self, req, keys, now),
            "explorium" => explorium::gate::refuse(self, keys, now),
            "lemlist" => lemlist::gate::refuse(self, keys, now),
            _ => None,
        }
    }

    fn add_headers(&self, vendor: &str, req: &Req, now: i64, reply: &mut Reply) {
        match vendor {
            "hubspot" => hubspot::gate::headers(self, req, reply),
            "apollo" => apollo::gate::headers(self, req, reply),
            "explorium" => explorium::gate::headers(self, now, reply),
            "lemlist" => lemlist::gate::headers(self, now, reply),
            _ => {}
        }
    }

    /// Facts about the world, for tests.
    pub fn world_facts(&self) -> Value {
        let countries: std::collections::BTreeSet<u8> = self.world.people.iter().map(|p| p.country).collect();
        json!({
            "seed": self.world.seed,
            "companies": self.world.companies.len(),
            "people": self.world.people.len(),
            "countries": countries.len(),
            "flagship_matches": self.world.flagship_matches(),
        })
    }
}

/// The three places in which vendors expect a key.
#[derive(Default)]
pub struct Keys {
    pub authorization: Option<String>,
    pub x_api_key: Option<String>,
    pub api_key: Option<String>,
}
