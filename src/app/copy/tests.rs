use super::*;
use crate::store::backup::Column;
use crate::store::backup::Kind;
use proptest::prelude::*;
use serde_json::json;

fn header(rows: i64) -> Header {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind };
    let table =
        Table { name: "meta".to_owned(), columns: vec![column("key", Kind::Text), column("value", Kind::Whole)] };
    Header::new(Millis(7), 2, vec![Contents { table, rows }])
}

fn written(path: &Path, rows: &[Vec<Value>]) {
    let mut writer = Writer::create(path, &header(rows.len() as i64)).unwrap();
    for row in rows {
        writer.row(0, row).unwrap();
    }
    writer.finish().unwrap();
}

fn read(path: &Path) -> Result<Vec<(usize, Vec<Value>)>, CopyError> {
    let (mut reader, _) = Reader::open(path)?;
    let mut rows = Vec::new();
    while let Some(row) = reader.row()? {
        rows.push(row);
    }
    Ok(rows)
}

#[test]
fn only_a_whole_file_gets_its_name_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.backup");
    drop(Writer::create(&path, &header(0)).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "half a file is left");
    written(&path, &[vec![json!("a"), json!(1)]]);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let taken = Writer::create(&path, &header(0)).err().unwrap();
    assert_eq!(taken.kind(), std::io::ErrorKind::AlreadyExists);
}

#[test]
fn what_is_no_backup_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for bytes in [&b""[..], b"hello\n", b"{\"quarterdeck_backup\":1}\n"] {
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(Reader::open(&path).err().unwrap(), CopyError::Foreign), "{bytes:?}");
    }
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(b"{\"quarterdeck_backup\":2,\"of\":\"tomorrow\"}\n").unwrap();
    std::fs::write(&path, out.finish().unwrap()).unwrap();
    assert!(matches!(Reader::open(&path).err().unwrap(), CopyError::Newer(2)));
}

fn rows() -> impl Strategy<Value = Vec<Vec<Value>>> {
    let text = prop_oneof![Just(Value::Null), any::<String>().prop_map(Value::from)];
    let whole = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from)];
    proptest::collection::vec((text, whole).prop_map(|(text, whole)| vec![text, whole]), 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_was_written_is_read(rows in rows()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.backup");
        written(&path, &rows);
        let back: Vec<Vec<Value>> = read(&path).unwrap().into_iter().map(|(_, row)| row).collect();
        prop_assert_eq!(back, rows);
    }

    #[test]
    fn a_file_that_is_cut_or_altered_anywhere_is_refused(rows in rows(), at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.backup");
        written(&path, &rows);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..at.index(whole.len())]).unwrap();
        prop_assert!(read(&path).is_err());
        let mut altered = whole.clone();
        let place = at.index(whole.len());
        altered[place] ^= 1 << bit;
        std::fs::write(&path, &altered).unwrap();
        // The head of the compressed stream holds a time and a system that nobody reads.
        if !(3..10).contains(&place) {
            prop_assert!(read(&path).is_err(), "byte {} bit {}", place, bit);
        }
    }
}
