//! Paths of files in a kubeconfig: what a caller gives, as it is to be written.

use crate::error::{Error, ErrorKind, Result};
use crate::load::Os;
use std::path::Path;

/// What to write for the file `given`, a path from the folder `from`, into a kubeconfig in `folder`.
///
/// client-go's rule (`MakeRelative` in `tools/clientcmd/loader.go`): relative to the kubeconfig's folder where the file lies in it or
/// below, absolute elsewhere.
pub(super) fn of_file(given: &str, from: &Path, folder: &Path) -> Result<String> {
    let os = Os::current();
    let absolute = os.clean(text(&os.resolve(from, given))?);
    Ok(below(&absolute, folder).unwrap_or(absolute))
}

/// What to write for the command of an exec plugin: a bare name stays one, and a path stays a path.
///
/// As in client-go a relative path starts from the kubeconfig's folder. There it would lose its `./`, and so become
/// a name that is looked up in `$PATH`; here it does not.
pub(super) fn of_command(given: &str, folder: &Path) -> Result<String> {
    let os = Os::current();
    if !given.contains(os.separator()) {
        return Ok(given.to_owned());
    }
    let absolute = os.clean(text(&os.resolve(folder, given))?);
    Ok(match below(&absolute, folder) {
        Some(below) if below.contains(os.separator()) => below,
        Some(_) if os.is_abs(given) => absolute,
        Some(below) => format!(".{}{below}", os.separator()),
        None => absolute,
    })
}

/// The clean path `absolute` as seen from `folder`, if it lies below it.
fn below(absolute: &str, folder: &Path) -> Option<String> {
    let folder = Os::current().clean(folder.to_str()?);
    let below = Path::new(absolute).strip_prefix(&folder).ok()?.to_str()?;
    (!below.is_empty()).then(|| below.to_owned())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| {
        let message = "this path is not UTF-8, so it can't stand in a kubeconfig";
        Error::new(ErrorKind::Unrepresentable, message).in_file(path).with_help("embed the file")
    })
}
