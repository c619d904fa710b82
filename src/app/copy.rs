//! The file of a backup: compressed lines of JSON. The first says what it is and what is in it, then one line a row with
//! the number of its table, and the last one closes it with the number of rows and the hash of all before it.
use std::fs::File;
use std::fs::OpenOptions;
use std::io::BufRead;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use sha2::Digest;
use sha2::Sha256;

use crate::domain::time::Millis;
use crate::run::canonical::hex;
use crate::store::backup::Table;

/// The form of the file that this program writes and reads.
const FORMAT: u32 = 1;
/// No row of ours is longer: an altered file cannot make us take more memory.
const LINE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How a compressed file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const BUFFER_BYTES: usize = 256 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Says that it is a backup of ours, and of which form.
    pub quarterdeck_backup: u32,
    pub made_at: Millis,
    pub program: String,
    /// The newest migration of the database it was read from.
    pub level: i64,
    pub tables: Vec<Contents>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    #[serde(flatten)]
    pub table: Table,
    pub rows: i64,
}

impl Header {
    pub fn new(made_at: Millis, level: i64, tables: Vec<Contents>) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { quarterdeck_backup: FORMAT, made_at, program, level, tables }
    }

    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|contents| contents.rows).sum()
    }
}

#[derive(Serialize, Deserialize)]
struct Footer {
    end: u64,
    sha256: String,
}

/// Writes under another name; only a whole file gets the name that was asked for.
pub struct Writer {
    out: GzEncoder<BufWriter<File>>,
    hash: Sha256,
    rows: u64,
    part: PathBuf,
    path: PathBuf,
    done: bool,
}

impl Writer {
    /// Refuses a name that is taken. Only its owner may read the file.
    pub fn create(path: &Path, header: &Header) -> std::io::Result<Self> {
        if path.exists() {
            return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, "there is such a file already"));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = BufWriter::with_capacity(BUFFER_BYTES, options.open(&part)?);
        let out = GzEncoder::new(file, Compression::default());
        let mut writer = Self { out, hash: Sha256::new(), rows: 0, part, path: path.to_owned(), done: false };
        writer.line(&serde_json::to_vec(header)?)?;
        Ok(writer)
    }

    pub fn row(&mut self, table: usize, values: &[Value]) -> std::io::Result<()> {
        self.rows += 1;
        self.line(&serde_json::to_vec(&(table, values))?)
    }

    /// Closes the file, has it on the disk, and gives it its name. Returns its size.
    pub fn finish(mut self) -> std::io::Result<u64> {
        let footer = Footer { end: self.rows, sha256: hex(&self.hash.clone().finalize()) };
        self.line(&serde_json::to_vec(&footer)?)?;
        self.out.try_finish()?;
        self.out.get_mut().flush()?;
        let file = self.out.get_ref().get_ref();
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        std::fs::rename(&self.part, &self.path)?;
        self.done = true;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(bytes)
    }

    fn line(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        for part in [bytes, b"\n"] {
            self.hash.update(part);
            self.out.write_all(part)?;
        }
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.done {
            // Half a backup is of no use to anybody.
            let _left = std::fs::remove_file(&self.part);
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("it is no backup of Quarterdeck")]
    Foreign,
    #[error("it has form {0}, and this program reads form {FORMAT}; restore it with a newer Quarterdeck")]
    Newer(u32),
    #[error("it is cut off")]
    CutOff,
    #[error("it was altered after it was written")]
    Altered,
}

pub struct Reader {
    lines: BufReader<GzDecoder<BufReader<File>>>,
    hash: Sha256,
    rows: u64,
    line: Vec<u8>,
}

impl Reader {
    pub fn open(path: &Path) -> Result<(Self, Header), CopyError> {
        let mut file = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
        // What is not even compressed is somebody else's file.
        if !file.fill_buf()?.starts_with(&GZIP) {
            return Err(CopyError::Foreign);
        }
        let mut reader = Self {
            lines: BufReader::with_capacity(BUFFER_BYTES, GzDecoder::new(file)),
            hash: Sha256::new(),
            rows: 0,
            line: Vec::new(),
        };
        if !reader.next_line()? {
            return Err(CopyError::CutOff);
        }
        #[derive(Deserialize)]
        struct Form {
            quarterdeck_backup: u32,
        }
        let form: Form = serde_json::from_slice(&reader.line).map_err(|_| CopyError::Foreign)?;
        if form.quarterdeck_backup != FORMAT {
            return Err(CopyError::Newer(form.quarterdeck_backup));
        }
        let header = serde_json::from_slice(&reader.line).map_err(|_| CopyError::Altered)?;
        reader.hash.update(&reader.line);
        Ok((reader, header))
    }

    /// The next row with the number of its table; `None` at the end, when all that was read is as it was written.
    pub fn row(&mut self) -> Result<Option<(usize, Vec<Value>)>, CopyError> {
        if !self.next_line()? {
            return Err(CopyError::CutOff);
        }
        if self.line.starts_with(b"{") {
            return self.end().map(|()| None);
        }
        self.hash.update(&self.line);
        self.rows += 1;
        serde_json::from_slice(&self.line).map(Some).map_err(|_| CopyError::Altered)
    }

    /// Length of the row that was read last.
    pub fn row_bytes(&self) -> usize {
        self.line.len()
    }

    fn end(&mut self) -> Result<(), CopyError> {
        let footer: Footer = serde_json::from_slice(&self.line).map_err(|_| CopyError::Altered)?;
        let is_same = footer.end == self.rows && footer.sha256 == hex(&self.hash.clone().finalize());
        // The compressed stream has a sum of its own, which is compared when its end is read.
        if is_same && !self.next_line()? { Ok(()) } else { Err(CopyError::Altered) }
    }

    fn next_line(&mut self) -> Result<bool, CopyError> {
        self.line.clear();
        let read = (&mut self.lines).take(LINE_BYTES_MAX).read_until(b'\n', &mut self.line);
        match read {
            Ok(0) => Ok(false),
            Ok(_) if self.line.ends_with(b"\n") => Ok(true),
            Ok(_) => Err(CopyError::CutOff),
            Err(why) if why.kind() == std::io::ErrorKind::UnexpectedEof => Err(CopyError::CutOff),
            Err(why) if matches!(why.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData) => {
                Err(CopyError::Altered)
            }
            Err(why) => Err(why.into()),
        }
    }
}

#[cfg(test)]
mod tests;
