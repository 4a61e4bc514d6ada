//! `recover`: the admin kubeconfig, made again from what is left of a cluster.

use crate::args::path;
use crate::edit::{self, HowArgs};
use crate::load;
use crate::output::{Failure, Out, say};
use crate::saved;
use clap::Args;
use kubeconfig::rke::{Recovered, Recovery};
use kubeconfig::store::WriteOptions;
use kubeconfig::{Printable, cert};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct RecoverArgs {
    /// An rkestate, a saved full-cluster-state, an etcd snapshot of RKE, or the data folder of a K3s or RKE2 server or a tar
    /// file of it; - is standard input
    #[arg(value_parser = path())]
    state: PathBuf,
    /// The server of the current context, instead of the first control-plane node
    #[arg(long, short, value_name = "URL")]
    server: Option<String>,
    /// Another name than the cluster's, or than default
    #[arg(long, value_name = "NEW")]
    name: Option<String>,
    /// The file to write, mode 0600; - is standard output, even if that is a terminal
    #[arg(long, value_name = "FILE", value_parser = path())]
    out: Option<PathBuf>,
    /// The kubeconfig to add to, its comments and all else kept; it need not exist
    #[arg(long, value_name = "FILE", value_parser = path(), conflicts_with = "out")]
    into: Option<PathBuf>,
    /// Replace the file if it exists; with --into, entries of the same names
    #[arg(long)]
    force: bool,
    /// Replace a kubeconfig that is newer than what is recovered: of the same CA, with an administrator's certificate
    /// that ends later; or one that can't be read to tell
    #[arg(long)]
    older: bool,
    #[command(flatten)]
    how: HowArgs,
}

pub(crate) fn recover(args: &RecoverArgs, out: &mut Out) -> u8 {
    saved::ended(run(args, out), out)
}

fn run(args: &RecoverArgs, out: &mut Out) -> Result<u8, Failure> {
    if args.into.is_none() {
        args.how.only_with_into()?;
        saved::refuse_terminal(args.out.as_deref(), out)?;
    }
    let recovered = build(args)?;
    if let Some(file) = &args.into {
        edit::into(file, &args.how, out, |draft| {
            let existing = draft.loaded();
            // Nothing else is replaced.
            if recovered.config().users.names().any(|name| args.force && existing.config().users.contains(name)) {
                recovered.may_replace(existing, file)?;
            }
            kubeconfig::edit::add(draft, recovered.config(), args.force)
        })?;
    } else {
        let options = WriteOptions::new().force(args.force);
        saved::put(args.out.as_deref(), recovered.to_yaml(), |path| recovered.write(path, &options), out)?;
    }
    for (context, server) in recovered.contexts() {
        say(&format_args!("{} -> {}", Printable(context), Printable(server)));
    }
    if let Some(certificate) = recovered.certificate() {
        let until = cert::rfc3339(certificate.not_after());
        say(&format_args!("as {}, valid until {until}", Printable(certificate.subject())));
    }
    for note in recovered.notes() {
        say(&format_args!("{}: {note}", if note.is_doubt() { "warning" } else { "note" }));
    }
    Ok(if recovered.is_doubtful() { 3 } else { 0 })
}

fn build(args: &RecoverArgs) -> Result<Recovered, Failure> {
    let mut recovery = match args.state.as_path() {
        stdin if stdin == Path::new("-") => Recovery::from_bytes(load::read(stdin)?).map_err(|e| e.in_file(stdin))?,
        path => Recovery::open(path)?,
    };
    if let Some(url) = &args.server {
        recovery = recovery.server(url);
    }
    if let Some(name) = &args.name {
        recovery = recovery.name(name);
    }
    Ok(recovery.older(args.older).build()?)
}
