//! What RevOps and the operator wrote, in the form in which each service takes it.
use crate::app::books::Books;
use crate::config::model::Config;
use crate::config::parts::Standing;
use crate::connectors::apollo;
use crate::connectors::explorium;
use crate::connectors::hubspot;
use crate::connectors::lemlist;
use crate::domain::compliance::facts::Sender;
use crate::domain::sequence::plan::Sequence;
use crate::engine::context::PlaybookLine;
use crate::engine::context::Rules;
use crate::ports::limiter::RateClass;
use crate::ports::vendors::Vendors;
use crate::run::canonical::hash_of;
use crate::run::plan::Range;
use crate::run::turn::Price;
use crate::tools::context::SequenceNote;
use crate::tools::context::ToolConfig;
use crate::workflows::bulk::Estimates;
use crate::workflows::bulk::Source;
use crate::workflows::pace::Lane;
use crate::workflows::pace::Pace;
use crate::workflows::playbook::Playbook;
use crate::workflows::quote;

/// First mails a day when nobody says otherwise: three mailboxes well below their caps.
const MAILS_PER_DAY: u32 = 40;
const OFFER: &str = "a shorter month-end close";

pub fn price(config: &Config) -> Price {
    if config.parts.model.standing == Standing::Sandbox {
        return Price::default();
    }
    let nano = |micro_per_million: i64| micro_per_million / 1_000;
    Price {
        prompt_nano_usd: nano(config.model.input_micro_per_million),
        completion_nano_usd: nano(config.model.output_micro_per_million),
    }
}

pub fn of_engine(config: &Config, books: &Books) -> Rules {
    let lines = |playbook: &Playbook| -> Vec<PlaybookLine> {
        let numbered = playbook.lines.iter().enumerate();
        numbered.map(|(at, line)| PlaybookLine { id: format!("p{}", at + 1), text: line.text.clone() }).collect()
    };
    let sender = sender(config);
    let above = config.policy.launch_manager_above;
    let quorum_above = config.policy.quorum_above;
    let hash = hash_of(&(books.regions.hash(), &sender, above, quorum_above, &config.policy.lia_ref));
    Rules {
        persons: config.people.persons.clone(),
        absences: config.people.absences.clone(),
        profiles: books.profiles.clone(),
        regions: books.regions.clone(),
        sequences: books.sequences.clone(),
        playbooks: books.playbooks.iter().map(|playbook| (playbook.cited(), lines(playbook))).collect(),
        sender,
        offer: OFFER.to_owned(),
        lia_ref: config.policy.lia_ref.clone().or_else(|| sandbox_only(config, "LIA-sandbox")),
        launch_manager_above: usize::try_from(above).unwrap_or(0),
        quorum_above: usize::try_from(quorum_above).unwrap_or(0),
        mails_per_day: MAILS_PER_DAY,
        price: price(config),
        zone: config.digest.zone.clone(),
        hash,
    }
}

/// Mails that never leave the machine may be signed with invented names; real ones need the configuration.
fn sender(config: &Config) -> Sender {
    let own = &config.sender;
    let or = |value: &str, invented: &str| {
        if value.is_empty() { sandbox_only(config, invented).unwrap_or_default() } else { value.to_owned() }
    };
    Sender {
        company: or(&own.company, "Harbour Close Ltd"),
        person: or(&own.name, "Mona Weber"),
        postal_address: or(&own.address, "1 Harbour Row, London N1 1AA, United Kingdom"),
        reply_to: or(&own.reply_to, "mona@mail.quarterdeck.example"),
        unsubscribe_url: or(&own.unsubscribe_url, "https://mail.quarterdeck.example/unsubscribe"),
        impressum: sandbox_only(config, "Registered in England no. 00000000, VAT GB000000000").unwrap_or_default(),
    }
}

fn sandbox_only(config: &Config, invented: &str) -> Option<String> {
    (config.parts.lemlist.standing == Standing::Sandbox).then(|| invented.to_owned())
}

pub fn of_tools(config: &Config, books: &Books, vendors: &Vendors) -> ToolConfig {
    let note = |(name, sequence): &(String, Sequence)| SequenceNote {
        name: name.clone(),
        touches: u32::try_from(sequence.touch.len()).unwrap_or(u32::MAX),
        days: sequence.days().last().map_or(0, |(day, _)| *day),
    };
    ToolConfig {
        persons: config.people.persons.clone(),
        absences: config.people.absences.clone(),
        profiles: books.profiles.clone(),
        regions: books.regions.clone(),
        sequences: books.sequences.iter().map(note).collect(),
        playbooks: books.playbooks.clone(),
        estimates: estimates(config, vendors),
        model_sandbox: config.parts.model.standing == Standing::Sandbox,
    }
}

/// Time and credits come from the vendors' limits and batch sizes, never from the model.
fn estimates(config: &Config, vendors: &Vendors) -> Estimates {
    let pace = |limits: &[RateClass], key: &str| {
        let limit = limits.iter().find(|limit| limit.key == key).or_else(|| limits.first());
        limit.map_or(Pace { calls: 1, per_ms: 1_000 }, |limit| Pace {
            calls: i64::from(limit.calls.saturating_sub(limit.burst).max(1)),
            per_ms: limit.per_ms,
        })
    };
    let explorium = |batch: i64| Lane::new(explorium::VENDOR, batch, pace(explorium::limits(), "explorium"));
    let apollo = |batch: i64, key: &str| Lane::new(apollo::VENDOR, batch, pace(apollo::limits(), key));
    let hubspot = |batch: i64| Lane::new(hubspot::VENDOR, batch, pace(hubspot::limits(), "hubspot"));
    let lemlist = |batch: i64| Lane::new(lemlist::VENDOR, batch, pace(lemlist::limits(), "lemlist"));
    let range = |min: i64, max: i64| Range { min, max };
    let connected = |lane: &Lane| {
        vendors.prospecting.iter().any(|source| source.vendor() == lane.vendor)
            || vendors.enrichment.iter().any(|source| source.vendor() == lane.vendor)
    };
    let only_connected = |lanes: Vec<Lane>| lanes.into_iter().filter(connected).collect();
    Estimates {
        // A page may bring nobody new; the last one is rarely full.
        discover: only_connected(vec![
            Lane { each: range(1, 2), percent: range(50, 400), ..explorium(100) },
            Lane { percent: range(50, 400), ..apollo(100, "apollo:search") },
        ]),
        // People, then companies; the next source is asked for the gaps.
        enrich: only_connected(vec![
            Lane { each: range(1, 3), percent: range(50, 100), ..explorium(50) },
            Lane { each: range(3, 6), percent: range(20, 100), ..explorium(50) },
            Lane { percent: range(0, 100), ..apollo(10, "apollo:enrich") },
        ]),
        sources: vendors
            .enrichment
            .iter()
            .enumerate()
            .map(|(place, source)| Source {
                vendor: source.vendor().to_owned(),
                credits_each: source.credits_each(),
                company_credits_each: if place == 0 { source.company_credits_each() } else { 0 },
            })
            .collect(),
        // Those with an address: known to the CRM, in a running campaign, opted out.
        validate: vec![
            Lane { percent: range(30, 100), once: range(0, 1), ..hubspot(100) },
            Lane {
                each: range(1, 2),
                percent: range(30, 110),
                once: range(0, 2 + i64::from(u8::MAX) / 10),
                ..lemlist(1)
            },
        ],
        // Companies (read, search, update, upsert), contacts (read, upsert), links; the own property once.
        crm: vec![Lane { each: range(5, 7), percent: range(30, 100), once: range(0, 3), ..hubspot(100) }],
        draft: vec![Lane::new(quote::MODEL, 1, Pace { calls: 20, per_ms: 1_000 })],
        // A campaign with its steps, two calls for a person, three for the note in the CRM.
        launch: vec![
            Lane { each: range(2, 2), percent: range(10, 100), once: range(8, 30), ..lemlist(1) },
            Lane { each: range(2, 3), percent: range(10, 100), once: range(0, 1), ..hubspot(1) },
        ],
        price: price(config),
        credits_max: config.policy.credits_per_run_max,
    }
}
