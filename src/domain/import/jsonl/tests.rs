//! Lines of company files, good and bad.
use proptest::prelude::*;

use super::*;

const LINES: &str = r#"{"id":8,"name":"PlanGrid","website":"http://plangrid.com","all_locations":"San Francisco, CA, USA","regions":["United States of America","Remote"],"team_size":355,"industry":"Real Estate and Construction","subindustry":"Real Estate and Construction -> Construction","tags":["Construction"],"status":"Acquired","isHiring":false}
{"company_name":"Ledgerly Ltd","domain":"www.ledgerly.co.uk","country":"United Kingdom","city":"London","employees":"201-500"}
not json
["a list"]
{"note":"no company"}
{"company":"Plan Grid, Inc.","url":"https://plangrid.com/about","tech_stack":["Snowflake"]}

{"name":"Nowhere","regions":["Fully Remote"],"team_size":null}
"#;

#[test]
fn fields_are_recognised_and_cleaned() {
    let read = read_jsonl(LINES.as_bytes());
    assert_eq!((read.rows.len(), read.duplicates), (3, 1));
    let first = &read.rows[0].company;
    assert_eq!((first.name.as_str(), first.domain.as_deref()), ("PlanGrid", Some("plangrid.com")));
    assert_eq!((first.country.as_deref(), first.city.as_deref()), (Some("US"), Some("San Francisco")));
    assert_eq!((first.employees_min, first.employees_max), (Some(355), Some(355)));
    assert_eq!(first.industry.as_deref(), Some("Real Estate and Construction (Construction)"));
    assert_eq!(first.technologies, ["Snowflake"]);
    assert_eq!(read.rows[0].status.as_deref(), Some("Acquired"));
    let second = &read.rows[1].company;
    assert_eq!((second.domain.as_deref(), second.country.as_deref()), (Some("ledgerly.co.uk"), Some("GB")));
    let third = &read.rows[2].company;
    assert_eq!((&third.country, &third.domain, third.employees_min), (&None, &None, None));
    let bad: Vec<usize> = read.bad.iter().map(|(line, _)| *line).collect();
    assert_eq!(bad, [3, 4, 5]);
    assert_eq!(read.columns_ignored, ["isHiring", "note"]);
    assert!(read.columns_used.contains(&"all_locations".to_owned()));
}

#[test]
fn limits_hold() {
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(LINE_BYTES_MAX));
    assert_eq!(read_jsonl(long.as_bytes()).bad, [(1, "the line is longer than 64 KB".to_owned())]);
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(20), "]".repeat(20));
    assert_eq!(read_jsonl(deep.as_bytes()).bad, [(1, "the line is nested deeper than 16".to_owned())]);
    assert_eq!(read_jsonl(&vec![b' '; FILE_BYTES_MAX + 1]).bad.len(), 1);
}

#[test]
fn one_name_with_two_websites_is_two_companies() {
    let text = "{\"name\":\"Bolt\",\"website\":\"bolt.eu\"}\n{\"name\":\"Bolt\",\"website\":\"bolt.com\"}\n";
    assert_eq!(read_jsonl(text.as_bytes()).rows.len(), 2);
}

#[test]
fn sizes_are_read_and_not_guessed() {
    use crate::domain::import::rows::range;
    let table = [
        ("355", (Some(355), Some(355))),
        ("201-500", (Some(201), Some(500))),
        ("1,001 to 5,000", (Some(1_001), Some(5_000))),
        ("10,001+", (Some(10_001), None)),
        ("0", (None, None)),
        ("many", (None, None)),
        ("500-200", (None, None)),
    ];
    for (text, expected) in table {
        assert_eq!(range(text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let read = read_jsonl(&bytes);
        prop_assert!(read.rows.len() + read.bad.len() <= 600);
    }
}
