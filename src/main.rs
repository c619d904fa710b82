//! The program: parses the command and calls the library.
fn main() {}
