//! The editing verbs as their users see them: what becomes of a file, what is said, and what never happens.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod dry_run;
mod faults;
mod golden;
mod history;
mod into;
mod output;
mod properties;
mod sweep;
mod users_asked;

use common::program::{Run, run};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with the kubeconfig `config` in it.
fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("config"), text).expect("a file");
    folder
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file")
}

/// The verb on the file `config` in `folder`.
fn on_config(folder: &Path, arguments: &[&str]) -> Run {
    run(folder, &[&["--kubeconfig", "config"], arguments].concat())
}

/// A run that must succeed, and be silent on stderr.
#[track_caller]
fn quietly(folder: &Path, arguments: &[&str]) -> String {
    let run = on_config(folder, arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}: {}", run.stdout);
    run.stdout
}

/// A run that must fail with exit status 1. What it says.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let run = on_config(folder, arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{arguments:?}: {}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    run.stderr
}

/// Lines that are in one text only, in their order: a longest common row of lines is left out.
fn changed_lines(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut longest = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            longest[i][j] = match a == b {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && longest[i + 1][j] >= longest[i][j + 1] {
            out.push(format!("-{}", old[i].trim_end_matches('\n')));
            i += 1;
        } else {
            out.push(format!("+{}", new[j].trim_end_matches('\n')));
            j += 1;
        }
    }
    out
}
