//! Where ids come from: one draw of the system's randomness at start, then a hash chain that cannot fail.
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use sha2::Digest;
use sha2::Sha256;

use crate::ports::clock::Ids;

/// 32 signs: five bits each, no capitals, no signs to mix up in a URL.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LENGTH: usize = 20;
/// For people: nothing that reads as something else (0 O, 1 I L, U V).
const CODE_LETTERS: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
const CODE_LENGTH: usize = 3;

pub struct SystemIds {
    key: [u8; 32],
    next: AtomicU64,
}

impl SystemIds {
    pub fn new() -> Result<Self, getrandom::Error> {
        Ok(Self { key: random_key()?, next: AtomicU64::new(0) })
    }

    fn draw(&self) -> [u8; 32] {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(place.to_le_bytes());
        hash.finalize().into()
    }
}

/// 32 bytes nobody can guess.
#[expect(clippy::disallowed_methods, reason = "the home of chance")]
pub fn random_key() -> Result<[u8; 32], getrandom::Error> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    Ok(key)
}

impl Ids for SystemIds {
    fn fresh(&self, prefix: &str) -> String {
        let draw = self.draw();
        let letters = draw.iter().take(LENGTH).map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        format!("{prefix}_{}", letters.collect::<String>())
    }

    fn code(&self) -> String {
        let draw = self.draw();
        let pairs = draw.chunks_exact(2).take(CODE_LENGTH);
        pairs
            .map(|pair| {
                char::from(CODE_LETTERS[usize::from(u16::from_le_bytes([pair[0], pair[1]])) % CODE_LETTERS.len()])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_long_distinct_and_plain() {
        let ids = SystemIds::new().unwrap();
        let drawn: BTreeSet<String> = (0..1_000).map(|_| ids.fresh("run")).collect();
        assert_eq!(drawn.len(), 1_000);
        for id in &drawn {
            let letters = id.strip_prefix("run_").unwrap();
            assert!(letters.len() == LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter)), "{id}");
        }
        assert_ne!(SystemIds::new().unwrap().fresh("a"), SystemIds::new().unwrap().fresh("a"));
    }

    #[test]
    fn codes_cannot_be_misread() {
        let ids = SystemIds::new().unwrap();
        for _ in 0..500 {
            let code = ids.code();
            assert_eq!(code.len(), CODE_LENGTH);
            assert!(!code.contains(['0', 'O', '1', 'I', 'L', 'U', 'V']), "{code}");
        }
    }
}
