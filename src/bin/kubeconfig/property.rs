//! `set` and `unset`.

use crate::edit::{EditArgs, edit, quoted, unexpected};
use crate::output::{Failure, Out};
use clap::Args;
use kubeconfig::edit;

#[derive(Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// What to set, as clusters.NAME.server or clusters["NAME"].server, and to which value
    #[arg(value_names = ["PROPERTY", "VALUE"], num_args = 0..)]
    arguments: Vec<String>,
    /// The value of a field like certificate-authority-data is the bytes themselves, not their base64
    #[arg(long)]
    set_raw_bytes: bool,
}

pub(crate) fn set(args: &SetArgs, out: &mut Out) -> Result<u8, Failure> {
    let [path, value] = &*args.arguments else { return unexpected("set", &args.arguments, out) };
    let store = args.edit.how.store();
    let edited = edit(&args.edit, out, |draft| {
        let file = draft.default_file().to_owned();
        let before = draft.config.current_context().map(str::to_owned);
        match args.set_raw_bytes {
            true => edit::set_property_bytes(&mut draft.config, path, value)?,
            false => edit::set_property(&mut draft.config, path, value)?,
        }
        let is_other = draft.config.current_context() != before.as_deref();
        Ok((file, before.filter(|_| is_other)))
    })?;
    if let Some(edited) = edited {
        // As after use-context, `use-context -` leads back.
        if let (file, Some(before)) = &edited.value {
            store.remember_context(file, before);
        }
        out.text(&format!("Property {} set.\n", quoted(path)))?;
    }
    Ok(0)
}

#[derive(Args)]
pub(crate) struct UnsetArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// What to remove: a field, an entry as users.NAME, or a list as clusters
    #[arg(value_name = "PROPERTY")]
    arguments: Vec<String>,
}

pub(crate) fn unset(args: &UnsetArgs, out: &mut Out) -> Result<u8, Failure> {
    let [path] = &*args.arguments else { return unexpected("unset", &args.arguments, out) };
    if edit(&args.edit, out, |draft| edit::unset_property(&mut draft.config, path))?.is_some() {
        out.text(&format!("Property {} unset.\n", quoted(path)))?;
    }
    Ok(0)
}
