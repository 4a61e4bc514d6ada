//! `set-credentials` and `delete-user`.

use crate::contexts::say_uncovered;
use crate::edit::{EditArgs, edit, quoted, shown, unexpected};
use crate::output::{Failure, Out, say};
use crate::pflag;
use clap::Args;
use kubeconfig::Secret;
use kubeconfig::edit::{self, SetCredentials};
use kubeconfig::load::{Environment, Subject};

#[derive(Args)]
pub(crate) struct SetCredentialsArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The user, which is made if it is not there
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// A file with the client certificate
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<String>,
    /// A file with its key
    #[arg(long, value_name = "FILE")]
    client_key: Option<String>,
    /// Put those files themselves into the kubeconfig
    #[arg(long)]
    embed_certs: bool,
    /// A bearer token; takes the place of --username and --password
    #[arg(long)]
    token: Option<String>,
    /// A name for basic authentication; takes the place of --token
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// Its password
    #[arg(long)]
    password: Option<String>,
    /// A login plugin of old: oidc
    #[arg(long, value_name = "NAME")]
    auth_provider: Option<String>,
    /// A setting of it, or KEY- to remove one; may be repeated, or hold several with commas
    #[arg(long = "auth-provider-arg", value_name = "KEY=VALUE")]
    auth_provider_args: Vec<String>,
    /// A command that prints credentials; a path starts from the kubeconfig's folder
    #[arg(long, value_name = "COMMAND")]
    exec_command: Option<String>,
    /// The protocol it speaks, as client.authentication.k8s.io/v1
    #[arg(long, value_name = "VERSION")]
    exec_api_version: Option<String>,
    /// An argument of it, in the place of all there are; may be repeated, or hold several with commas
    #[arg(long = "exec-arg", value_name = "ARGUMENT")]
    exec_args: Option<Vec<String>>,
    /// A variable of its environment, or NAME- to remove one; may be repeated
    #[arg(long = "exec-env", value_name = "NAME=VALUE")]
    exec_env: Vec<String>,
    /// Whether it may ask on the terminal: Never, IfAvailable or Always
    #[arg(long, value_name = "MODE")]
    exec_interactive_mode: Option<String>,
    /// Whether it is told about the cluster
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = pflag::boolean)]
    exec_provide_cluster_info: Option<bool>,
}

pub(crate) fn set_credentials(args: &SetCredentialsArgs, out: &mut Out) -> Result<u8, Failure> {
    let [name] = &*args.names else { return unexpected("set-credentials", &args.names, out) };
    let change = match change(args) {
        Ok(change) => change,
        Err(Complaint::WithHelp(line)) => {
            out.text(&pflag::help("set-credentials"))?;
            return Err(Failure::said(line));
        }
        Err(Complaint::Plain(line)) => return Err(Failure::said(line)),
    };
    let here = Environment::process();
    if edit(&args.edit, out, |draft| change.apply(draft, name, here.cwd()))?.is_some() {
        out.text(&format!("User {} set.\n", quoted(name)))?;
    }
    Ok(0)
}

/// What is wrong with flags. kubectl shows its help with some errors.
enum Complaint {
    Plain(String),
    WithHelp(String),
}

fn change(args: &SetCredentialsArgs) -> Result<SetCredentials, Complaint> {
    let secret = |text: &String| Secret::new(text.clone());
    let list = |flag: &str, values: &[String]| -> Result<Vec<String>, Complaint> {
        let lists: Result<Vec<_>, _> = values.iter().map(|value| pflag::list(value)).collect();
        Ok(lists.map_err(|why| Complaint::Plain(format!("--{flag}: {why}")))?.concat())
    };
    let mut change = SetCredentials::default();
    change.client_certificate.clone_from(&args.client_certificate);
    change.client_key.clone_from(&args.client_key);
    change.embed_certs = args.embed_certs;
    change.token = args.token.as_ref().map(secret);
    change.username.clone_from(&args.username);
    change.password = args.password.as_ref().map(secret);
    change.auth_provider.clone_from(&args.auth_provider);
    change.auth_provider_args = pairs("auth-provider-arg", &list("auth-provider-arg", &args.auth_provider_args)?)?;
    change.exec.command.clone_from(&args.exec_command);
    change.exec.api_version.clone_from(&args.exec_api_version);
    if let Some(args) = &args.exec_args {
        change.exec.args = Some(list("exec-arg", args)?.into_iter().map(Secret::new).collect());
    }
    change.exec.env = pairs("exec-env", &args.exec_env)?;
    if let Some(mode) = &args.exec_interactive_mode {
        if !["Never", "IfAvailable", "Always"].contains(&mode.as_str()) {
            let line = "--exec-interactive-mode is Never, IfAvailable or Always";
            return Err(Complaint::Plain(line.to_owned()));
        }
    }
    change.exec.interactive_mode.clone_from(&args.exec_interactive_mode);
    change.exec.provide_cluster_info = args.exec_provide_cluster_info;
    Ok(change)
}

/// Keys with the values to set; `None` removes one.
type Pairs = Vec<(String, Option<Secret<String>>)>;

/// `KEY=VALUE` and `KEY-`; what is to be removed comes first, as in kubectl.
fn pairs(flag: &str, texts: &[String]) -> Result<Pairs, Complaint> {
    let (mut removed, mut set) = (Vec::new(), Vec::new());
    for text in texts {
        match (text.split_once('='), text.strip_suffix('-')) {
            (Some((key, value)), _) if !key.is_empty() => {
                set.push((key.to_owned(), Some(Secret::new(value.to_owned()))))
            }
            (None, Some(key)) if !key.is_empty() => removed.push((key.to_owned(), None)),
            // The text may be a secret.
            _ => return Err(Complaint::WithHelp(format!("--{flag} is KEY=VALUE, or KEY- to remove one"))),
        }
    }
    removed.append(&mut set);
    Ok(removed)
}

#[derive(Args)]
pub(crate) struct DeleteUserArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The user
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

pub(crate) fn delete_user(args: &DeleteUserArgs, out: &mut Out) -> Result<u8, Failure> {
    let [name] = &*args.names else { return Err(Failure::said("name the one user to delete")) };
    let edited = edit(&args.edit, out, |draft| {
        let file = draft.file_of(Subject::User(name)).to_owned();
        edit::delete_user(&mut draft.config, name).map(|user| (file, user))
    })?;
    let Some(edited) = edited else { return Ok(0) };
    let (file, user) = edited.value;
    out.text(&format!("deleted user {} from {}\n", out.name(name), shown(&file)))?;
    say_uncovered(&edited.uncovered, out)?;
    let held = args.edit.how.store().copies_holding(&user);
    for copy in held.copies {
        out.text(&format!("a kept copy still holds the credentials: {}\n", shown(&copy.path)))?;
    }
    for error in held.unread {
        say(&format_args!("warning: kept copies could not be searched for the credentials: {error}"));
    }
    Ok(0)
}
