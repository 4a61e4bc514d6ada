//! `ace`: adds the direct contexts of an authorized cluster endpoint.

use crate::args::{Source, path};
use crate::edit::{self, HowArgs};
use crate::load;
use crate::output::{Failure, Out, say};
use crate::saved;
use clap::{ArgGroup, Args};
use kubeconfig::rancher::{AuthorizedEndpoint, ControlPlaneNode, Extended};
use kubeconfig::store::WriteOptions;
use kubeconfig::{Loader, Printable};
use rustls_pki_types::UnixTime;
use std::path::PathBuf;

#[derive(Args)]
#[command(group = ArgGroup::new("endpoint").required(true).args(["fqdn", "nodes", "from"]))]
#[command(group = ArgGroup::new("authority").args(["ca", "ca_public"]))]
#[command(group = ArgGroup::new("credentials").args(["user", "credentials_from"]))]
pub(crate) struct AceArgs {
    #[command(flatten)]
    source: Source,
    /// The context through Rancher beside which the direct ones are added
    context: String,
    /// The name under which the control plane is reached; without a port clients use 443
    #[arg(long, value_name = "HOST[:PORT]")]
    fqdn: Option<String>,
    /// A control-plane node; may be repeated
    #[arg(long = "node", value_name = "NAME=ADDR", value_parser = node)]
    nodes: Vec<ControlPlaneNode>,
    /// A file that tells the endpoint: a Rancher cluster object as JSON or YAML, RKE's cluster.yml or state; - is standard input
    #[arg(long, value_name = "FILE", value_parser = path())]
    from: Option<PathBuf>,
    /// The certificates to trust there: of the load balancer by FQDN, of the cluster by nodes
    #[arg(long, value_name = "FILE", value_parser = path())]
    ca: Option<PathBuf>,
    /// The certificate there is of a public CA
    #[arg(long)]
    ca_public: bool,
    /// The port of an FQDN that names none, where it is not 443
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Another user of this kubeconfig than the context's
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A kubeconfig whose credentials to use: its current context's user
    #[arg(long, value_name = "FILE", value_parser = path())]
    credentials_from: Option<PathBuf>,
    /// The file to write, mode 0600; - is standard output, even if that is a terminal
    #[arg(long, value_name = "FILE", value_parser = path())]
    out: Option<PathBuf>,
    /// The kubeconfig to add to, its comments and all else kept; it need not exist
    #[arg(long, value_name = "FILE", value_parser = path(), conflicts_with = "out")]
    into: Option<PathBuf>,
    /// Replace the file if it exists; with --into, entries of the same names
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    how: HowArgs,
}

fn node(text: &str) -> Result<ControlPlaneNode, String> {
    // An address has no `=`, a name may.
    let (name, address) = text.rsplit_once('=').ok_or("there is no = in it")?;
    let address = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    Ok(ControlPlaneNode::new(name, address))
}

pub(crate) fn ace(args: &AceArgs, out: &mut Out) -> u8 {
    saved::ended(run(args, out), out)
}

fn run(args: &AceArgs, out: &mut Out) -> Result<u8, Failure> {
    if args.into.is_none() {
        args.how.only_with_into()?;
        saved::refuse_terminal(args.out.as_deref(), out)?;
    }
    let extended = extend(args)?;
    if let Some(file) = &args.into {
        edit::into(file, &args.how, out, |draft| extended.apply(draft, args.force))?;
    } else {
        let options = WriteOptions::new().force(args.force);
        saved::put(args.out.as_deref(), extended.to_yaml(), |path| extended.write(path, &options), out)?;
    }
    for context in extended.contexts() {
        let deed = if context.is_new { "added" } else { "there already" };
        say(&format_args!(
            "{deed}: {} -> {} as {}",
            Printable(&context.name),
            Printable(&context.server),
            Printable(&context.user)
        ));
    }
    for note in extended.notes() {
        // Of the file that is changed it is told already.
        if note.unread().is_some_and(|unread| Some(&unread.file) == args.into.as_ref()) {
            continue;
        }
        let is_warning = note.is_doubt() || note.unread().is_some();
        say(&format_args!("{}: {note}", if is_warning { "warning" } else { "note" }));
    }
    let is_partial = args.into.is_none() && !extended.is_complete();
    Ok(if extended.is_likely_valid() && !is_partial { 0 } else { 3 })
}

fn extend(args: &AceArgs) -> Result<Extended, Failure> {
    let loaded = load::loader(&args.source)?.load()?;
    let mut endpoint = match (&args.fqdn, &args.from) {
        (Some(fqdn), _) => AuthorizedEndpoint::fqdn(fqdn),
        (None, Some(file)) => {
            let endpoint = AuthorizedEndpoint::read(load::read(file)?, &loaded, &args.context);
            endpoint.map_err(|error| error.in_file(file))?
        }
        (None, None) => AuthorizedEndpoint::nodes(args.nodes.iter().cloned()),
    };
    if let Some(file) = &args.ca {
        endpoint = endpoint.ca(load::read(file)?).map_err(|error| error.in_file(file))?;
    }
    if args.ca_public {
        endpoint = endpoint.public_ca();
    }
    if let Some(port) = args.port {
        endpoint = endpoint.default_port(port);
    }
    let other = match &args.credentials_from {
        Some(file) => Some(Loader::from_env().explicit(file).load()?),
        None => None,
    };
    let mut adding = endpoint.add_to(&loaded, &args.context).at(UnixTime::now());
    if let Some(user) = &args.user {
        adding = adding.user(user);
    }
    if let Some(other) = &other {
        adding = adding.credentials_from(other);
    }
    Ok(adding.build()?)
}
