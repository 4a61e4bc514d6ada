//! `export`: a self-contained backup, and a summary of what each context still depends on.

use crate::args::ExportArgs;
use crate::load;
use crate::output::{Failure, Out, say};
use crate::pointer;
use crate::saved;
use kubeconfig::Loaded;
use kubeconfig::access::Access;
use kubeconfig::export::Backup;
use kubeconfig::rancher;
use kubeconfig::rancher::outage::Outage;
use kubeconfig::store::WriteOptions;
use rustls_pki_types::UnixTime;

pub(crate) fn export(args: &ExportArgs, out: &mut Out) -> u8 {
    saved::ended(run(args, out), out)
}

fn run(args: &ExportArgs, out: &mut Out) -> Result<u8, Failure> {
    saved::refuse_terminal(args.out.as_deref(), out)?;
    let loaded = load::loader(&args.source)?.load()?;
    let backup = build(args, &loaded)?;
    let options = WriteOptions::new().force(args.force);
    saved::put(args.out.as_deref(), backup.to_yaml(), |path| backup.write(path, &options), out)?;
    let report = backup.report();
    say(&report.to_string().trim_end());
    pointer::to_uncompared(&report.contexts);
    if report.contexts.iter().any(Access::is_explained_by_check) || !report.is_complete() {
        pointer::to_check([&loaded], None);
    }
    Ok(if report.is_complete() && (report.stands_alone() || args.allow_dependent) { 0 } else { 3 })
}

fn build(args: &ExportArgs, loaded: &Loaded) -> Result<Backup, Failure> {
    let outage = Outage::at(UnixTime::now());
    let mut export = outage.export(loaded).contexts(&args.contexts);
    if args.direct_only {
        export = export.direct_only();
    }
    if args.direct_only || args.prefer_direct {
        let best = outage.best_context(loaded);
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
