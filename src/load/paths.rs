//! Go's `path/filepath` for Unix and for Windows, on whatever system this runs: kubectl's paths are joined and cleaned
//! lexically, and Rust's `Path` does neither the same way.

use super::Os;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

impl Os {
    /// The shortest path that means the same, by text alone: Go's `filepath.Clean`.
    pub fn clean(self, path: &str) -> String {
        text(self.clean_bytes(path.as_bytes()))
    }

    /// `folder` and `path` put together and cleaned: Go's `filepath.Join`. Empty parts are left out.
    pub fn join(self, folder: &str, path: &str) -> String {
        text(self.join_bytes(folder.as_bytes(), path.as_bytes()))
    }

    /// All but the last part of `path`, cleaned: Go's `filepath.Dir`.
    pub fn dir(self, path: &str) -> String {
        text(self.dir_bytes(path.as_bytes()))
    }

    /// Whether `path` needs no folder to mean something: Go's `filepath.IsAbs`. `\x` and `C:x` are relative on Windows.
    pub fn is_abs(self, path: &str) -> bool {
        self.is_abs_bytes(path.as_bytes())
    }

    /// The paths of a list as `$KUBECONFIG` is one: Go's `filepath.SplitList`. Separated by `:`, on Windows by `;`, where
    /// a part may stand in double quotes. Empty parts are kept; an empty text has none.
    pub fn split_list(self, list: &str) -> Vec<String> {
        self.split_list_bytes(list.as_bytes()).into_iter().map(text).collect()
    }

    /// What a path in a kubeconfig means, seen from `folder`.
    pub(crate) fn resolve(self, folder: &Path, path: &str) -> PathBuf {
        if self.is_abs(path) {
            return path.into();
        }
        os_string(self.join_bytes(bytes(folder.as_os_str()), path.as_bytes())).into()
    }

    pub(crate) fn join_os(self, folder: &OsStr, path: &str) -> OsString {
        os_string(self.join_bytes(bytes(folder), path.as_bytes()))
    }

    pub(crate) fn split_list_os(self, list: &OsStr) -> Vec<OsString> {
        self.split_list_bytes(bytes(list)).into_iter().map(os_string).collect()
    }

    /// `Abs(path)` seen from `cwd`.
    pub(crate) fn abs_os(self, cwd: &Path, path: &OsStr) -> OsString {
        os_string(self.abs_bytes(bytes(cwd.as_os_str()), bytes(path)))
    }

    /// `Abs(Dir(path))` seen from `cwd`: the folder that relative paths in the file `path` start from.
    pub(crate) fn folder_of(self, cwd: &Path, path: &Path) -> PathBuf {
        let dir = self.dir_bytes(bytes(path.as_os_str()));
        os_string(self.abs_bytes(bytes(cwd.as_os_str()), &dir)).into()
    }

    /// The character that makes an exec command a path: on Windows only the backslash, as in client-go.
    pub(crate) fn separator(self) -> char {
        match self {
            Os::Unix => '/',
            Os::Windows => '\\',
        }
    }

    fn is_separator(self, byte: u8) -> bool {
        byte == b'/' || (self == Os::Windows && byte == b'\\')
    }

    fn starts_with_separator(self, path: &[u8]) -> bool {
        path.first().is_some_and(|&b| self.is_separator(b))
    }

    fn abs_bytes(self, cwd: &[u8], path: &[u8]) -> Vec<u8> {
        if self.is_abs_bytes(path) {
            return self.clean_bytes(path);
        }
        let (volume, rest) = path.split_at(self.volume_len(path));
        let (cwd_volume, _) = cwd.split_at(self.volume_len(cwd));
        match (volume, self.starts_with_separator(rest)) {
            ([], false) => self.join_bytes(cwd, path),
            // `\x`: on the drive one stands on.
            ([], true) => self.clean_bytes(&[cwd_volume, rest].concat()),
            // `C:x`: Windows remembers a folder per drive; only the current one is known here.
            (drive, _) if drive.eq_ignore_ascii_case(cwd_volume) => self.join_bytes(cwd, rest),
            (drive, _) => self.clean_bytes(&[drive, b"\\", rest].concat()),
        }
    }

    fn is_abs_bytes(self, path: &[u8]) -> bool {
        if self == Os::Unix {
            return self.starts_with_separator(path);
        }
        let volume = self.volume_len(path);
        match path {
            _ if volume == 0 => false,
            [a, b, ..] if self.is_separator(*a) && self.is_separator(*b) => true,
            _ => self.starts_with_separator(path.get(volume..).unwrap_or_default()),
        }
    }

    fn dir_bytes(self, path: &[u8]) -> Vec<u8> {
        let (volume, rest) = path.split_at(self.volume_len(path));
        let end = rest.iter().rposition(|&b| self.is_separator(b)).map_or(0, |i| i + 1);
        let dir = self.clean_bytes(rest.get(..end).unwrap_or_default());
        if dir == b"." && volume.len() > 2 {
            return volume.to_vec();
        }
        [volume, &dir].concat()
    }

    fn join_bytes(self, folder: &[u8], path: &[u8]) -> Vec<u8> {
        let mut out = folder.to_vec();
        let mut path = path;
        match out.last() {
            None => {}
            Some(&last) if self == Os::Windows && self.is_separator(last) => {
                // No UNC path out of parts that are none.
                while self.starts_with_separator(path) {
                    path = path.get(1..).unwrap_or_default();
                }
                let device = path.starts_with(b"??") && path.get(2).is_none_or(|&b| self.is_separator(b));
                if out.len() == 1 && device {
                    out.extend_from_slice(b".\\");
                }
            }
            // Relative to the drive's current folder.
            Some(b':') if self == Os::Windows => {}
            Some(_) => out.push(self.separator() as u8),
        }
        out.extend_from_slice(path);
        if out.is_empty() { out } else { self.clean_bytes(&out) }
    }

    fn clean_bytes(self, whole: &[u8]) -> Vec<u8> {
        let (volume, path) = whole.split_at(self.volume_len(whole));
        let separator = self.separator() as u8;
        if path.is_empty() {
            let unc = volume.len() > 1 && volume.iter().take(2).all(|&b| self.is_separator(b));
            let mut out = volume.to_vec();
            if unc {
                self.own_separators(&mut out);
            } else {
                out.push(b'.');
            }
            return out;
        }
        let rooted = self.starts_with_separator(path);
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in path.split(|&b| self.is_separator(b)) {
            match part {
                b"" | b"." => {}
                b".." => match parts.last() {
                    Some(&last) if last != b".." => {
                        parts.pop();
                    }
                    _ if rooted => {}
                    _ => parts.push(part),
                },
                _ => parts.push(part),
            }
        }
        let mut out = Vec::with_capacity(whole.len());
        if rooted {
            out.push(separator);
        }
        out.extend_from_slice(&parts.join(&separator));
        if out.is_empty() {
            out.push(b'.');
        }
        // `a\..\c:` must not become the drive `c:`, nor `\a\..\??\c:` a device. What stood there before is left alone.
        if self == Os::Windows && volume.is_empty() && !path.starts_with(&out) {
            let first = out.split(|&b| b == separator).next().unwrap_or_default();
            if first.contains(&b':') {
                out.splice(0..0, *b".\\");
            } else if out.starts_with(b"\\??") {
                out.splice(0..0, *b"\\.");
            }
        }
        let mut out = [volume, &out].concat();
        self.own_separators(&mut out);
        out
    }

    fn own_separators(self, path: &mut [u8]) {
        for byte in path {
            if self.is_separator(*byte) {
                *byte = self.separator() as u8;
            }
        }
    }

    /// The length of `C:`, `\\server\share`, `\\.\device`; 0 on Unix.
    fn volume_len(self, path: &[u8]) -> usize {
        if self == Os::Unix {
            return 0;
        }
        let is = |i: usize| path.get(i).is_some_and(|&b| self.is_separator(b));
        match path {
            [_, b':', ..] => 2,
            _ if !is(0) => 0,
            _ if self.has_prefix(path, br"\\.\UNC") => self.unc_len(path, 8),
            _ if [&br"\\."[..], br"\\?", br"\??"].iter().any(|prefix| self.has_prefix(path, prefix)) => {
                let rest = path.get(4..).unwrap_or_default();
                rest.iter().position(|&b| self.is_separator(b)).map_or(path.len(), |i| 4 + i)
            }
            _ if is(1) => self.unc_len(path, 2),
            _ => 0,
        }
    }

    fn has_prefix(self, path: &[u8], prefix: &[u8]) -> bool {
        let Some((start, rest)) = path.split_at_checked(prefix.len()) else { return false };
        let same = |(&a, &b): (&u8, &u8)| a.eq_ignore_ascii_case(&b) || (self.is_separator(a) && self.is_separator(b));
        start.iter().zip(prefix).all(same) && (rest.is_empty() || self.starts_with_separator(rest))
    }

    fn unc_len(self, path: &[u8], prefix: usize) -> usize {
        let separators = path.iter().enumerate().skip(prefix).filter(|(_, b)| self.is_separator(**b));
        separators.map(|(i, _)| i).nth(1).unwrap_or(path.len())
    }

    fn split_list_bytes(self, list: &[u8]) -> Vec<Vec<u8>> {
        if list.is_empty() {
            return Vec::new();
        }
        if self == Os::Unix {
            return list.split(|&b| b == b':').map(<[u8]>::to_vec).collect();
        }
        let mut quoted = false;
        list.split(|&b| {
            quoted ^= b == b'"';
            b == b';' && !quoted
        })
        .map(|part| part.iter().copied().filter(|&b| b != b'"').collect())
        .collect()
    }
}

fn text(bytes: Vec<u8>) -> String {
    // Cut and joined at ASCII only, so it stays UTF-8.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn bytes(text: &OsStr) -> &[u8] {
    text.as_encoded_bytes()
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

/// Unpaired surrogates, which Windows allows in names, are lost.
#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    text(bytes).into()
}
