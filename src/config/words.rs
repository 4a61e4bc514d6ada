//! Words of a file: which known one a misspelt one is nearest to.

/// The word nearest to `word`, if one is near enough to be meant: another writing of the same (`token-file`, `tokenfile` for
/// `tokenFile`), or a slip or two.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    fn plain(word: &str) -> impl Iterator<Item = char> {
        word.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase())
    }
    let slips = (word.len() / 4).min(3);
    let near = |candidate: &&str| match plain(candidate).eq(plain(word)) {
        true => 0,
        // So many letters must at least be put in.
        false if word.len().abs_diff(candidate.len()) > slips => usize::MAX,
        false => distance(word, candidate),
    };
    let found = known.map(|candidate| (near(&candidate), candidate)).filter(|(distance, _)| *distance <= slips);
    found.min().map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, changed or swapped with the next to make one of the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    // Three lines of the table: the one before the last, the last, and the one that is made.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut line = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(line[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x {
                least = least.min(before[j - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_other_writings() {
        let known = ["token", "tokenFile", "client-certificate", "client-certificate-data", "as", "as-uid", "exec"];
        for (word, want) in [
            ("tokne", Some("token")),
            ("Token", Some("token")),
            ("token-file", Some("tokenFile")),
            ("tokenfile", Some("tokenFile")),
            ("clientCertificateData", Some("client-certificate-data")),
            ("client-certificat-dat", Some("client-certificate-data")),
            ("client-certifcate", Some("client-certificate")),
            ("asuid", Some("as-uid")),
            ("x", None),
            ("at", None),
            ("server", None),
            ("api-version", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()), want, "{word}");
        }
    }
}
