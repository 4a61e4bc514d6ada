//! `current-context`, `get-contexts`, `get-clusters`, `get-users`: kubectl's small reading verbs.

use crate::args::{GetContextsArgs, PlainArgs};
use crate::load;
use crate::output::{Failure, Out};
use kubeconfig::Printable;

/// kubectl's tables: no column is narrower than this, the gap to the next one included.
const NARROWEST: usize = 6;
const GAP: usize = 3;

pub(crate) fn current_context(args: &PlainArgs, out: &mut Out) -> Result<u8, Failure> {
    let loaded = load::config(&args.source)?;
    let name = loaded.config().current_context().ok_or_else(|| Failure::said("current-context is not set"))?;
    let line = out.name(name);
    out.text(&format!("{line}\n"))?;
    Ok(0)
}

pub(crate) fn clusters(args: &PlainArgs, out: &mut Out) -> Result<u8, Failure> {
    let loaded = load::config(&args.source)?;
    names(loaded.config().clusters.names(), out)
}

pub(crate) fn users(args: &PlainArgs, out: &mut Out) -> Result<u8, Failure> {
    let loaded = load::config(&args.source)?;
    names(loaded.config().users.names(), out)
}

fn names<'a>(names: impl Iterator<Item = &'a str>, out: &mut Out) -> Result<u8, Failure> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let mut text = String::from("NAME\n");
    for name in names {
        text.push_str(&out.name(name));
        text.push('\n');
    }
    out.text(&text)?;
    Ok(0)
}

pub(crate) fn contexts(args: &GetContextsArgs, out: &mut Out) -> Result<u8, Failure> {
    let only_names = match args.output.as_str() {
        "" => false,
        "name" => true,
        other => {
            return Err(Failure::said(format_args!("-o {} is not available here, only -o name", Printable(other))));
        }
    };
    let loaded = load::config(&args.source)?;
    let config = loaded.config();
    let (mut shown, mut missing) = (Vec::new(), Vec::new());
    if args.names.is_empty() {
        shown.extend(config.contexts.iter());
    }
    for name in &args.names {
        match config.contexts.get(name) {
            Some(context) => shown.push((name.as_str(), context)),
            None => missing.push(format!("context {} not found", Printable(name))),
        }
    }
    shown.sort_unstable_by_key(|(name, _)| *name);

    let current = config.current_context().unwrap_or_default();
    let mut text = String::new();
    if !args.no_headers && !only_names {
        text.push_str("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n");
    }
    for (name, context) in shown {
        if !only_names {
            text.push_str(if current == name { "*\t" } else { "\t" });
        }
        text.push_str(&out.name(name));
        if !only_names {
            for cell in [&context.cluster, &context.user, &context.namespace] {
                text.push('\t');
                text.push_str(&out.name(cell.as_deref().unwrap_or_default()));
            }
        }
        text.push('\n');
    }
    out.text(&in_columns(&text))?;
    if missing.is_empty() { Ok(0) } else { Err(Failure::Said(missing)) }
}

/// Lines of cells with tabs between them, as Go's `tabwriter` sets them for kubectl: a tab or a line end in a name counts
/// as one, the last cell of a line has no part in its column, and a column is as wide as its widest cell and the gap.
pub(crate) fn in_columns(text: &str) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for line in text.split_terminator('\n') {
        let cells = line.split('\t').count();
        for (i, cell) in line.split('\t').take(cells - 1).enumerate() {
            let width = (cell.chars().count() + GAP).max(NARROWEST);
            match widths.get_mut(i) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut set = String::new();
    for line in text.split_terminator('\n') {
        let mut cells = line.split('\t').zip(widths.iter().map(Some).chain([None])).peekable();
        while let Some((cell, width)) = cells.next() {
            set.push_str(cell);
            if let (Some(width), Some(_)) = (width, cells.peek()) {
                set.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
            }
        }
        set.push('\n');
    }
    set
}
