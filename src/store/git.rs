//! Whether a file would end up under version control.

use super::target::follow;
use std::fs;
use std::path::{Path, PathBuf};

/// The git work tree that `path` lies in, if any: the nearest folder above it with a `.git` in it.
///
/// For the warning before secrets are written to a place from where they are easily committed. The file need not exist
/// yet; symbolic links are followed as [`write()`](super::write()) follows them. A `.git` counts if it is a repository (a
/// folder with a `HEAD`) or a file, as linked work trees and submodules have it. git itself is not run, so that
/// `.gitignore` and `$GIT_DIR` play no part, and what can't be read counts as absent.
///
/// The folder returned is absolute, without symbolic links.
pub fn git_work_tree(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(follow(path).ok()?.path).ok()?;
    let existing = path.ancestors().find_map(|folder| fs::canonicalize(folder).ok())?;
    existing.ancestors().find(|folder| holds_git(folder)).map(Path::to_owned)
}

fn holds_git(folder: &Path) -> bool {
    let git = folder.join(".git");
    fs::metadata(&git).is_ok_and(|m| m.is_file()) || fs::symlink_metadata(git.join("HEAD")).is_ok()
}
