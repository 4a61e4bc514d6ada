//! Times as a person wants them: the date, and how far away that is.

use crate::calendar;
use rustls_pki_types::UnixTime;

/// `2026-05-01T00:00:00Z, 31 days ago`
pub(crate) fn ago(time: UnixTime, now: UnixTime) -> String {
    format!("{}, {} ago", calendar::rfc3339(time.as_secs()), length(now.as_secs().saturating_sub(time.as_secs())))
}

/// `2026-05-01T00:00:00Z, in 31 days`
pub(crate) fn ahead(time: UnixTime, now: UnixTime) -> String {
    format!("{}, in {}", calendar::rfc3339(time.as_secs()), length(time.as_secs().saturating_sub(now.as_secs())))
}

fn length(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_and_lengths() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        assert_eq!(ago(at(0), at(59)), "1970-01-01T00:00:00Z, 59 seconds ago");
        assert_eq!(ago(at(0), at(3600)), "1970-01-01T00:00:00Z, 1 hour ago");
        assert_eq!(ahead(at(86_400 * 31), at(0)), "1970-02-01T00:00:00Z, in 31 days");
        assert_eq!(ahead(at(172_799), at(0)), "1970-01-02T23:59:59Z, in 47 hours");
        assert_eq!(ahead(at(60), at(0)), "1970-01-01T00:01:00Z, in 1 minute");
    }
}
