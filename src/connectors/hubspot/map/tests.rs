//! Names there and back, and which answer belongs to which record.
use super::*;
use crate::domain::time::Millis;

fn row(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn inputs(keys: &[&str]) -> Vec<Input> {
    let input = |key: &&str| Input { key: (*key).to_owned(), properties: row(&[("email", key)]) };
    keys.iter().map(input).collect()
}

fn batch(body: Value) -> Batch {
    serde_json::from_value(body).unwrap()
}

#[test]
fn rows_are_written_in_their_words() {
    let owners = row(&[("501", "ava@desk.example")]);
    let ours = row(&[
        ("email", "a@b.example"),
        ("given_name", "Ava"),
        ("owner", "AVA@desk.example"),
        ("opted_out", "true"),
        ("updated_at", "x"),
        ("my_property", "kept"),
    ]);
    let want =
        row(&[("email", "a@b.example"), ("firstname", "Ava"), ("hubspot_owner_id", "501"), ("my_property", "kept")]);
    assert_eq!(CONTACTS.properties(&ours, &owners), want);
    let company = row(&[("industry", "Fintech"), ("employees", "250")]);
    assert_eq!(
        COMPANIES.properties(&company, &owners),
        row(&[("industry", "FINANCIAL_SERVICES"), ("numberofemployees", "250")])
    );
    assert_eq!(COMPANIES.properties(&row(&[("industry", "Alchemy")]), &owners), row(&[]));
}

#[test]
fn records_are_read_in_our_words() {
    let owners = row(&[("501", "ava@desk.example")]);
    let record: Record = serde_json::from_value(json!({
        "id": "7", "properties": {"firstname": "Ava", "jobtitle": null, "lastname": "", "hubspot_owner_id": "501", "odd": "1"},
        "archived": false,
    }))
    .unwrap();
    let read = CONTACTS.record(record, &owners).unwrap();
    assert_eq!(
        read.fields,
        row(&[("given_name", "Ava"), ("owner", "ava@desk.example"), ("owner_id", "501"), ("odd", "1")])
    );
    assert_eq!(CONTACTS.record(Record::default(), &owners), None);
}

#[test]
fn a_mixed_answer_is_sorted_by_trace() {
    let answer = batch(json!({
        "results": [
            {"id": "3", "new": true, "objectWriteTraceId": "qd-2", "properties": {}},
            {"id": "1", "new": false, "objectWriteTraceId": "qd-0", "properties": {}},
        ],
        "errors": [{"message": "batch", "context": {"objectWriteTraceId": ["qd-1"]}, "errors": [{"message": "c@d.example is bad"}]}],
    }));
    let want = [
        Upserted::Updated { id: "1".into() },
        Upserted::Refused { why: "[address] is bad".into() },
        Upserted::Created { id: "3".into() },
    ];
    assert_eq!(outcomes("email", &inputs(&["a", "b", "c"]), answer), want);
}

#[test]
fn without_traces_the_key_and_then_the_position_tell() {
    let by_key = batch(json!({"results": [{"id": "2", "properties": {"email": "B"}}]}));
    let out = outcomes("email", &inputs(&["a", "b"]), by_key);
    assert!(matches!(&out[0], Upserted::Refused { .. }));
    assert_eq!(out[1], Upserted::Updated { id: "2".into() });
    let by_position = batch(json!({"results": [{"id": "8"}, {"id": "9"}]}));
    let out = outcomes("email", &inputs(&["a", "b"]), by_position);
    assert_eq!(out, [Upserted::Updated { id: "8".into() }, Upserted::Updated { id: "9".into() }]);
    let nonsense = batch(json!({"results": [{"id": "8", "objectWriteTraceId": "qd-77"}]}));
    assert!(matches!(&outcomes("email", &inputs(&["a"]), nonsense)[0], Upserted::Refused { .. }));
}

#[test]
fn activities_are_text_with_a_mark() {
    let activity = CrmActivity {
        contact_id: "7".into(),
        kind: "note".into(),
        subject: "Reply".into(),
        body: "<script>x</script>".into(),
        at: Millis(5),
        key: "op_1".into(),
    };
    let note = activity_body(&activity_kind("note").unwrap(), &activity);
    assert_eq!(note["properties"]["hs_note_body"], "Reply<br>&lt;script&gt;x&lt;/script&gt;<br>ref op_1");
    assert_eq!(note["associations"][0]["types"][0]["associationTypeId"], 202);
    let mail = activity_body(&activity_kind("email").unwrap(), &activity);
    assert_eq!(mail["properties"]["hs_email_text"], "<script>x</script>\nref op_1");
    assert!(activity_kind("fax").is_none());
}
