//! `restore`: an old version of a kubeconfig, brought back.

use crate::edit::{EditArgs, say_changed, shown};
use crate::get::in_columns;
use crate::load;
use crate::output::{Failure, Out, say};
use clap::Args;
use kubeconfig::Printable;
use kubeconfig::cert::{parse_time, rfc3339};
use kubeconfig::store::{KeptCopy, Store};
use rustls_pki_types::UnixTime;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// List the versions: number, until when the file held it, the verb that changed it then, size in bytes
    #[arg(long, conflicts_with_all = ["version", "before"])]
    list: bool,
    /// Bring back the version with this number
    #[arg(long, value_name = "K")]
    version: Option<u64>,
    /// Bring back what the file held right before that time, RFC 3339 or a date: all changes since then are undone. Only
    /// changes made by this program are known; between two of them another program may have written the file
    #[arg(long, value_name = "TIME", value_parser = parse_time, conflicts_with = "version")]
    before: Option<UnixTime>,
}

pub(crate) fn restore(args: &RestoreArgs, out: &mut Out) -> Result<u8, Failure> {
    let store = args.edit.how.store();
    let file = file(args)?;
    if args.list {
        return list(&store, &file, out);
    }
    let copy = match (args.version, args.before) {
        (Some(number), _) => Some(store.copy_numbered(&file, number)?),
        (None, Some(time)) => Some(store.copy_before(&file, UNIX_EPOCH + Duration::from_secs(time.as_secs()))?),
        (None, None) => None,
    };
    if args.edit.how.dry_run {
        let preview = store.preview_restore(&file, copy.as_ref())?;
        return crate::edit::show(&preview.files, out).map(|()| 0);
    }
    let restored = store.restore(&file, copy.as_ref())?;
    say_changed(&restored.changed, &restored.warnings, out);
    let (copy, file) = (restored.value, shown(&file));
    match restored.changed.is_empty() {
        true => say(&format_args!("{} holds version {} already", Printable(&file), copy.number)),
        false => {
            let (file, path) = (Printable(&file), shown(&copy.path));
            out.text(&format!("restored {file} from version {}: {}\n", copy.number, Printable(&path)))?;
        }
    }
    Ok(0)
}

fn list(store: &Store, file: &Path, out: &mut Out) -> Result<u8, Failure> {
    let copies = store.copies(file)?;
    if copies.is_empty() {
        say(&format_args!("no earlier version of {} is kept", Printable(&shown(file))));
        return Ok(0);
    }
    let mut text = "VERSION\tUNTIL\tVERB\tSIZE\tFILE\n".to_owned();
    for KeptCopy { number, time, verb, size, path, .. } in &copies {
        let (until, verb) = (time.map_or_else(|| "-".to_owned(), shown_time), verb.as_deref().unwrap_or("-"));
        text.push_str(&format!("{number}\t{until}\t{verb}\t{size}\t{}\n", Printable(&shown(path))));
    }
    out.text(&in_columns(&text))?;
    Ok(0)
}

fn shown_time(time: SystemTime) -> String {
    rfc3339(UnixTime::since_unix_epoch(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

/// The one file that is meant.
fn file(args: &RestoreArgs) -> Result<PathBuf, Failure> {
    let paths = load::loader(&args.edit.source)?.paths();
    match &*paths {
        [one] => Ok(one.clone()),
        _ => Err(Failure::said("KUBECONFIG names several files; say with --kubeconfig which one to restore")),
    }
}
