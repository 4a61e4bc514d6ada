//! `prune`: clusters and users that no context uses.

use crate::contexts::{say_removed, say_uncovered};
use crate::edit::{EditArgs, edit};
use crate::output::{Failure, Out, say};
use clap::Args;
use kubeconfig::edit::{self, Followers};

#[derive(Args)]
pub(crate) struct PruneArgs {
    #[command(flatten)]
    edit: EditArgs,
}

pub(crate) fn prune(args: &PruneArgs, out: &mut Out) -> Result<u8, Failure> {
    let Some(edited) = edit(&args.edit, out, edit::prune)? else { return Ok(0) };
    say_removed(&edited.value, "deleted", out)?;
    say_uncovered(&edited.uncovered, out)?;
    if edited.value == Followers::default() {
        say(&"every cluster and every user is used by a context");
    }
    Ok(0)
}
