//! What goes back, what stays, and why.
use super::*;
use proptest::prelude::*;

const AT: Millis = Millis(1_800_000_000_000);

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
}

fn image(created: bool, before: &[(&str, &str)], after: &[(&str, &str)]) -> Image {
    Image {
        object: CONTACTS.into(),
        key: "mara@acme.example".into(),
        record: "701".into(),
        created,
        before: fields(before),
        after: fields(after),
        at: AT,
    }
}

fn stands(pairs: &[(&str, &str)]) -> Stands {
    Stands { record: "701".into(), fields: fields(pairs), ..Stands::default() }
}

#[test]
fn a_field_goes_back_only_when_it_is_as_we_left_it() {
    let image = image(
        false,
        &[("title", "CFO"), ("phone", "+1 555 0100")],
        &[("title", "VP Finance"), ("phone", "+15550199"), ("country", "US")],
    );
    let judged = judge(&image, Some(&stands(&[("title", "VP Finance"), ("phone", "+44 1"), ("surname", "Lind")])));
    let planned = judged.planned.expect("the title goes back");
    assert!(!planned.archive);
    assert_eq!(planned.fields, [put_back("title", "CFO", "VP Finance")]);
    assert_eq!(judged.skipped.len(), 1, "{:?}", judged.skipped);
    assert_eq!((judged.skipped[0].field.as_str(), judged.skipped[0].now.as_str()), ("phone", "+44 1"));
    assert_eq!(judged.already, 1, "the country was emptied again by somebody");
    assert_eq!(planned.name, "Lind");
}

#[test]
fn a_created_record_is_archived_unless_somebody_made_use_of_it() {
    let image = image(true, &[], &[("email", "mara@acme.example"), ("title", "CFO")]);
    let as_written = [("email", "Mara@acme.example"), ("title", "CFO"), ("lifecycle", "lead"), ("updated_at", "x")];
    let judged = judge(&image, Some(&stands(&as_written)));
    assert!(judged.planned.is_some_and(|planned| planned.archive));

    let kept = |stands: &Stands| {
        let judged = judge(&image, Some(stands));
        assert_eq!(judged.planned, None);
        judged.skipped[0].why.clone()
    };
    assert_eq!(kept(&Stands { enrolled: true, ..stands(&as_written) }), "it is in a campaign since");
    let linked = Stands { links: ["deals 12".to_owned()].into(), ..stands(&as_written) };
    assert_eq!(kept(&linked), "deals were linked with it since");
    assert_eq!(kept(&stands(&[("email", "mara@acme.example"), ("title", "CEO")])), "somebody changed its title since");
    let noted = [("email", "mara@acme.example"), ("title", "CFO"), ("lead_status", "OPEN")];
    assert_eq!(kept(&stands(&noted)), "somebody changed its lead status since");
    let old = [("email", "mara@acme.example"), ("title", "CFO"), ("created_at", "2020-01-01T00:00:00Z")];
    assert_eq!(kept(&stands(&old)), "what it held before is not known");
}

#[test]
fn what_was_never_written_is_not_mentioned_and_what_is_gone_is() {
    let mut lost = image(true, &[], &[("email", "mara@acme.example")]);
    lost.record.clear();
    assert_eq!(judge(&lost, None), Judged::default());
    let gone = judge(&image(false, &[], &[("title", "CFO")]), None);
    assert_eq!(gone.skipped[0].why, "it is not in the CRM any more");
}

#[test]
fn the_last_look_skips_what_changed_after_the_preview() {
    let image = image(false, &[("title", "CFO")], &[("title", "VP Finance"), ("city", "Ulm")]);
    let planned = judge(&image, Some(&stands(&[("title", "VP Finance"), ("city", "Ulm")]))).planned.unwrap();
    let (kept, skipped) = still_as_shown(&planned, Some(&fields(&[("title", "CEO"), ("city", "Ulm")])));
    assert_eq!(kept, [put_back("city", "", "Ulm")]);
    assert_eq!(skipped[0].why, "changed after the preview");
    // A crash between the call and its record: what is back already is written once more, with the same value.
    let (kept, skipped) = still_as_shown(&planned, Some(&fields(&[("title", "CFO")])));
    assert_eq!((kept.len(), skipped.len()), (2, 0));
    let archive = Planned { archive: true, ..planned };
    let (kept, skipped) = still_as_shown(&archive, Some(&fields(&[("title", "CEO"), ("city", "Ulm")])));
    assert_eq!((kept.len(), skipped.len()), (0, 1), "one changed field keeps the whole record");
    assert_eq!(still_as_shown(&archive, None).1[0].why, "it is not in the CRM any more");
}

#[test]
fn values_that_mean_the_same_are_the_same() {
    for (field, a, b, wanted) in [
        ("email", "A@x.example", "a@x.example", true),
        ("phone", "+1 (555) 01", "155501", true),
        ("phone", "", "n/a", false),
        ("employees", "500", "500.0", true),
        ("title", "CFO", "cfo", false),
        ("title", " CFO", "CFO", true),
    ] {
        assert_eq!(same(field, a, b), wanted, "{field} {a} {b}");
    }
}

fn record(object: &str, archive: bool) -> Planned {
    Planned {
        object: object.to_owned(),
        key: String::new(),
        record: String::new(),
        name: String::new(),
        archive,
        fields: Vec::new(),
    }
}

proptest! {
    #[test]
    fn batches_cover_each_record_once_and_mix_nothing(kinds in prop::collection::vec(0_u8..4, 0..60), max in 1_usize..9) {
        let records: Vec<Planned> =
            kinds.iter().map(|kind| record(if kind % 2 == 0 { CONTACTS } else { COMPANIES }, *kind > 1)).collect();
        let (of, code) = (RunId::from("run_1"), String::new());
        let payload = UndoPayload { of, code, records, skipped: Vec::new(), already: 0, enrolled: 0 };
        let mut next = 0;
        for (from, to) in payload.batches(max) {
            prop_assert_eq!(from, next);
            prop_assert!(to > from && to - from <= max);
            let first = &payload.records[from];
            let alike = |one: &Planned| one.object == first.object && one.archive == first.archive;
            prop_assert!(payload.records[from..to].iter().all(alike));
            next = to;
        }
        prop_assert_eq!(next, payload.records.len());
    }

    #[test]
    fn a_field_that_somebody_changed_is_never_written(wrote in "[a-c]", before in "[a-c]?", now in "[a-e]?") {
        let judged = judge(&image(false, &[("title", &before)], &[("title", &wrote)]), Some(&stands(&[("title", &now)])));
        let touched = judged.planned.is_some();
        prop_assert_eq!(touched, now == wrote && wrote != before);
        prop_assert_eq!(judged.skipped.len() == 1, now != wrote && now != before);
    }
}
