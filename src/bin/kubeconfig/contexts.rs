//! `use-context`, `set-context`, `rename-context`, `delete-context`.

use crate::edit::{EditArgs, edit, quoted, shown, unexpected};
use crate::outage;
use crate::output::{Failure, Out, complain, say};
use crate::pointer;
use clap::Args;
use kubeconfig::access::Verdict;
use kubeconfig::edit::{self, Followers, SetContext};
use kubeconfig::load::Subject;
use kubeconfig::rancher::outage::{ClusterVerdict, Outage};
use kubeconfig::store::Uncovered;
use kubeconfig::{Loaded, Printable};
use rustls_pki_types::UnixTime;

#[derive(Args)]
pub(crate) struct UseContextArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The context; - is the one before
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The way into this cluster that does not need Rancher: by its name, its id, a context that leads into it, or its entry
    #[arg(long, value_name = "CLUSTER")]
    direct: Option<String>,
}

pub(crate) fn use_context(args: &UseContextArgs, out: &mut Out) -> Result<u8, Failure> {
    let (asked, direct) = match (&*args.names, &args.direct) {
        ([name], None) => (name.as_str(), None),
        ([], Some(cluster)) => ("", Some(cluster.as_str())),
        _ => return unexpected("use-context", &args.names, out),
    };
    let store = args.edit.how.store();
    let mut gone = None;
    let mut found = None;
    let edited = edit(&args.edit, out, |draft| {
        let file = draft.default_file().to_owned();
        let name = match direct {
            Some(asked) => {
                // Whoever asks for it is without Rancher already.
                let report = Outage::at(UnixTime::now()).rancher_down(true).run(&[draft.loaded()]);
                found = Some((report.cluster(asked)?.clone(), draft.loaded().clone()));
                report.way_into(asked)?.context().to_owned()
            }
            None if asked == "-" && !draft.config.contexts.contains("-") => {
                let name = store.previous_context(&file)?;
                gone = (!draft.config.contexts.contains(&name)).then(|| name.clone());
                name
            }
            None => asked.to_owned(),
        };
        let before = edit::use_context(&mut draft.config, &name)?;
        Ok((name, before, file))
    });
    if let Some(name) = gone {
        return Err(Failure::said(format!(
            "the context before, {}, is not there any more: name another",
            quoted(&name)
        )));
    }
    if let Some((cluster, loaded)) = &found {
        say_doubts(cluster, loaded);
        if cluster.verdict == Verdict::No {
            return Ok(1);
        }
    }
    let Some(edited) = edited? else { return Ok(0) };
    let (name, before, file) = edited.value;
    if let Some(before) = before {
        store.remember_context(&file, &before);
    }
    out.text(&format!("Switched to context {}.\n", quoted(&name)))?;
    Ok(0)
}

/// Says why the context that was chosen may not work, or why there is none, and what to do.
fn say_doubts(cluster: &ClusterVerdict, loaded: &Loaded) {
    match cluster.by().next() {
        Some(way) => {
            for reason in way.access.reasons() {
                say(&format_args!("warning: {} may not work: {reason}", Printable(way.context())));
            }
        }
        None => {
            complain(&cluster.unreached());
            say(&outage::details(cluster).trim_end());
        }
    }
    if cluster.is_explained_by_check() {
        pointer::to_check([loaded], None);
    }
}

#[derive(Args)]
pub(crate) struct SetContextArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The context, which is made if it is not there
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Change the current context
    #[arg(long)]
    current: bool,
    /// The name of the cluster; empty removes it
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// The name of the user; empty removes it
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The namespace used where none is named; empty removes it
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
}

pub(crate) fn set_context(args: &SetContextArgs, out: &mut Out) -> Result<u8, Failure> {
    let name = match &*args.names {
        [] if args.current => None,
        [name] if args.current && !name.is_empty() => {
            return Err(Failure::said("you cannot specify both a context name and --current"));
        }
        [_] if args.current => None,
        [name] if !name.is_empty() => Some(name.as_str()),
        [] | [_] => return Err(Failure::said("you must specify a non-empty context name or --current")),
        several => return unexpected("set-context", several, out),
    };
    let mut change = SetContext::default();
    change.cluster.clone_from(&args.cluster);
    change.user.clone_from(&args.user);
    change.namespace.clone_from(&args.namespace);
    let mut has_name = true;
    let edited = edit(&args.edit, out, |draft| {
        let current = draft.config.current_context().map(str::to_owned);
        let name = name.map(str::to_owned).or(current).unwrap_or_default();
        has_name = !name.is_empty();
        let is_new = has_name && change.apply(&mut draft.config, &name);
        Ok((name, is_new))
    })?;
    if !has_name {
        return Err(Failure::said("no current context is set"));
    }
    let Some(edited) = edited else { return Ok(0) };
    let (name, is_new) = edited.value;
    out.text(&format!("Context {} {}.\n", quoted(&name), if is_new { "created" } else { "modified" }))?;
    Ok(0)
}

#[derive(Args)]
pub(crate) struct RenameContextArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The old name and the new
    #[arg(value_names = ["OLD", "NEW"], num_args = 0..)]
    names: Vec<String>,
    /// Rename its cluster and its user too, unless another context uses them
    #[arg(long)]
    cascade: bool,
}

pub(crate) fn rename_context(args: &RenameContextArgs, out: &mut Out) -> Result<u8, Failure> {
    let [old, new] = &*args.names else { return unexpected("rename-context", &args.names, out) };
    let store = args.edit.how.store();
    let edited = edit(&args.edit, out, |draft| {
        let file = draft.default_file().to_owned();
        edit::rename_context(draft, old, new, args.cascade).map(|followers| (followers, file))
    })?;
    let Some(edited) = edited else { return Ok(0) };
    let (followers, file) = &edited.value;
    // `use-context -` leads back to it under its new name.
    if store.previous_context(file).is_ok_and(|previous| previous == *old) {
        store.remember_context(file, new);
    }
    let mut said = format!("Context {} renamed to {}.\n", quoted(old), quoted(new));
    for (what, names) in [("Cluster", &followers.clusters), ("User", &followers.users)] {
        for name in names.iter().filter(|name| *name != new) {
            said.push_str(&format!("{what} {} renamed to {}.\n", quoted(name), quoted(new)));
        }
    }
    out.text(&said)?;
    Ok(0)
}

#[derive(Args)]
pub(crate) struct DeleteContextArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The context
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Delete its cluster and its user too, unless another context uses them
    #[arg(long)]
    cascade: bool,
}

pub(crate) fn delete_context(args: &DeleteContextArgs, out: &mut Out) -> Result<u8, Failure> {
    let [name] = &*args.names else {
        out.text(&crate::pflag::help("delete-context"))?;
        return Ok(0);
    };
    let edited = edit(&args.edit, out, |draft| {
        let file = draft.file_of(Subject::Context(name)).to_owned();
        let was_current = draft.config.current_context() == Some(name);
        let removed = edit::delete_context(draft, name, args.cascade)?;
        Ok((file, was_current, removed))
    })?;
    let Some(edited) = edited else { return Ok(0) };
    let (file, was_current, removed) = edited.value;
    if was_current {
        say(&"warning: this removed your active context, use \"kubeconfig use-context\" to select a different one");
    }
    out.text(&format!("deleted context {} from {}\n", out.name(name), shown(&file)))?;
    say_removed(&removed, "deleted", out)?;
    say_uncovered(&edited.uncovered, out)?;
    Ok(0)
}

/// A line for each of them.
pub(crate) fn say_removed(removed: &Followers, deed: &str, out: &mut Out) -> Result<(), Failure> {
    for (what, names) in [("cluster", &removed.clusters), ("user", &removed.users)] {
        for name in names {
            out.text(&format!("{deed} {what} {}\n", out.name(name)))?;
        }
    }
    Ok(())
}

/// That what was removed is there still, out of a later file.
pub(crate) fn say_uncovered(uncovered: &[Uncovered], out: &mut Out) -> Result<(), Failure> {
    for entry in uncovered {
        let Some(section) = entry.section else { continue };
        let what = section.key().trim_end_matches('s');
        let (name, file) = (out.name(&entry.name), shown(&entry.path));
        out.text(&format!("{file} has a {what} {name} too, which is used from now on\n"))?;
    }
    Ok(())
}
