//! Data on standard output, words on standard error. A reader that has gone is no fault of ours.
use std::io::IsTerminal;
use std::io::Write;

use crate::config::environment;

/// A line for programs.
pub fn data(line: &str) {
    let _gone = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line for people.
pub fn words(line: &str) {
    let _gone = writeln!(std::io::stderr().lock(), "{line}");
}

pub fn data_is_read_by_a_person() -> bool {
    std::io::stdout().is_terminal()
}

/// Bars and colours only where somebody sees them.
pub fn is_lively() -> bool {
    std::io::stderr().is_terminal() && !environment::no_colour()
}
