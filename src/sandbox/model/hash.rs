//! A small stable hash: the same request gives the same ids and the same wording in every process.

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a with a final mix, because the low bits choose among a few patterns.
pub fn stable(text: &str) -> u64 {
    let mut value = OFFSET;
    for byte in text.bytes() {
        value = (value ^ u64::from(byte)).wrapping_mul(PRIME);
    }
    value ^= value >> 33;
    value = value.wrapping_mul(0xff51_afd7_ed55_8ccd);
    value ^ (value >> 33)
}
