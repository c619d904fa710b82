//! What lemlist remembers.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::lemlist::gate;
use crate::sandbox::limits::Sliding;
use crate::sandbox::random::hash;
use crate::sandbox::world::EPOCH_MS;
use crate::sandbox::world::World;
use crate::sandbox::world::flag;

/// The mailboxes: user id, first name, last name, address.
pub const SENDERS: &[(&str, &str, &str, &str)] = &[
    ("usr_ava0000000000001", "Ava", "Lindqvist", "ava@mail.quarterdeck.example"),
    ("usr_ben0000000000002", "Ben", "Okoro", "ben@mail.quarterdeck.example"),
    ("usr_mona000000000003", "Mona", "Haddad", "mona@mail.quarterdeck.example"),
];
pub const TEAM: &str = "tea_sandbox000000001";

pub struct Step {
    pub id: String,
    pub kind: String,
    pub delay: i64,
    pub subject: String,
    pub message: String,
    pub more: Value,
}

pub struct Campaign {
    pub id: String,
    pub name: String,
    pub status: &'static str,
    pub sequence: String,
    pub schedules: Vec<String>,
    pub zone: String,
    pub created: i64,
    pub started: i64,
    pub senders: Vec<usize>,
    pub auto_review: bool,
    pub stop_on_reply: bool,
    pub steps: Vec<Step>,
    pub settings: Map<String, Value>,
}

pub struct Lead {
    pub id: String,
    pub contact: String,
    pub campaign: usize,
    pub mail: String,
    pub vars: Map<String, Value>,
    pub reviewed: Option<i64>,
    pub paused: bool,
    pub removed: bool,
    /// Why no step will follow; empty while steps may follow.
    pub stopped: &'static str,
    pub state: String,
    pub next_step: usize,
    pub planned: bool,
    pub seen: BTreeSet<&'static str>,
}

pub struct Schedule {
    pub id: String,
    pub name: String,
    pub wait_s: i64,
    pub zone: String,
    pub start: String,
    pub end: String,
    pub weekdays: Vec<i64>,
    pub created: i64,
}

pub struct Hook {
    pub id: String,
    pub url: String,
    pub kind: Option<String>,
    pub campaign: Option<String>,
    pub secret: Option<String>,
    pub first_only: bool,
    pub created: i64,
}

pub struct Activity {
    pub id: String,
    pub kind: &'static str,
    pub lead: usize,
    pub step: usize,
    pub sender: usize,
    pub at: i64,
    pub first: bool,
    pub more: Value,
}

/// What happens to a lead, at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Due {
    Plan,
    Leave { step: usize, sender: usize },
    Open { step: usize, sender: usize },
    Click { step: usize, sender: usize },
    Reply { step: usize, sender: usize },
    Bounce { step: usize, sender: usize },
    OptOut { step: usize, sender: usize },
}

/// A hook's call on its way out.
pub struct Outgoing {
    pub url: String,
    pub body: String,
    pub label: String,
}

pub struct State {
    pub campaigns: Vec<Campaign>,
    pub leads: Vec<Lead>,
    pub schedules: Vec<Schedule>,
    pub hooks: Vec<Hook>,
    pub activities: Vec<Activity>,
    pub unsubscribed: BTreeMap<String, (&'static str, i64)>,
    pub enrichments: BTreeMap<String, (String, i64)>,
    pub due: BTreeSet<(i64, u64, usize, Due)>,
    pub slots: HashMap<usize, BTreeSet<i64>>,
    pub outbox: Vec<Outgoing>,
    pub credits_used: u64,
    pub serial: u64,
    pub window: Sliding,
    pub left: usize,
}

impl State {
    pub fn seeded(world: &World) -> Self {
        let mut s = Self {
            campaigns: Vec::new(),
            leads: Vec::new(),
            schedules: Vec::new(),
            hooks: Vec::new(),
            activities: Vec::new(),
            unsubscribed: BTreeMap::new(),
            enrichments: BTreeMap::new(),
            due: BTreeSet::new(),
            slots: HashMap::new(),
            outbox: Vec::new(),
            credits_used: 0,
            serial: 0,
            window: Sliding::new(gate::MOST, gate::WINDOW_MS),
            left: gate::MOST,
        };
        s.fill(world);
        s
    }

    /// A campaign that runs already, its one mail sent, and the addresses that said no before.
    fn fill(&mut self, world: &World) {
        let at = EPOCH_MS - 6 * crate::sandbox::world::DAY_MS;
        let campaign = self.add_campaign("Autumn finance round", "Europe/London", at);
        self.campaigns[campaign].status = "running";
        self.campaigns[campaign].started = at;
        self.campaigns[campaign].senders = vec![0];
        let step = Step {
            id: self.new_id("stp"),
            kind: "email".into(),
            delay: 0,
            subject: "A question, {{firstName}}".into(),
            message: "Hello {{firstName}}".into(),
            more: json!({}),
        };
        self.campaigns[campaign].steps.push(step);
        for i in 0..world.people.len() as u32 {
            if world.has(i, flag::IN_CAMPAIGN) {
                let (first, last) = world.name(i);
                let mut vars = Map::new();
                vars.insert("firstName".into(), json!(first));
                vars.insert("lastName".into(), json!(last));
                vars.insert("companyName".into(), json!(world.company_name(world.person(i).company)));
                let lead = self.add_lead(campaign, &world.mail(i), vars);
                let lead = &mut self.leads[lead];
                lead.reviewed = Some(at);
                lead.next_step = 1;
                lead.state = "emailsSent".into();
            }
            if world.has(i, flag::UNSUBSCRIBED) {
                self.unsubscribed.insert(world.mail(i), ("user", at));
            }
        }
    }

    pub fn new_id(&mut self, prefix: &str) -> String {
        self.serial += 1;
        let h = hash(&[0x1E31, self.serial]);
        let alphabet = b"ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz23456789";
        let tail: String =
            (0..17).map(|k| char::from(alphabet[(hash(&[h, k]) % alphabet.len() as u64) as usize])).collect();
        format!("{prefix}_{tail}")
    }

    pub fn add_campaign(&mut self, name: &str, zone: &str, now: i64) -> usize {
        let schedule = Schedule {
            id: self.new_id("skd"),
            name: "Default schedule".into(),
            wait_s: 120,
            zone: zone.to_owned(),
            start: "09:00".into(),
            end: "17:00".into(),
            weekdays: vec![1, 2, 3, 4, 5],
            created: now,
        };
        let campaign = Campaign {
            id: self.new_id("cam"),
            name: name.to_owned(),
            status: "draft",
            sequence: self.new_id("seq"),
            schedules: vec![schedule.id.clone()],
            zone: zone.to_owned(),
            created: now,
            started: i64::MAX,
            senders: Vec::new(),
            auto_review: false,
            stop_on_reply: true,
            steps: Vec::new(),
            settings: Map::new(),
        };
        self.schedules.push(schedule);
        self.campaigns.push(campaign);
        self.campaigns.len() - 1
    }

    pub fn add_lead(&mut self, campaign: usize, mail: &str, vars: Map<String, Value>) -> usize {
        let lead = Lead {
            id: self.new_id("lea"),
            contact: self.new_id("ctc"),
            campaign,
            mail: mail.to_lowercase(),
            vars,
            reviewed: None,
            paused: false,
            removed: false,
            stopped: "",
            state: "scanned".into(),
            next_step: 0,
            planned: false,
            seen: BTreeSet::new(),
        };
        self.leads.push(lead);
        self.leads.len() - 1
    }

    pub fn campaign(&self, id: &str) -> Option<usize> {
        self.campaigns.iter().position(|c| c.id == id)
    }

    pub fn lead(&self, id: &str) -> Option<usize> {
        let by_mail = id.contains('@').then(|| id.to_lowercase());
        self.leads.iter().rposition(|l| !l.removed && (l.id == id || by_mail.as_deref() == Some(l.mail.as_str())))
    }

    /// Whether an address, or its domain, is on the unsubscribe list.
    pub fn is_unsubscribed(&self, mail: &str) -> bool {
        let domain = mail.rsplit('@').next().unwrap_or_default();
        self.unsubscribed.contains_key(mail) || self.unsubscribed.contains_key(&format!("@{domain}"))
    }

    pub fn push(&mut self, at: i64, lead: usize, due: Due) {
        self.serial += 1;
        self.due.insert((at, self.serial, lead, due));
    }
}
