//! Hashes that are the same on every machine and in every run.

const PRIME_A: u64 = 0x9e37_79b9_7f4a_7c15;
const PRIME_B: u64 = 0xd6e8_feb8_6659_fd93;

/// Spreads a number's bits over 64 (the finaliser of SplitMix64, Steele et al. 2014).
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(PRIME_A);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A hash of bytes, eight at a time by folded multiplication. Not for hostile keys: a collision
/// costs a miscounted row, nothing else.
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut state = PRIME_B ^ (bytes.len() as u64).wrapping_mul(PRIME_A);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().expect("chunks of eight bytes"));
        state = fold(state ^ word, PRIME_A).wrapping_add(PRIME_B);
    }
    let mut rest = [0_u8; 8];
    rest[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(fold(state ^ u64::from_le_bytes(rest), PRIME_A).wrapping_add(state))
}
