//! What tells one process from all others: on this machine, on others, and in containers.

use std::fs;
use std::io;
use std::path::Path;

/// A process, as a lock of ours names it.
///
/// [`current`](Process::current) asks the system. What could not be found out is unknown, and a lock with an unknown part
/// is never taken over. Linux tells everything; elsewhere boot, namespace and start are unknown.
///
/// ```
/// use kubeconfig::store::Process;
/// let process = Process::current();
/// assert_eq!(process.pid(), std::process::id());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub(super) host: Option<String>,
    pub(super) boot: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) pid: u32,
    pub(super) start: Option<u64>,
}

impl Process {
    /// This process.
    pub fn current() -> Self {
        let pid = std::process::id();
        let namespace = own_proc(pid).then(|| namespace(Path::new("/proc/self/ns/pid"))).flatten();
        Process {
            host: line("/proc/sys/kernel/hostname").or_else(|| std::env::var("COMPUTERNAME").ok()).and_then(word),
            boot: line("/proc/sys/kernel/random/boot_id").and_then(word),
            start: namespace.is_some().then(|| Stat::of(pid).ok().flatten()).flatten().map(|stat| stat.start),
            namespace,
            pid,
        }
    }

    /// Another host's name, for a process that is to be seen as running elsewhere.
    pub fn with_host(mut self, host: &str) -> Self {
        self.host = word(host.to_owned());
        self
    }

    /// Another id of the boot (`/proc/sys/kernel/random/boot_id`).
    pub fn with_boot_id(mut self, boot: &str) -> Self {
        self.boot = word(boot.to_owned());
        self
    }

    /// Another PID namespace, by its number: containers have one each.
    pub fn with_pid_namespace(mut self, namespace: &str) -> Self {
        self.namespace = word(namespace.to_owned());
        self
    }

    /// The name of its host, where it is known.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Its id: within its namespace, on its host.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether `other` ran where this one runs, so that the system here would know it: same host, same boot, same
    /// namespace, all of them known.
    pub(super) fn shares_system_with(&self, other: &Process) -> bool {
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        same(&self.host, &other.host) && same(&self.boot, &other.boot) && same(&self.namespace, &other.namespace)
    }

    /// Whether `other` ran on this system and runs no longer, beyond doubt.
    pub(super) fn knows_gone(&self, other: &Process) -> bool {
        self.knows_whether_gone(other) == Some(true)
    }

    /// Whether `other` runs on this system, beyond doubt.
    pub(super) fn knows_running(&self, other: &Process) -> bool {
        self.knows_whether_gone(other) == Some(false)
    }

    fn knows_whether_gone(&self, other: &Process) -> Option<bool> {
        let start = other.start?;
        (self.shares_system_with(other) && own_proc(self.pid)).then(|| is_gone(other.pid, start)).flatten()
    }
}

/// A text that fits on the line of a lock: one word.
fn word(text: String) -> Option<String> {
    let fits = |c: char| !c.is_control() && !c.is_whitespace();
    (!text.is_empty() && text.len() <= 255 && text.chars().all(fits)).then_some(text)
}

fn line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim_end().to_owned())
}

/// The number in `pid:[4026531836]`.
fn namespace(link: &Path) -> Option<String> {
    let name = fs::read_link(link).ok()?;
    let number = name.to_str()?.strip_prefix("pid:[")?.strip_suffix(']')?;
    word(number.to_owned())
}

/// Whether `/proc` shows our namespace, and not that of a host or of another container.
fn own_proc(pid: u32) -> bool {
    fs::read_link("/proc/self").is_ok_and(|link| link.to_str() == Some(&pid.to_string()))
}

/// Whether no process has that number and start; `None` where it can't be known.
fn is_gone(pid: u32, start: u64) -> Option<bool> {
    match Stat::of(pid) {
        // Another process that got the same id later, or one that has ended and waits for its parent to see it.
        Ok(Some(stat)) => Some(stat.start != start || (stat.is_dead && threads(pid) <= 1)),
        // With `hidepid` the processes of others can't be seen; then not even the first one can.
        Ok(None) => fs::metadata("/proc/1").is_ok().then_some(true),
        Err(_) => None,
    }
}

/// How many threads the process has: one whose first thread has ended looks dead.
fn threads(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count)
}

/// What is asked of `/proc/PID/stat`.
struct Stat {
    is_dead: bool,
    start: u64,
}

impl Stat {
    /// `None` where there is no such process.
    fn of(pid: u32) -> io::Result<Option<Self>> {
        match fs::read(format!("/proc/{pid}/stat")) {
            Ok(text) => Self::parse(&text).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            // ESRCH: it ended while we read.
            Err(e) if e.kind() == io::ErrorKind::NotFound || e.raw_os_error() == Some(3) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// `1234 (any ) name) S 1 …`: the state is field 3, the start field 22, in ticks since the boot.
    fn parse(text: &[u8]) -> Option<Self> {
        let end = text.iter().rposition(|b| *b == b')')?;
        let rest = std::str::from_utf8(text.get(end + 1..)?).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let is_dead = matches!(fields.next()?, "Z" | "X" | "x");
        Some(Stat { is_dead, start: fields.nth(18)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stat_of_a_process_with_an_awkward_name() {
        let text = b"77 (a) Z 1 (\xff) S 1 77 77 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2 3\n";
        let stat = Stat::parse(text).unwrap();
        assert_eq!((stat.is_dead, stat.start), (false, 98765));
        assert!(Stat::parse(b"77 (a) Z 1 77").is_none());
        assert!(Stat::parse(b"").is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_gone_only_beyond_doubt() {
        let ourselves = Process::current();
        assert!(ourselves.start.is_some() && ourselves.namespace.is_some() && ourselves.boot.is_some());
        assert!(!ourselves.knows_gone(&ourselves));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let start = Stat::of(child.id()).unwrap().unwrap().start;
        let process = Process { pid: child.id(), start: Some(start), ..ourselves.clone() };
        assert!(!ourselves.knows_gone(&process) && ourselves.knows_running(&process));
        assert!(ourselves.knows_gone(&Process { start: Some(start + 1), ..process.clone() }));
        assert!(!ourselves.knows_gone(&Process { start: None, ..process.clone() }));
        child.kill().unwrap();
        // Dead, and nobody has asked for its end yet.
        while !Stat::of(child.id()).unwrap().unwrap().is_dead {
            std::thread::yield_now();
        }
        assert!(ourselves.knows_gone(&process));
        child.wait().unwrap();
        assert!(ourselves.knows_gone(&process));
        for elsewhere in [
            process.clone().with_host("elsewhere"),
            process.clone().with_boot_id("0"),
            process.clone().with_pid_namespace("1"),
            Process { host: None, ..process.clone() },
            Process { boot: None, ..process.clone() },
            Process { namespace: None, ..process.clone() },
        ] {
            assert!(!ourselves.knows_gone(&elsewhere) && !ourselves.knows_running(&elsewhere), "{elsewhere:?}");
            assert!(!elsewhere.knows_gone(&process), "{elsewhere:?}");
        }
    }
}
