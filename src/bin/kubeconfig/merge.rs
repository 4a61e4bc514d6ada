//! `merge`: several kubeconfigs as one, and what became of their entries.

use crate::args::path;
use crate::edit::{self, HowArgs};
use crate::load;
use crate::output::{Failure, Out, say};
use crate::pointer;
use crate::saved;
use clap::{Args, ValueEnum};
use kubeconfig::merge::{Merge, Merged, Note, OnConflict, Paths};
use kubeconfig::rancher::keep_lifetimes;
use kubeconfig::store::WriteOptions;
use kubeconfig::{Error, Loaded};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct MergeArgs {
    /// The kubeconfigs; - is standard input
    #[arg(value_name = "FILE", required = true, value_parser = path())]
    files: Vec<PathBuf>,
    /// What to do where files mean different things by one name
    #[arg(long, value_name = "STRATEGY", default_value = "fail")]
    on_conflict: Strategy,
    /// How to make new names; may be repeated, and the next is tried where one does not tell entries apart
    ///
    /// It may hold {name}, {cluster}, {user}, {host}, {server}, {file} and {folder}.
    #[arg(long = "name-template", value_name = "TEMPLATE")]
    templates: Vec<String>,
    /// What to do with the paths of certificates, keys, token files and login commands
    #[arg(long, value_name = "HOW", default_value = "absolute")]
    paths: PathsArg,
    /// The current context, by its name in the result; without it that of the first file that has one; with replace, of the last
    #[arg(long, value_name = "NAME")]
    current: Option<String>,
    /// The file to write, mode 0600; - is standard output, even if that is a terminal
    #[arg(long, value_name = "FILE", value_parser = path())]
    out: Option<PathBuf>,
    /// The kubeconfig to merge into, its comments and all else kept; it comes before the others, and need not exist
    #[arg(long, value_name = "FILE", value_parser = path(), conflicts_with = "out")]
    into: Option<PathBuf>,
    /// Replace the file if it exists; never one of those that are merged
    #[arg(long, conflicts_with = "into")]
    force: bool,
    #[command(flatten)]
    how: HowArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Strategy {
    /// Write nothing and list all conflicts
    Fail,
    /// The first file wins
    Keep,
    /// The last file wins
    Replace,
    /// All stay, each under a name of its own; with --into what is there keeps its name, and nothing is added twice
    Rename,
}

#[derive(Clone, Copy, ValueEnum)]
enum PathsArg {
    /// Make them absolute
    Absolute,
    /// Make those below the folder of --out relative to it
    Relative,
    /// Put the files themselves into the result
    Embed,
}

pub(crate) fn merge(args: &MergeArgs, out: &mut Out) -> u8 {
    let done = run(args, out);
    let is_conflict = matches!(&done, Err(Failure::Library(error)) if error.is_conflict());
    let status = saved::ended(done, out);
    if is_conflict {
        say(&"choose with --on-conflict: keep (the first file wins), replace (the last wins) or rename (all stay)");
    }
    status
}

fn run(args: &MergeArgs, out: &mut Out) -> Result<u8, Failure> {
    let inputs = load(&args.files)?;
    let merge = merge_of(args)?;
    if let Some(file) = &args.into {
        let merged = edit::into(file, &args.how, out, |draft| {
            let merged = inputs.iter().fold(merge.clone().target(draft.loaded()), Merge::input).build()?;
            merged.apply(draft);
            Ok(merged)
        })?;
        tell(&merged, &inputs);
        return Ok(0);
    }
    if !args.how.dry_run {
        saved::refuse_terminal(args.out.as_deref(), out)?;
    }
    let merged = inputs.iter().fold(merge, Merge::input).build()?;
    let report = merged.report();
    if args.how.dry_run {
        for context in &report.contexts {
            out.text(&format!("{context}\n"))?;
        }
        out.text(&report.to_string())?;
        out.flush()?;
        say(&"nothing was written: this is a dry run");
        return Ok(0);
    }
    let options = WriteOptions::new().force(args.force);
    saved::put(args.out.as_deref(), merged.to_yaml(), |path| merged.write(path, &options), out)?;
    tell(&merged, &inputs);
    Ok(0)
}

/// Says what became of the entries, and where help is for files that are not read as a whole.
fn tell(merged: &Merged, inputs: &[Loaded]) {
    say(&merged.report().to_string().trim_end());
    let files = merged.report().notes.iter().filter_map(|note| match note {
        Note::Unread(unread) => Some(unread.file.as_path()),
        _ => None,
    });
    let files: Vec<&Path> = files.collect();
    let is_partial = |input: &&Loaded| input.sources().iter().any(|source| files.contains(&source.path()));
    let partial: Vec<&Loaded> = inputs.iter().filter(is_partial).collect();
    if !partial.is_empty() {
        pointer::to_check(partial, None);
    }
}

/// The merge, without its inputs.
fn merge_of<'a>(args: &MergeArgs) -> Result<Merge<'a>, Failure> {
    let on_conflict = match args.on_conflict {
        Strategy::Fail => OnConflict::Fail,
        Strategy::Keep => OnConflict::Keep,
        Strategy::Replace => OnConflict::Replace,
        Strategy::Rename => OnConflict::Rename,
    };
    let merge =
        Merge::new().on_conflict(on_conflict).name_templates(&args.templates).paths(paths(args)?).amend(keep_lifetimes);
    Ok(match &args.current {
        Some(current) => merge.current(current),
        None => merge,
    })
}

fn paths(args: &MergeArgs) -> Result<Paths, Failure> {
    Ok(match args.paths {
        PathsArg::Absolute => Paths::Absolute,
        PathsArg::Embed => Paths::Embed,
        PathsArg::Relative => {
            let file = args.out.as_deref().or(args.into.as_deref()).filter(|file| *file != Path::new("-"));
            let folder = file.and_then(Path::parent);
            let folder = folder.ok_or(Failure::Usage("--paths relative needs --out FILE or --into FILE"))?;
            Paths::RelativeTo(if folder.as_os_str().is_empty() { ".".into() } else { folder.to_owned() })
        }
    })
}

/// Reads all files; what is wrong with them is told together.
fn load(files: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let loader = load::loader_of(files.iter().map(PathBuf::as_path))?;
    let mut loaded = Vec::new();
    let mut wrong = Vec::new();
    for file in files {
        match loader.clone().explicit(file).load() {
            Ok(one) => loaded.push(one),
            Err(error) => wrong.extend(error.errors().iter().map(Error::to_string)),
        }
    }
    if wrong.is_empty() { Ok(loaded) } else { Err(Failure::Said(wrong)) }
}
