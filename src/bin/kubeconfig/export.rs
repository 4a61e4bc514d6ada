//! `export`: a self-contained backup, and a summary of what each context still depends on.

use crate::args::ExportArgs;
use crate::load;
use crate::output::{Failure, Out, say};
use kubeconfig::export::Backup;
use kubeconfig::store::WriteOptions;
use kubeconfig::{Printable, rancher};
use std::path::Path;

pub(crate) fn export(args: &ExportArgs, out: &mut Out) -> Result<u8, Failure> {
    let backup = match build(args, out) {
        Ok(backup) => backup,
        Err(failure) => {
            failure.report();
            say(&"nothing was written");
            return Ok(1);
        }
    };
    match args.out.as_deref() {
        Some(path) if path != Path::new("-") => {
            let saved = match backup.write(path, &WriteOptions::new().force(args.force)) {
                Ok(saved) => saved,
                Err(error) => {
                    let text = error.to_string();
                    Failure::from(error).report();
                    // Some errors say themselves what became of the file.
                    if !["written", "was changed"].iter().any(|word| text.contains(word)) {
                        say(&"nothing was written");
                    }
                    return Ok(1);
                }
            };
            let deed = if saved.written.replaced { "replaced" } else { "wrote" };
            say(&format_args!("{deed} {}", Printable(&saved.written.path.to_string_lossy())));
            if let Some(folder) = &saved.git_work_tree {
                let folder = folder.to_string_lossy();
                say(&format_args!(
                    "warning: it lies in the git work tree {}; take care not to commit it",
                    Printable(&folder)
                ));
            }
        }
        _ => {
            out.text(backup.to_yaml())?;
            out.flush()?;
        }
    }
    let report = backup.report();
    say(&report.to_string().trim_end());
    Ok(if report.stands_alone() || args.allow_dependent { 0 } else { 3 })
}

fn build(args: &ExportArgs, out: &Out) -> Result<Backup, Failure> {
    if args.out.is_none() && out.is_terminal() {
        return Err(Failure::said(
            "credentials are not shown on a terminal; --out FILE writes a file, --out - shows them",
        ));
    }
    let loaded = load::loader(&args.source)?.load()?;
    let mut export = loaded.export().contexts(&args.contexts).judge(rancher::judge);
    if args.direct_only {
        export = export.filter(rancher::direct);
    }
    if args.prefer_direct {
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
