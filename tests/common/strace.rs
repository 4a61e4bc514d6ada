//! System calls seen, made to fail, or never returned from, by strace(1).

use std::collections::BTreeMap;
use std::process::Command;

/// A system call that a run made.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    /// How many of that name its thread had made then, this one included: what strace calls `when`.
    pub number: usize,
    /// `write(1, "Switched to"..., 24) = 24`
    pub text: String,
}

/// Whether strace is there and may trace here. Says what is missing; that fails on CI.
pub fn is_there() -> bool {
    if Command::new("strace").arg("--version").output().is_err() {
        super::skipped("strace");
        return false;
    }
    let traced = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output().expect("strace starts");
    let refused = String::from_utf8_lossy(&traced.stderr).contains("Operation not permitted");
    if !traced.status.success() && (refused || !super::on_ci()) {
        eprintln!("skipped: strace may not trace here");
        return false;
    }
    true
}

/// The command line that comes before the one to trace, with all its threads.
pub fn launcher<'a>(options: &[&'a str]) -> Vec<&'a str> {
    // Not with cargo's many folders to look for libraries in.
    [&["env", "-u", "LD_LIBRARY_PATH", "strace", "-f", "-qq"], options].concat()
}

/// From a log (`-o`): the calls of the thread that makes one with `begin` in it, from that one up to one with `end`, as
/// far as they are `wanted` by their name.
///
/// # Panics
///
/// Where another thread makes as many calls of a kind before this one does: strace counts the calls of each thread, and
/// what is meant for one would happen to the other.
pub fn calls(log: &str, begin: &str, end: Option<&str>, wanted: impl Fn(&str) -> bool) -> Vec<Call> {
    let lines = || log.lines().filter_map(|line| line.split_once(char::is_whitespace));
    let thread = lines().find(|(_, call)| call.contains(begin)).expect("the mark").0;
    let mut others: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut calls, mut before) = (Vec::new(), None);
    for (by, call) in lines() {
        let call = call.trim_start();
        let name = call.split_once('(').map(|(name, _)| name).filter(|name| wanted(name));
        if by != thread {
            if let Some(name) = name {
                *others.entry((by, name)).or_default() += 1;
            }
            continue;
        }
        if call.contains(begin) && before.is_none() {
            before = Some(counts.clone());
        }
        if end.is_some_and(|end| call.contains(end)) {
            break;
        }
        let Some(name) = name else { continue };
        let number = counts.entry(name).or_default();
        *number += 1;
        if before.is_some() {
            calls.push(Call { name: name.to_owned(), number: *number, text: call.to_owned() });
        }
    }
    let before = before.unwrap_or_default();
    for ((_, name), count) in others {
        let ours = before.get(name).copied().unwrap_or_default();
        let is_used = calls.iter().any(|call| call.name == name);
        assert!(!is_used || ours >= count, "{name} is called {count} times elsewhere, {ours} times before");
    }
    calls
}
