//! The desk as people meet it: said, thought about, shown, pressed, decided.
mod engagement;
mod presses;
mod support;
mod talk;
mod watch;
