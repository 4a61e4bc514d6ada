//! `export`: a self-contained backup, and a summary of what each context still depends on.

use crate::args::ExportArgs;
use crate::load;
use crate::output::{Failure, Out, say};
use crate::saved;
use kubeconfig::export::{Backup, Dependence};
use kubeconfig::rancher::outage::{Fault, Outage, OutageReport, Verdict};
use kubeconfig::store::WriteOptions;
use kubeconfig::{Kubeconfig, Loaded, Printable, rancher};
use rustls_pki_types::UnixTime;
use std::collections::HashSet;

pub(crate) fn export(args: &ExportArgs, out: &mut Out) -> u8 {
    saved::ended(run(args, out))
}

fn run(args: &ExportArgs, out: &mut Out) -> Result<u8, Failure> {
    saved::refuse_terminal(args.out.as_deref(), out)?;
    let backup = build(args)?;
    let options = WriteOptions::new().force(args.force);
    saved::put(args.out.as_deref(), backup.to_yaml(), |path| backup.write(path, &options), out)?;
    let report = backup.report();
    say(&report.to_string().trim_end());
    say_tokens_of_rancher(&backup);
    Ok(if report.stands_alone() || args.allow_dependent { 0 } else { 3 })
}

/// Such a context stands alone until its token ends, and nothing in the token says when that is.
fn say_tokens_of_rancher(backup: &Backup) {
    const SHOWN: usize = 3;
    let names = rancher::direct_with_rancher_token(backup.config());
    let shown: Vec<_> = names.iter().take(SHOWN).map(|name| Printable(name).to_string()).collect();
    let (contexts, log) = if names.len() == 1 { ("context", "logs") } else { ("contexts", "log") };
    let more = if names.len() > SHOWN { ", …" } else { "" };
    if !names.is_empty() {
        say(&format_args!(
            "note: {} direct {contexts} {log} in with a token of Rancher's ({}{more}), which does not say when it ends; kubeconfig outage tells what is known of that",
            names.len(),
            shown.join(", "),
        ));
    }
}

fn build(args: &ExportArgs) -> Result<Backup, Failure> {
    let loaded = load::loader(&args.source)?.load()?;
    let needs_drill = args.direct_only || args.prefer_direct;
    let has_tokens = || !rancher::direct_with_rancher_token(loaded.config()).is_empty();
    let drill = (needs_drill || has_tokens()).then(|| Outage::at(UnixTime::now()).run(&[&loaded]));
    let best = drill.as_ref().and_then(|drill| best(drill, &loaded));
    let mut export = loaded.export().contexts(&args.contexts).judge(rancher::judge).judge(refused(drill.as_ref()));
    export = export.amend(|config| rancher::outage::keep_lifetimes(&loaded, config));
    if args.direct_only {
        export = export.filter(rancher::direct);
    }
    if needs_drill {
        let otherwise = rancher::prefer_direct_of(loaded.config());
        export = export.current_by(move |config| {
            let is_best = |name: &&str| best.as_deref() == Some(*name);
            config.contexts.names().find(is_best).or_else(|| otherwise(config))
        });
    }
    for server in &args.servers {
        export = match &server.context {
            Some(context) => export.server_of(context, &server.url),
            None => export.server(&server.url),
        };
    }
    if let Some(name) = &args.name {
        export = export.name(name);
    }
    Ok(export.build()?)
}

/// The way into the cluster of the current context that is in the best state, if that one leads through Rancher or there is none.
fn best(drill: &OutageReport, loaded: &Loaded) -> Option<String> {
    let config = loaded.config();
    let cluster = match config.current_context() {
        Some(current) if rancher::direct(config).contains(&current) => return None,
        Some(current) => drill.clusters.iter().find(|one| one.ways.iter().any(|way| way.context == current))?,
        None => drill.clusters.iter().find(|one| one.verdict == Verdict::Yes)?,
    };
    Some(cluster.by().next()?.context.clone())
}

/// The contexts whose token Rancher bound to another cluster, or to none: their own file shows it, and the backup no more.
fn refused(drill: Option<&OutageReport>) -> impl for<'c> Fn(&'c Kubeconfig) -> Vec<(&'c str, Dependence)> + use<> {
    let ways = drill.into_iter().flat_map(|drill| &drill.clusters).flat_map(|cluster| &cluster.ways);
    let names: HashSet<String> =
        ways.filter(|way| way.faults.contains(&Fault::NotBound)).map(|way| way.context.clone()).collect();
    move |config| {
        let of = config.contexts.names().filter(|name| names.contains(*name));
        of.map(|name| (name, Dependence::UnprovenToken)).collect()
    }
}
