//! `restore`: an old version of a kubeconfig, brought back.

use crate::edit::{EditArgs, note, shown};
use crate::load;
use crate::output::{Failure, Out};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// List the versions that are kept
    #[arg(long)]
    list: bool,
}

pub(crate) fn restore(args: &RestoreArgs, out: &mut Out) -> Result<u8, Failure> {
    let store = args.edit.how.store();
    let file = file(args)?;
    if args.list {
        for copy in store.copies(&file)? {
            out.text(&format!("{}\n", shown(&copy.path)))?;
        }
        return Ok(0);
    }
    if args.edit.how.dry_run {
        let preview = store.preview_restore(&file, None)?;
        return crate::edit::show(&preview.files, out).map(|()| 0);
    }
    let restored = store.restore(&file, None)?;
    note(&restored.changed, out);
    out.text(&format!("restored {} from {}\n", shown(&file), shown(&restored.value.path)))?;
    Ok(0)
}

/// The one file that is meant.
fn file(args: &RestoreArgs) -> Result<PathBuf, Failure> {
    let paths = load::loader(&args.edit.source)?.paths();
    match &*paths {
        [one] => Ok(one.clone()),
        _ => Err(Failure::said("KUBECONFIG names several files; say with --kubeconfig which one to restore")),
    }
}
