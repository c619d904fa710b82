//! `quarterdeck backup` and `quarterdeck restore`: all data in one file, and back.
use std::path::Path;

use crate::app::backup;
use crate::app::backup::Amount;
use crate::app::clock;
use crate::app::restore;
use crate::cli::exit::Exit;
use crate::cli::out;
use crate::cli::run::told;
use crate::config::model::Config;
use crate::domain::text::thousands;

pub async fn backup(config: Config, file: &Path) -> Exit {
    match backup::backup(&config, file, clock::wall()).await {
        Ok(amount) => {
            out::words(&format!("Wrote {} to {}, {}.", rows(amount), file.display(), size(amount.bytes)));
            out::words(
                "It holds addresses and mails: keep it as safe as the database. The sandbox world and keys are not in it.",
            );
            Exit::Ok
        }
        Err(why) => told(&why),
    }
}

pub async fn restore(config: Config, file: &Path) -> Exit {
    match restore::restore(&config, file, clock::wall()).await {
        Ok(amount) => {
            out::words(&format!("Restored {} from {}.", rows(amount), file.display()));
            out::words(
                "At its start the desk compares them with the vendors. It sends nothing before an operator has read what was \
                 found, in the thread Daily digest, and pressed Go on.",
            );
            Exit::Ok
        }
        Err(why) => told(&why),
    }
}

fn rows(amount: Amount) -> String {
    let noun = if amount.rows == 1 { "row" } else { "rows" };
    format!("{} {noun} of {} tables", thousands(amount.rows.unsigned_abs()), amount.tables)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
