//! The order go-yaml writes the keys of a map in.

use std::cmp::Ordering;

/// Sorts by key, as go-yaml does: letters behind everything else, runs of digits by their value.
///
/// Its rule is no order in a few corners: `0120x` comes before `0o17`, that before `1e3`, and that before `0120x`; digits
/// that overflow do the like. There kubectl prints now this, now that, as Go's maps have no order to begin with; and the
/// sorts of the standard library may panic. So this is a merge sort of our own, which gives the same each time.
pub(super) fn sort<T>(entries: &mut Vec<T>, key: impl Fn(&T) -> &str) {
    let before = |a: &T, b: &T| compare(key(a), key(b)) == Ordering::Less;
    if entries.windows(2).all(|pair| !matches!(pair, [a, b] if before(b, a))) {
        return;
    }
    let mut runs: Vec<Vec<T>> = entries.drain(..).map(|entry| vec![entry]).collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge(left, right, before),
                None => left,
            });
        }
        runs = merged;
    }
    *entries = runs.pop().unwrap_or_default();
}

fn merge<T>(left: Vec<T>, right: Vec<T>, before: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(l), Some(r)) = (left.peek(), right.peek()) {
        let next = if before(r, l) { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

fn compare(a: &str, b: &str) -> Ordering {
    let Some((at, (x, y))) = a.chars().zip(b.chars()).enumerate().find(|(_, (x, y))| x != y) else {
        // One begins with the other, so bytes say the same as characters.
        return a.len().cmp(&b.len());
    };
    match (is_letter(x), is_letter(y)) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero counts for something only behind another digit of the same number.
    let mut start = 0;
    if x == '0' || y == '0' {
        let same: Vec<char> = a.chars().take(at).collect();
        let behind = same.iter().rev().take_while(|c| is_digit(**c)).any(|c| *c != '0');
        start = i64::from(behind);
    }
    let (m, m_len) = run(a, at, start);
    let (n, n_len) = run(b, at, start);
    m.cmp(&n).then(m_len.cmp(&n_len)).then(x.cmp(&y))
}

/// The value and the length of the digits from there on. It wraps around, as in Go.
fn run(text: &str, at: usize, start: i64) -> (i64, usize) {
    text.chars().skip(at).take_while(|c| is_digit(*c)).fold((start, 0), |(value, length), c| {
        let digit = i64::from(u32::from(c)) - i64::from(b'0');
        (value.wrapping_mul(10).wrapping_add(digit), length + 1)
    })
}

/// Go's `unicode.IsLetter`, but for combining vowel signs, which Rust counts among the alphabetic.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !matches!(c, 'Ⓐ'..='ⓩ' | '\u{1f130}'..='\u{1f189}')
}

/// Go's `unicode.IsDigit`: the general category Nd.
fn is_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    let c = u32::from(c);
    (0x1d7ce..0x1d800).contains(&c)
        || match DIGITS.partition_point(|zero| *zero <= c).checked_sub(1) {
            Some(at) => DIGITS.get(at).is_some_and(|zero| c - zero < 10),
            None => false,
        }
}

/// The zeros of all scripts that have digits of their own; ten follow each.
#[rustfmt::skip]
const DIGITS: [u32; 60] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0,
    0x16a60, 0x16ac0, 0x16b50, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_last_and_digits_count() {
        let sorted =
            ["_", "0", "00", "1-", "9", "10", "100", "A", "a-1", "a.b", "a1", "a01", "a2", "a10", "a10b", "ab", "é"];
        let mut keys: Vec<&str> = sorted.iter().rev().copied().collect();
        sort(&mut keys, |key| key);
        assert_eq!(keys, sorted);
    }

    #[test]
    fn a_circle_does_not_panic() {
        let mut circle = ["1e3", "0120x", "0o17"];
        for _ in 0..3 {
            circle.rotate_left(1);
            let mut keys = circle.to_vec();
            sort(&mut keys, |key| key);
            assert_eq!(keys.len(), 3);
        }
        let mut keys: Vec<String> = (0..500u64).map(|i| format!("{}{i}", "9".repeat((i % 40) as usize))).collect();
        sort(&mut keys, |key| key);
        assert_eq!(keys.len(), 500);
    }
}
