//! `view`: kubectl's view of a configuration.

use crate::args::ViewArgs;
use crate::load;
use crate::output::{Failure, Out};
use kubeconfig::Printable;
use kubeconfig::config::View;

enum Format {
    Yaml,
    Json,
}

pub(crate) fn view(args: &ViewArgs, out: &mut Out) -> Result<u8, Failure> {
    let format = format(args.template.as_ref().map_or(&args.output, |_| "template"))?;
    let mut loaded = if args.merge {
        load::config(&args.source)?
    } else if args.source.explicit().is_some() {
        load::loader(&args.source)?.load()?
    } else {
        return Err(Failure::said("--merge=false shows one file as it is; name it with --kubeconfig"));
    };
    if args.minify {
        loaded = loaded.minify(args.overrides.context.as_deref())?;
    }
    if args.flatten {
        loaded = loaded.flatten()?;
    }
    let view = View::of(loaded.config()).raw(args.raw || args.flatten);
    let text = match format {
        Format::Yaml => view.to_yaml()?,
        Format::Json => view.to_json()?,
    };
    out.text(&text)?;
    Ok(0)
}

fn format(name: &str) -> Result<Format, Failure> {
    let (kind, _template) = name.split_once('=').unwrap_or((name, ""));
    match kind.to_ascii_lowercase().as_str() {
        "yaml" => Ok(Format::Yaml),
        "json" => Ok(Format::Json),
        "jsonpath" | "jsonpath-as-json" | "jsonpath-file" => Err(Failure::said(format_args!(
            "-o {kind} is kubectl's own; take -o json, and a program like jq to choose from it"
        ))),
        "go-template" | "go-template-file" | "template" | "templatefile" => Err(Failure::said(format_args!(
            "-o {kind} is kubectl's own; take -o json, and a program like jq to shape it"
        ))),
        "name" => {
            Err(Failure::said("-o name says nothing of a kubeconfig; take `get-contexts -o name`, or -o yaml, -o json"))
        }
        _ => Err(Failure::said(format_args!("unknown output format {:?}; it is yaml or json", Printable(kind)))),
    }
}
