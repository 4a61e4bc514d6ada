//! `export`: a self-contained backup, and a summary of what each context still depends on.

use crate::args::ExportArgs;
use crate::load;
use crate::output::{Failure, Out, say};
use crate::saved;
use kubeconfig::export::Backup;
use kubeconfig::store::WriteOptions;
use kubeconfig::{Printable, rancher};

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
