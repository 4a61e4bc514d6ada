//! What of the surroundings decides which files are read: variables, the current folder, the system's rules for paths.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// Whose rules for paths and lists of paths hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Os {
    /// `/` separates folders, `:` the paths of a list.
    Unix,
    /// `\` and `/` separate folders, `;` the paths of a list; drives and `\\server\share`.
    Windows,
}

impl Os {
    /// The one this was compiled for.
    pub const fn current() -> Self {
        if cfg!(windows) { Os::Windows } else { Os::Unix }
    }
}

/// The surroundings of a [`Loader`](super::Loader): variables, current folder, system.
///
/// [`process`](Environment::process) takes the real ones. Built by hand, nothing of the process is looked at, except
/// that files are real ones. `Debug` shows the names of the variables, not their values.
///
/// ```
/// use kubeconfig::load::{Environment, Loader, Os};
/// let environment = Environment::new("/srv").os(Os::Unix).var("KUBECONFIG", "a:b");
/// assert_eq!(Loader::new(environment).paths(), ["a", "b"].map(std::path::PathBuf::from));
/// ```
#[derive(Clone)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
    cwd: PathBuf,
    os: Os,
}

impl Environment {
    /// That of this process, as it is now.
    pub fn process() -> Self {
        Environment {
            vars: std::env::vars_os().collect(),
            // Without a current folder (it was deleted) relative paths are left to the system, which says so.
            cwd: std::env::current_dir().unwrap_or_default(),
            os: Os::current(),
        }
    }

    /// One without variables, with the current folder `cwd` and the rules of this system.
    pub fn new(cwd: impl Into<PathBuf>) -> Self {
        Environment { vars: BTreeMap::new(), cwd: cwd.into(), os: Os::current() }
    }

    /// Sets a variable.
    pub fn var(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// Sets whose rules for paths hold.
    pub fn os(mut self, os: Os) -> Self {
        self.os = os;
        self
    }

    /// The current folder.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// Whose rules for paths hold.
    pub fn rules(&self) -> Os {
        self.os
    }

    /// The value of a variable; an empty one is as good as none. On Windows case makes no difference.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let value = match self.os {
            Os::Unix => self.vars.get(OsStr::new(name)),
            Os::Windows => self.vars.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v),
        };
        value.map(OsString::as_os_str).filter(|v| !v.is_empty())
    }

    /// The server that kubectl takes where the configuration names none: `$KUBERNETES_MASTER`, else
    /// `http://localhost:8080`. For [`Overrides::default_server`](super::Overrides::default_server).
    pub fn default_server(&self) -> String {
        match self.get("KUBERNETES_MASTER") {
            Some(server) => server.to_string_lossy().into_owned(),
            None => "http://localhost:8080".into(),
        }
    }

    /// Whether client-go could fall back on the service account of a pod: `$KUBERNETES_SERVICE_HOST` and
    /// `$KUBERNETES_SERVICE_PORT` are set and the account's token is mounted. Nothing here does so of its own accord.
    pub fn in_cluster_possible(&self) -> bool {
        const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
        self.get("KUBERNETES_SERVICE_HOST").is_some()
            && self.get("KUBERNETES_SERVICE_PORT").is_some()
            && std::fs::metadata(TOKEN).is_ok_and(|m| !m.is_dir())
    }

    /// `~/.kube/config` and the file of old that kubectl would copy there if it were absent.
    pub(crate) fn default_files(&self) -> (PathBuf, PathBuf) {
        let os = self.os;
        let file = |home: &OsStr, name| PathBuf::from(os.join_os(&os.join_os(home, ".kube"), name));
        let old = if os == Os::Windows { "config" } else { ".kubeconfig" };
        let home = self.home(|path| Stat::of(&self.locate(Path::new(path))));
        (file(&home, "config"), file(self.get("HOME").unwrap_or_default(), old))
    }

    /// Where a path as given is found from this process.
    pub(crate) fn locate(&self, path: &Path) -> PathBuf {
        self.cwd.join(path)
    }

    /// client-go's `homedir.HomeDir`.
    fn home(&self, stat: impl Fn(&OsStr) -> Stat) -> OsString {
        let home = self.get("HOME").map(OsStr::to_owned);
        if self.os == Os::Unix {
            return home.unwrap_or_default();
        }
        let drive = match (self.get("HOMEDRIVE"), self.get("HOMEPATH")) {
            (Some(drive), Some(path)) => Some([drive, path].into_iter().collect::<OsString>()),
            _ => None,
        };
        let profile = self.get("USERPROFILE").map(OsStr::to_owned);
        let has_config =
            |p: &&OsString| stat(&self.os.join_os(&self.os.join_os(p, ".kube"), "config")) != Stat::Missing;
        if let Some(found) = [&home, &drive, &profile].into_iter().flatten().find(has_config) {
            return found.clone();
        }
        let set: Vec<&OsString> = [&home, &profile, &drive].into_iter().flatten().collect();
        let writable = set.iter().find(|p| stat(p) == Stat::WritableFolder);
        let existing = || set.iter().find(|p| stat(p) != Stat::Missing);
        writable.or_else(existing).or(set.first()).map(|p| (*p).clone()).unwrap_or_default()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Stat {
    Missing,
    Exists,
    WritableFolder,
}

impl Stat {
    fn of(path: &Path) -> Self {
        match std::fs::metadata(path) {
            Err(_) => Stat::Missing,
            Ok(m) if m.is_dir() && !m.permissions().readonly() => Stat::WritableFolder,
            Ok(_) => Stat::Exists,
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.vars.keys().collect();
        f.debug_struct("Environment").field("os", &self.os).field("cwd", &self.cwd).field("vars", &names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// client-go's `homedir.HomeDir` on Windows, step by step.
    #[test]
    fn the_home_of_windows() {
        let environment = Environment::new(r"C:\")
            .os(Os::Windows)
            .var("Home", "A:")
            .var("HOMEDRIVE", "B:")
            .var("HOMEPATH", r"\b")
            .var("USERPROFILE", r"C:\c");
        let home = |there: &[(&str, Stat)]| {
            let stat = |path: &OsStr| {
                there.iter().find(|(p, _)| OsStr::new(p) == path).map_or(Stat::Missing, |(_, stat)| *stat)
            };
            environment.home(stat).into_string().unwrap_or_default()
        };
        use Stat::{Exists, WritableFolder};
        // The first with a file, B: before C: ...
        assert_eq!(home(&[(r"B:\b\.kube\config", Exists), (r"C:\c\.kube\config", Exists)]), r"B:\b");
        // ... else the first that can be written to, C: before B: ...
        assert_eq!(home(&[("A:", Exists), (r"B:\b", WritableFolder), (r"C:\c", WritableFolder)]), r"C:\c");
        // ... else the first that exists, else the first that is set.
        assert_eq!(home(&[(r"B:\b", Exists)]), r"B:\b");
        assert_eq!(home(&[]), "A:");
    }
}
