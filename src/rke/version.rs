//! Kubernetes versions as RKE reads them: `v1.27.16-rancher1-1`.

/// A version by the rules of semver, with the `v` that RKE wants before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KubeVersion {
    numbers: [u64; 3],
    prerelease: String,
}

impl KubeVersion {
    /// `None` where RKE would refuse it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v')?;
        let (text, build) = text.split_once('+').unwrap_or((text, "0"));
        let (numbers, prerelease) = match text.split_once('-') {
            Some((numbers, prerelease)) => (numbers, Some(prerelease)),
            None => (text, None),
        };
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let is_prerelease = |word: &str| is_word(word) && (!is_digits(word) || number(word).is_some());
        if !build.split('.').all(is_word) || !prerelease.is_none_or(|p| p.split('.').all(is_prerelease)) {
            return None;
        }
        let mut numbers = numbers.split('.').map(number);
        let version = [numbers.next()??, numbers.next()??, numbers.next()??];
        let prerelease = prerelease.unwrap_or_default().to_owned();
        numbers.next().is_none().then_some(KubeVersion { numbers: version, prerelease })
    }

    /// RKE's range `>=1.21.0-rancher0`: that version of Rancher's, or any later one.
    pub(crate) fn is_at_least(&self, major: u64, minor: u64, patch: u64) -> bool {
        let of_rancher = || self.prerelease.is_empty() || *self.prerelease >= *"rancher0";
        self.numbers > [major, minor, patch] || (self.numbers == [major, minor, patch] && of_rancher())
    }

    pub(crate) fn is_minor(&self, major: u64, minor: u64) -> bool {
        self.numbers[..2] == [major, minor]
    }

    /// Release and Rancher's revisions, for ranges that name one: `([1, 23, 16], "rancher2-3")`.
    pub(crate) fn is_at_least_revision(&self, numbers: [u64; 3], revision: &str) -> bool {
        self.numbers > numbers
            || (self.numbers == numbers && (self.prerelease.is_empty() || *self.prerelease >= *revision))
    }
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// A number without leading zeros.
fn number(text: &str) -> Option<u64> {
    let is_plain = is_digits(text) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for text in ["v1.27.16-rancher1-1", "v1.2.3", "v1.2.3-0.a.b-c", "v0.0.0", "v1.28.3+rke2r1", "v1.28.3-rc1+k3s1"]
        {
            assert!(KubeVersion::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "v",
            "1.2.3",
            "v1.2",
            "v1.2.3.4",
            "v01.2.3",
            "v1.2.x",
            "v1.2.3-",
            "v1.2.3-01",
            "v1.2.3-a..b",
            "v1.2.3+",
            "v1.2.3_1",
            " v1.2.3",
            "V1.2.3",
        ] {
            assert!(KubeVersion::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn at_least() {
        let version = |text| KubeVersion::parse(text).unwrap();
        assert!(version("v1.24.0-rancher1-1").is_at_least(1, 24, 0));
        assert!(version("v1.24.0").is_at_least(1, 24, 0));
        assert!(!version("v1.24.0-alpha.1").is_at_least(1, 24, 0));
        assert!(version("v1.24.1-alpha.1").is_at_least(1, 24, 0));
        assert!(!version("v1.9.0").is_at_least(1, 24, 0));
        assert!(version("v2.0.0").is_at_least(1, 24, 0));
        assert!(version("v1.24.3-rancher1-1").is_minor(1, 24));
        assert!(version("v1.23.16-rancher2-3").is_at_least_revision([1, 23, 16], "rancher2-3"));
        assert!(!version("v1.23.16-rancher2-2").is_at_least_revision([1, 23, 16], "rancher2-3"));
    }
}
