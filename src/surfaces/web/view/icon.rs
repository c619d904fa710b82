//! The signs of the page: one sprite, drawn by us, used by name.
use maud::Markup;
use maud::PreEscaped;
use maud::html;

/// Put once into each page; a constant of ours, so it may stay unescaped.
pub fn sprite() -> Markup {
    PreEscaped(include_str!("../assets/icons.svg").to_owned())
}

pub fn icon(name: &str) -> Markup {
    html! { svg.i aria-hidden="true" { use href={ "#i-" (name) } {} } }
}
