//! Seconds since 1970 as text and back: the little of a calendar that certificates need.

use crate::calendar::{self, civil_from_days};
use crate::error::{Error, ErrorKind, Result};
use rustls_pki_types::UnixTime;
use std::time::Duration;

const DAY: i64 = 86_400;

/// A time as RFC 3339 in UTC, to the second: `2027-01-01T00:00:00Z`.
///
/// A year after 9999, which no certificate can name, is written as ISO 8601 has it, with a sign:
/// `+10000-01-01T00:00:00Z`.
///
/// ```
/// use kubeconfig::cert::{parse_time, rfc3339};
/// # fn main() -> Result<(), kubeconfig::Error> {
/// assert_eq!(rfc3339(parse_time("2027-01-01T01:00:00+01:00")?), "2027-01-01T00:00:00Z");
/// # Ok(())
/// # }
/// ```
pub fn rfc3339(time: UnixTime) -> String {
    calendar::rfc3339(time.as_secs())
}

/// Reads a time as RFC 3339 (`2027-01-01T00:00:00Z`, `2027-01-01T02:00:00.5+02:00`), or a date, which means its
/// midnight in UTC.
///
/// As RFC 3339 allows, `t` and `z` may be small and a space may stand for the `T`. Fractions of a second are dropped, a
/// leap second (`:60`) counts as the second before it. The range is 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
///
/// # Errors
/// [`ErrorKind::Usage`] where the text is neither, names a day that does not exist, or lies outside of that range.
pub fn parse_time(text: &str) -> Result<UnixTime> {
    let not_a_time = || {
        Error::new(ErrorKind::Usage, "not a time or a date").with_help("write it as 2027-01-31 or 2027-01-31T23:59:59Z")
    };
    let seconds = parse_rfc3339(text.as_bytes()).ok_or_else(not_a_time)?;
    if (0..=days_from_civil(9999, 12, 31) * DAY + DAY - 1).contains(&seconds) {
        Ok(unix_time(seconds))
    } else {
        Err(Error::new(ErrorKind::Usage, "the time lies outside of the years 1970 to 9999"))
    }
}

/// Seconds as a `UnixTime`; what lies before 1970 becomes 1970.
pub(super) fn unix_time(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into().unwrap_or(0)))
}

fn parse_rfc3339(text: &[u8]) -> Option<i64> {
    let mut text = Digits(text);
    let year = text.number(4)?;
    text.one_of(b"-")?;
    let month = text.number(2)?;
    text.one_of(b"-")?;
    let midnight = midnight(year, month, text.number(2)?)?;
    if text.0.is_empty() {
        return Some(midnight);
    }
    text.one_of(b"Tt ")?;
    let (hour, minute) = (text.number(2)?, text.one_of(b":").and_then(|_| text.number(2))?);
    text.one_of(b":")?;
    let second = text.number(2).filter(|s| *s <= 60)?.min(59);
    if text.one_of(b".").is_some() {
        text.number(1)?;
        while text.number(1).is_some() {}
    }
    let offset = if text.one_of(b"Zz").is_some() { 0 } else { text.offset()? };
    text.0.is_empty().then_some(midnight + time_of_day(hour, minute, second)? - offset)
}

/// Reads `YYMMDDhhmm[ss]` or `YYYYMMDDhhmmss`, each with `Z` or an offset: the ASN.1 times that Go takes. X.509 asks
/// for seconds and `Z` (RFC 5280, 4.1.2.5), which some old certificates do not have. Two digits mean 1950 to 2049.
///
/// Go refuses what it would write in another way, so an offset of zero must be `Z`. It takes 24 hours as an offset.
pub(super) fn parse_asn1(text: &[u8], generalized: bool) -> Option<i64> {
    let mut text = Digits(text);
    let year = match generalized {
        true => text.number(4)?,
        false => text.number(2).map(|y| if y >= 50 { 1900 + y } else { 2000 + y })?,
    };
    let midnight = midnight(year, text.number(2)?, text.number(2)?)?;
    let (hour, minute) = (text.number(2)?, text.number(2)?);
    let second = match text.number(2) {
        Some(second) => second,
        None if generalized => return None,
        None => 0,
    };
    let offset = if text.one_of(b"Z").is_some() { 0 } else { text.asn1_offset()? };
    text.0.is_empty().then_some(midnight + time_of_day(hour, minute, second)? - offset)
}

/// What is left of a text made of numbers of a fixed length.
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    /// Takes a number of `len` digits, or nothing.
    fn number(&mut self, len: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(len)?;
        let number = digits
            .iter()
            .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))?;
        self.0 = rest;
        Some(number)
    }

    /// Takes one of `bytes`, or nothing.
    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        bytes.contains(first).then(|| self.0 = rest)?;
        Some(*first)
    }

    /// Takes `+hh:mm` or `-hh:mm` as seconds.
    fn offset(&mut self) -> Option<i64> {
        let sign = if self.one_of(b"+-")? == b'+' { 1 } else { -1 };
        let hour = self.number(2)?;
        self.one_of(b":")?;
        Some(sign * time_of_day(hour, self.number(2)?, 0)?)
    }

    /// Takes `+hhmm` or `-hhmm` as seconds.
    fn asn1_offset(&mut self) -> Option<i64> {
        let sign = if self.one_of(b"+-")? == b'+' { 1 } else { -1 };
        let (hour, minute) = (self.number(2)?, self.number(2)?);
        (hour <= 24 && minute < 60 && (hour, minute) != (0, 0)).then_some(sign * (hour * 60 + minute) * 60)
    }
}

fn time_of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    (hour < 24 && minute < 60 && second < 60).then_some((hour * 60 + minute) * 60 + second)
}

/// The seconds at the start of a day, where there is such a day.
fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    let days = days_from_civil(year, month, day);
    // The sum is defined for any figures; a day that does not exist comes back as another one.
    ((1..=12).contains(&month) && civil_from_days(days) == (year, month, day)).then_some(days * DAY)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. This and its inverse are Howard Hinnant's
/// (<https://howardhinnant.github.io/date_algorithms.html>): years begin in March, so that the leap day is the last
/// one.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_to_9999_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1, 1, 1);
        for days in days_from_civil(1, 1, 1)..=days_from_civil(9999, 12, 31) {
            assert_eq!(civil_from_days(days), (year, month, day));
            assert_eq!(days_from_civil(year, month, day), days);
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1];
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), 0);
    }

    #[test]
    fn asn1_times_as_go_takes_them() {
        for (text, generalized, seconds) in [
            (&b"700101000000Z"[..], false, Some(0)),
            (b"500101000000Z", false, Some(-631_152_000)),
            (b"491231235959Z", false, Some(2_524_607_999)),
            (b"2001010000Z", false, Some(1_577_836_800)),
            (b"200101010000+0100", false, Some(1_577_836_800)),
            (b"2001010000-0100", false, Some(1_577_840_400)),
            (b"19700101000000Z", true, Some(0)),
            (b"99991231235959Z", true, Some(253_402_300_799)),
            (b"00000101000000Z", true, Some(-62_167_219_200)),
            (b"20200101000000+0100", true, Some(1_577_833_200)),
            (b"200102000000+2400", false, Some(1_577_836_800)),
            (b"200101000000+0000", false, None),
            (b"200101000000-0000", false, None),
            (b"200101000000+0160", false, None),
            (b"200101000000+2500", false, None),
            (b"200101000000.5Z", false, None),
            (b"200230000000Z", false, None),
            (b"200101240000Z", false, None),
            (b"200101000060Z", false, None),
            (b"200101000000", false, None),
            (b"200101000000Zx", false, None),
            (b"202001010000Z", true, None),
            (b"20200101000000.5Z", true, None),
            (b"", true, None),
        ] {
            assert_eq!(parse_asn1(text, generalized), seconds, "{}", String::from_utf8_lossy(text));
        }
    }
}
