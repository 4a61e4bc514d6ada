//! Where a verb puts the kubeconfig it made.

use crate::output::{Failure, Out, say};
use kubeconfig::store::Saved;
use kubeconfig::{Error, Printable, Progress, shell};
use std::path::Path;

/// Credentials go to a terminal only where `--out -` asks for it.
pub(crate) fn refuse_terminal(path: Option<&Path>, out: &Out) -> Result<(), Failure> {
    if path.is_none() && out.is_terminal() {
        return Err(Failure::said(
            "credentials are not shown on a terminal; --out FILE writes a file, --out - shows them",
        ));
    }
    Ok(())
}

/// Writes `text` to standard output, or lets `write` write it to the file, and says what became of it.
pub(crate) fn put(
    path: Option<&Path>,
    text: &str,
    write: impl FnOnce(&Path) -> Result<Saved, Error>,
    out: &mut Out,
) -> Result<(), Failure> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        out.text(text)?;
        return out.flush();
    };
    let saved = write(path)?;
    out.note_changed(&saved.written.path);
    let deed = if saved.written.replaced { "replaced" } else { "wrote" };
    say(&format_args!("{deed} {}", Printable(&saved.written.path.to_string_lossy())));
    warn_of_git(saved.git_work_tree.as_deref());
    if let Some(mode) = saved.open_to_others {
        let file = shell::file(&saved.written.path);
        say(&format_args!(
            "warning: others than its owner may read it, as they could before: its mode is {mode:04o}; chmod 600 {file}"
        ));
    }
    Ok(())
}

/// A git work tree is a place from which credentials get published.
pub(crate) fn warn_of_git(folder: Option<&Path>) {
    if let Some(folder) = folder {
        let folder = folder.to_string_lossy();
        say(&format_args!("warning: it lies in the git work tree {}; take care not to commit it", Printable(&folder)));
    }
}

/// Ends a verb that writes a kubeconfig: says what failed, and that nothing was written where that is so and the error
/// does not say it itself. Of half an output nobody needs to be told.
pub(crate) fn ended(done: Result<u8, Failure>, out: &Out) -> u8 {
    done.unwrap_or_else(|failure| {
        failure.report();
        let is_said = match &failure {
            Failure::Library(error) => *error.progress() != Progress::NotBegun,
            Failure::Said(_) => false,
            Failure::Output(_) | Failure::Closed(_) | Failure::Usage(_) => true,
        };
        if !is_said && !out.has_changed_files() {
            say(&"nothing was written");
        }
        match failure {
            Failure::Usage(_) => 2,
            _ => failure.status(1),
        }
    })
}
