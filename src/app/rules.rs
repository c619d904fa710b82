//! What RevOps and the operator wrote, in the form in which each service takes it.
use crate::app::books::Books;
use crate::app::estimates::estimates;
use crate::config::model::Config;
use crate::config::parts::Standing;
use crate::domain::compliance::facts::Sender;
use crate::domain::sequence::plan::Sequence;
use crate::engine::context::PlaybookLine;
use crate::engine::context::Rules;
use crate::ports::vendors::Vendors;
use crate::run::canonical::hash_of;
use crate::run::turn::Price;
use crate::tools::context::SequenceNote;
use crate::tools::context::ToolConfig;
use crate::workflows::playbook::Playbook;

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
