//! The program: parses the command and calls the library.
fn main() -> std::process::ExitCode {
    quarterdeck::cli::run::main()
}
