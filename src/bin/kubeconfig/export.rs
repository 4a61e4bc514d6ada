//! `export`: a self-contained backup, and a summary of what each context still depends on.

use crate::args::ExportArgs;
use crate::load;
use crate::output::{Failure, Out, say};
use crate::saved;
use kubeconfig::export::Backup;
use kubeconfig::rancher;
use kubeconfig::store::WriteOptions;

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
    Ok(if report.stands_alone() || args.allow_dependent { 0 } else { 3 })
}

fn build(args: &ExportArgs) -> Result<Backup, Failure> {
    let loaded = load::loader(&args.source)?.load()?;
    let mut export = loaded.export().contexts(&args.contexts).judge(rancher::judge);
    export = export.amend(|config| rancher::outage::keep_lifetimes(&loaded, config));
    if args.direct_only {
        export = export.filter(rancher::direct).current_by(rancher::prefer_direct_of(loaded.config()));
    } else if args.prefer_direct {
        export = export.current_by(rancher::prefer_direct);
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
