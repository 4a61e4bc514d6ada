//! Lengths of time on the command line.

use std::time::Duration;

/// `30d`, `12h`, `90m`, `2w`, `1d12h`: numbers with units.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    const WRONG: &str = "a length of time is written as 30d, 12h, 90m or 2w";
    let mut rest = text;
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        let unit = match behind.chars().next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            _ => return Err(WRONG),
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or(WRONG)?;
        seconds = seconds.checked_add(part).ok_or(WRONG)?;
        rest = &behind[1..];
    }
    if text.is_empty() { Err(WRONG) } else { Ok(Duration::from_secs(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (text, seconds) in [
            ("30d", Some(2_592_000)),
            ("0d", Some(0)),
            ("1d12h", Some(129_600)),
            ("2w", Some(1_209_600)),
            ("90m", Some(5400)),
            ("5s", Some(5)),
            ("", None),
            ("30", None),
            ("d", None),
            ("-1d", None),
            ("1.5d", None),
            ("30 d", None),
            ("1y", None),
            ("99999999999999999999d", None),
            ("18446744073709551615w", None),
        ] {
            assert_eq!(duration(text).ok().map(|time| time.as_secs()), seconds, "{text}");
        }
    }
}
