//! `set-cluster` and `delete-cluster`.

use crate::contexts::say_uncovered;
use crate::edit::{EditArgs, edit, quoted, shown, unexpected};
use crate::output::{Failure, Out};
use crate::pflag;
use clap::Args;
use kubeconfig::edit::{self, SetCluster};
use kubeconfig::load::{Environment, Subject};

#[derive(Args)]
pub(crate) struct SetClusterArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The cluster, which is made if it is not there
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// URL of the API server
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The name to check in the server's certificate; another --server removes it
    #[arg(long, value_name = "NAME")]
    tls_server_name: Option<String>,
    /// Whether the server's certificate is not checked; without this flag it is from now on, as with kubectl
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = pflag::boolean)]
    insecure_skip_tls_verify: Option<bool>,
    /// A file with the certificates to trust
    #[arg(long, value_name = "FILE")]
    certificate_authority: Option<String>,
    /// Put that file itself into the kubeconfig
    #[arg(long)]
    embed_certs: bool,
    /// A proxy: http, https or socks5; empty removes it
    #[arg(long, value_name = "URL")]
    proxy_url: Option<String>,
}

pub(crate) fn set_cluster(args: &SetClusterArgs, out: &mut Out) -> Result<u8, Failure> {
    let [name] = &*args.names else { return unexpected("set-cluster", &args.names, out) };
    let mut change = SetCluster::default();
    change.server.clone_from(&args.server);
    change.tls_server_name.clone_from(&args.tls_server_name);
    // To kubectl the flag is false where it is not given.
    change.insecure_skip_tls_verify = Some(args.insecure_skip_tls_verify.unwrap_or(false));
    change.certificate_authority.clone_from(&args.certificate_authority);
    change.embed_certs = args.embed_certs;
    change.proxy_url.clone_from(&args.proxy_url);
    let here = Environment::process();
    if edit(&args.edit, out, |draft| change.apply(draft, name, here.cwd()))?.is_some() {
        out.text(&format!("Cluster {} set.\n", quoted(name)))?;
    }
    Ok(0)
}

#[derive(Args)]
pub(crate) struct DeleteClusterArgs {
    #[command(flatten)]
    edit: EditArgs,
    /// The cluster
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

pub(crate) fn delete_cluster(args: &DeleteClusterArgs, out: &mut Out) -> Result<u8, Failure> {
    let [name] = &*args.names else {
        out.text(&pflag::help("delete-cluster"))?;
        return Ok(0);
    };
    let edited = edit(&args.edit, out, |draft| {
        let file = draft.file_of(Subject::Cluster(name)).to_owned();
        edit::delete_cluster(&mut draft.config, name).map(|()| file)
    })?;
    let Some(edited) = edited else { return Ok(0) };
    out.text(&format!("deleted cluster {} from {}\n", out.name(name), shown(&edited.value)))?;
    say_uncovered(&edited.uncovered, out)?;
    Ok(0)
}
