//! Plain text as paragraphs, numbers as people read them.
use maud::Markup;
use maud::html;

/// Blank lines make paragraphs, single ones stay lines.
pub fn paragraphs(text: &str, class: Option<&str>) -> Markup {
    html! {
        @for paragraph in split(text) {
            p class=[class] { (lines(paragraph)) }
        }
    }
}

pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
}

pub fn lines(text: &str) -> Markup {
    html! {
        @for (index, line) in text.lines().enumerate() {
            @if index > 0 { br; }
            (line)
        }
    }
}

/// The first line as it is, the others small below it.
pub fn value(text: &str) -> Markup {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    html! {
        (first)
        @if !rest.trim().is_empty() { small { (lines(rest.trim())) } }
    }
}

/// Without its full stop, for a place that sets its own.
pub fn bare(sentence: &str) -> &str {
    sentence.trim().trim_end_matches('.')
}

/// "1,480", "0.86".
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "not known".to_owned();
    }
    if value.fract() != 0.0 {
        return format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{:.0}", value.abs());
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if value < 0.0 { format!("−{grouped}") } else { grouped }
}

/// An address that a link of ours may have: a place here or a page by http.
pub fn safe_href(href: &str) -> Option<&str> {
    let is_here = href.starts_with('/') && !href.starts_with("//") && !href.contains('\\');
    let is_page = href.starts_with("https://") || href.starts_with("http://");
    (is_here || is_page || href.starts_with('#')).then_some(href)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let cases =
            [(0.0, "0"), (999.0, "999"), (1480.0, "1,480"), (1234567.0, "1,234,567"), (0.86, "0.86"), (-27.0, "−27")];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
        assert_eq!(number(f64::NAN), "not known");
    }

    #[test]
    fn links_lead_nowhere_unexpected() {
        for good in ["/api/runs/r1", "https://example.org", "#card-1"] {
            assert_eq!(safe_href(good), Some(good));
        }
        for bad in ["javascript:alert(1)", "//evil.example", "data:text/html,x", "/\\evil.example", ""] {
            assert_eq!(safe_href(bad), None, "{bad}");
        }
    }

    #[test]
    fn text_from_outside_is_escaped() {
        let html = paragraphs("<b>one</b>\ntwo\n\nthree & four", None).into_string();
        assert_eq!(html, "<p>&lt;b&gt;one&lt;/b&gt;<br>two</p><p>three &amp; four</p>");
    }
}
