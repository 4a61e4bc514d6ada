//! Paths in the entries: what they mean does not depend on where the result lies.

use super::report::{Note, Report};
use crate::config::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};
use crate::export;
use crate::load::{Loaded, Os, Subject};
use std::path::{Path, PathBuf};

/// What becomes of the paths in `certificate-authority`, `client-certificate`, `client-key` and `tokenFile`, and in
/// `exec.command` where that is a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paths {
    /// They are made absolute, so that the result may lie anywhere on this machine.
    #[default]
    Absolute,
    /// Those of files in this folder, or below it, are made relative to it; all others absolute. It is the folder the result
    /// is to lie in. As in client-go, symbolic links are not followed, and no path begins with `..`; a command begins with
    /// `./`, without which it might not be a path.
    RelativeTo(PathBuf),
    /// The files are read and embedded, as [`Export`](crate::Export) does. Commands can't be: their paths are made absolute.
    Embed,
}

/// The configuration of an input with its paths absolute, or its files embedded.
pub(super) fn independent(loaded: &Loaded, paths: &Paths, report: &mut Report, errors: &mut Vec<Error>) -> Kubeconfig {
    let mut config = loaded.config().clone();
    if *paths == Paths::Embed {
        let mut read = export::Report::default();
        export::embed(loaded, &mut config, &mut read, errors);
        report.embedded.append(&mut read.embedded);
        report.notes.extend(read.notes.into_iter().map(Note::Embedding));
        return config;
    }
    config.clusters.change_each(|name, cluster| {
        let absolute = loaded.cluster_with_paths(name).filter(|absolute| absolute != cluster)?;
        check(loaded, Subject::Cluster(name), errors);
        Some(absolute)
    });
    config.users.change_each(|name, user| {
        let absolute = loaded.user_with_paths(name).filter(|absolute| absolute != user)?;
        check(loaded, Subject::User(name), errors);
        Some(absolute)
    });
    config
}

/// A kubeconfig can't name a folder that is not UTF-8.
fn check(loaded: &Loaded, subject: Subject<'_>, errors: &mut Vec<Error>) {
    let folder = loaded.folder_of(subject);
    if folder.to_str().is_none() {
        let message =
            format!("{subject} has paths from a folder whose name is not UTF-8, so they can't be made absolute");
        errors.push(Error::new(ErrorKind::Unrepresentable, message).in_file(folder).with_help("embed the files"));
    }
}

/// Makes absolute paths relative again, if that is asked for.
pub(super) fn relative(paths: &Paths, config: &mut Kubeconfig) -> Result<()> {
    let Paths::RelativeTo(folder) = paths else { return Ok(()) };
    let folder = std::path::absolute(folder).map_err(|e| Error::io("cannot look up", folder, e))?;
    let os = Os::current();
    // Lexically, as kubectl will look at it.
    let folder = os.clean(&folder.to_string_lossy());
    let below = |path: &str| {
        let clean = os.is_abs(path).then(|| os.clean(path))?;
        let below = Path::new(&clean).strip_prefix(&folder).ok()?.to_str()?;
        (!below.is_empty()).then(|| below.to_owned())
    };
    let make = |path: &mut Option<String>| {
        if let Some(below) = path.as_deref().and_then(below) {
            *path = Some(below);
        }
    };
    for (_, cluster) in config.clusters.iter_mut() {
        make(&mut cluster.certificate_authority);
    }
    for (_, user) in config.users.iter_mut() {
        make(&mut user.client_certificate);
        make(&mut user.client_key);
        make(&mut user.token_file);
        let Some(exec) = &mut user.exec else { continue };
        if let Some(below) = exec.command.as_deref().and_then(below) {
            exec.command = Some(format!(".{}{below}", std::path::MAIN_SEPARATOR));
        }
    }
    Ok(())
}
