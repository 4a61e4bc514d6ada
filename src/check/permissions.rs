//! Who else may read or change a file. Only on Unix; elsewhere nothing is said.

use crate::error::Printable;
use crate::finding::{Code, Finding, Severity};
use crate::shell;
use std::path::Path;

/// What is to be said of the mode of a file, and of its folder.
///
/// A file that its group can read is what some installations are made like (RKE before 1.2.8 among them), and a folder that
/// its group can write to is how many systems make them: notes. Where everybody can, it is a warning.
pub(super) fn check(path: &Path, has_secrets: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(mode) = mode(path) {
        found.extend(file(path, mode, has_secrets));
    }
    let folder = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    if let Some((folder, mode)) = folder.and_then(|folder| Some((folder, mode(folder)?))) {
        found.extend(of_folder(folder, mode));
    }
    found
}

/// As [`check`], of a file that `by` names, without its folder. A file that belongs to somebody else is his to look after.
pub(super) fn check_reference(path: &Path, by: &Path) -> Option<Finding> {
    if owner(path) != owner(by) {
        return None;
    }
    let finding = file(path, mode(path)?, true)?;
    let message = format!("{}: {}", Printable(&path.to_string_lossy()), finding.message);
    Some(Finding { message, ..finding })
}

fn file(path: &Path, mode: u32, has_secrets: bool) -> Option<Finding> {
    let readable = if has_secrets { mode & 0o044 } else { 0 };
    let writable = mode & 0o022;
    let what = match (readable | writable, writable) {
        (0, _) => return None,
        (_, 0) => "read",
        _ if readable == 0 => "change",
        _ => "read and change",
    };
    let (who, severity) = match (readable | writable) & 0o007 {
        0 => ("its group", if writable == 0 { Severity::Note } else { Severity::Warning }),
        _ => ("everybody on this machine", Severity::Warning),
    };
    let message = format!("{who} can {what} the file (mode {:04o})", mode & 0o7777);
    let help = format!("chmod 600 {}", shell::file(path));
    Some(Finding::new(Code::LoosePermissions, message).with_severity(severity).with_help(help))
}

fn of_folder(folder: &Path, mode: u32) -> Option<Finding> {
    const STICKY: u32 = 0o1000;
    // In a folder such as /tmp only the owner of a file can put another in its place.
    if mode & STICKY != 0 || mode & 0o022 == 0 {
        return None;
    }
    let (who, severity) = match mode & 0o002 {
        0 => ("its group", Severity::Note),
        _ => ("everybody on this machine", Severity::Warning),
    };
    let shown = Printable(&folder.to_string_lossy()).to_string();
    let message = format!("{who} can put another file in its place: the folder {shown} has mode {:04o}", mode & 0o7777);
    let help = format!("chmod go-w {}", shell::file(folder));
    Some(Finding::new(Code::LoosePermissions, message).with_severity(severity).with_help(help))
}

/// The mode of a regular file or a folder; links are followed.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    (metadata.is_file() || metadata.is_dir()).then(|| metadata.mode())
}

#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    Some(std::fs::metadata(path).ok()?.uid())
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}
