//! The command line: verbs and flags. How they are read is in `pflag.rs`.

use crate::ace::AceArgs;
use crate::certs::CertsArgs;
use crate::check::CheckArgs;
use crate::clusters::{DeleteClusterArgs, SetClusterArgs};
use crate::contexts::{DeleteContextArgs, RenameContextArgs, SetContextArgs, UseContextArgs};
use crate::merge::MergeArgs;
use crate::outage::OutageArgs;
use crate::property::{SetArgs, UnsetArgs};
use crate::prune::PruneArgs;
use crate::recover::RecoverArgs;
use crate::restore::RestoreArgs;
use crate::users::{DeleteUserArgs, SetCredentialsArgs};
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Kubeconfigs as kubectl reads them: look at them, ask what they lead to, keep backups that stand on their own.
#[derive(Parser)]
#[command(name = "kubeconfig", version, args_override_self = true)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Show the configuration as kubectl merges it, secrets hidden
    ///
    /// Sorted, with client-go's defaults and without fields it does not know: byte for byte what `kubectl config view` prints.
    /// As there, --flatten shows secrets even without --raw, and only token, password and *-data are hidden.
    View(ViewArgs),
    /// Print the name of the current context
    CurrentContext(PlainArgs),
    /// List contexts: all, or those named
    GetContexts(GetContextsArgs),
    /// List the names of the clusters
    GetClusters(PlainArgs),
    /// List the names of the users
    GetUsers(PlainArgs),
    /// Say where a context leads, before any connection: server, CA, kind of credentials, namespace
    ///
    /// Nothing is executed and nothing is connected to. Exit 0: kubectl would go on to connect. Exit 1: it would refuse the
    /// configuration, and the reasons are given.
    Resolve(ResolveArgs),
    /// Write a self-contained backup: certificates, keys and token files embedded
    ///
    /// A line per context says how it authenticates, until when, and what it still depends on. A context whose files
    /// are gone is left out, unless it was named. Exit 0: each context stands alone. Exit 3: written, but some do not,
    /// or something is not in the backup: such a context, or what kubectl does not read of a file. Exit 1: nothing was
    /// written, or the error says what was.
    Export(ExportArgs),
    /// Add direct contexts for a cluster beside its context through Rancher
    ///
    /// They are those that Rancher writes where the authorized cluster endpoint (ACE) is enabled, for a kubeconfig that lacks
    /// them. What is there already stays as it is. Exit 0: written. Exit 3: written, but in doubt: nothing shows that the
    /// token is valid on the direct way, or credentials or CA have ended; or a part of the file that kubectl does not
    /// read is not in the new one. Exit 1: nothing was written, or the error says what was.
    Ace(AceArgs),
    /// Say what is wrong with files, and what will be: kubeconfigs, RKE's files, certificates
    ///
    /// What a file is, is told from its content; a folder means every file right in it that is of a kind known here,
    /// and the data folder of a K3s or RKE2 server its certificates too. Nothing is executed and nothing is connected
    /// to. Exit 0: nothing as bad as --fail-on. Exit 1: something. Exit 2: a PATH could not be read, or nothing of a
    /// kind known here is there.
    Check(CheckArgs),
    /// List every certificate in files, those that end first at the top
    ///
    /// Of kubeconfigs those embedded and those in files that they name, each of a bundle, all of a state. What can't be
    /// read is told on standard error. Exit 0: none ends within --within. Exit 1: one does. Exit 2: a PATH, or a file that
    /// one names, could not be read, or nothing of a kind known here is there.
    Certs(CertsArgs),
    /// Make the admin kubeconfig again, from an RKE state or a K3s or RKE2 server's folder
    ///
    /// Takes cluster.rkestate, cluster.yml or kube_config_cluster.yml (the state is found beside them), the Secret or ConfigMap
    /// full-cluster-state as kubectl get prints it, an etcd snapshot of RKE, and for K3s and RKE2 a server's data folder or a tar
    /// file of it. Nothing is connected to. Exit 0: written. Exit 3: written, but it has expired, the server is not in
    /// the cluster's certificate or is this machine, or the state is in doubt. Exit 1: nothing was written, or
    /// the error says what was.
    Recover(RecoverArgs),
    /// If Rancher were down: which contexts would still reach their cluster, and until when?
    ///
    /// Per cluster yes, unknown or no, with the contexts that say so; where it is not yes, the causes, then one step
    /// that would fix it today, or with --rancher-down the steps that work without Rancher. Nothing is executed and
    /// nothing is connected to. Exit 0: yes for every cluster. Exit 1: no for some. Exit 3: unknown for some. Exit 2:
    /// not everything could be read, or there is no cluster.
    Outage(OutageArgs),
    /// Merge kubeconfigs into one in which every context keeps its own cluster and credentials
    ///
    /// kubectl merges by name: where two files have a user of one name, contexts of the second log in as the first. Here a context
    /// is taken together with its cluster and user. Exit 1: nothing was written, or the error says what was; conflicts
    /// are all listed. A warning says what kubectl does not read of a file: later documents, and keys that come again.
    Merge(MergeArgs),
    /// Choose the current context: by its name, the one before, or a way without Rancher
    #[command(visible_alias = "use", override_usage = "kubeconfig use-context [OPTIONS] <NAME | - | --direct CLUSTER>")]
    UseContext(UseContextArgs),
    /// Change a context, or make one
    #[command(override_usage = "kubeconfig set-context [OPTIONS] <NAME | --current>")]
    SetContext(SetContextArgs),
    /// Change a cluster, or make one
    #[command(override_usage = "kubeconfig set-cluster [OPTIONS] NAME")]
    SetCluster(SetClusterArgs),
    /// Change a user, or make one
    #[command(override_usage = "kubeconfig set-credentials [OPTIONS] NAME")]
    SetCredentials(SetCredentialsArgs),
    /// Set a single property of the file
    ///
    /// A name ends where a field follows: clusters.10.0.0.1.server. Where that leaves doubt it stands in brackets:
    /// clusters["my.server"].server. Nothing is checked.
    #[command(override_usage = "kubeconfig set [OPTIONS] PROPERTY VALUE")]
    Set(SetArgs),
    /// Remove a property, an entry or a whole list
    #[command(override_usage = "kubeconfig unset [OPTIONS] PROPERTY")]
    Unset(UnsetArgs),
    /// Give a context another name; with --cascade also what it alone uses
    #[command(override_usage = "kubeconfig rename-context [OPTIONS] OLD NEW")]
    RenameContext(RenameContextArgs),
    /// Delete a context; with --cascade also what it alone uses
    #[command(override_usage = "kubeconfig delete-context [OPTIONS] NAME")]
    DeleteContext(DeleteContextArgs),
    /// Delete a cluster; contexts that use it stay
    #[command(override_usage = "kubeconfig delete-cluster [OPTIONS] NAME")]
    DeleteCluster(DeleteClusterArgs),
    /// Delete a user, and say which kept copies still hold its credentials; contexts that use it stay
    #[command(override_usage = "kubeconfig delete-user [OPTIONS] NAME")]
    DeleteUser(DeleteUserArgs),
    /// Delete clusters and users that no context uses
    ///
    /// Where there is no context at all nothing tells what is of use, and nothing is deleted.
    Prune(PruneArgs),
    /// Bring an old version of a kubeconfig back: the last, or the one that is asked for; a second time undoes it
    ///
    /// A version is kept when a verb changes the file, with the time of that change: it is what the file held until then.
    /// No version is removed here, whatever --keep says; the next change does that.
    Restore(RestoreArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Where the kubeconfig is.
#[derive(Args)]
pub(crate) struct Source {
    /// The kubeconfig to read instead of $KUBECONFIG or ~/.kube/config; - is standard input
    #[arg(long, value_name = "FILE", value_parser = path())]
    kubeconfig: Option<PathBuf>,
}

impl Source {
    /// The file that was named. As in kubectl, an empty name is none.
    pub(crate) fn explicit(&self) -> Option<&PathBuf> {
        self.kubeconfig.as_ref().filter(|path| !path.as_os_str().is_empty())
    }
}

/// kubectl's flags that say what to use instead of what the kubeconfig says.
#[derive(Args)]
pub(crate) struct OverrideArgs {
    /// The context to use instead of the current one
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// The cluster to use instead of the context's
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Option<String>,
    /// The user to use instead of the context's
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The namespace to use instead of the context's
    #[arg(long, short, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// The server's address
    #[arg(long, short, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The name to check in the server's certificate
    #[arg(long, value_name = "NAME")]
    pub(crate) tls_server_name: Option<String>,
    /// Don't check the server's certificate
    #[arg(long)]
    pub(crate) insecure_skip_tls_verify: bool,
    /// A file with the certificates to trust
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate_authority: Option<String>,
    /// A file with the client certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) client_certificate: Option<String>,
    /// A file with its key
    #[arg(long, value_name = "FILE")]
    pub(crate) client_key: Option<String>,
    /// A bearer token
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// A name for basic authentication
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Its password
    #[arg(long)]
    pub(crate) password: Option<String>,
    /// The user to impersonate
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) impersonate: Option<String>,
    /// The uid to impersonate
    #[arg(long = "as-uid", value_name = "UID")]
    pub(crate) impersonate_uid: Option<String>,
    /// A group to impersonate; may be repeated
    #[arg(long = "as-group", value_name = "NAME")]
    pub(crate) impersonate_groups: Vec<String>,
    /// A property to impersonate; may be repeated
    #[arg(long = "as-user-extra", value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) impersonate_user_extra: Vec<(String, String)>,
    /// How long to wait for an answer: seconds, or as in 1m30s
    #[arg(long, value_name = "TIME")]
    pub(crate) request_timeout: Option<String>,
}

/// kubectl's other global flags. It takes them everywhere, and what they ask for does not happen here.
#[derive(Args)]
pub(crate) struct Ignored {
    #[arg(long, hide = true)]
    cache_dir: Option<OsString>,
    #[arg(long, hide = true)]
    disable_compression: bool,
    #[arg(long, hide = true)]
    log_flush_frequency: Option<String>,
    #[arg(long, hide = true)]
    match_server_version: bool,
    #[arg(long, hide = true)]
    profile: Option<String>,
    #[arg(long, hide = true)]
    profile_output: Option<OsString>,
    #[arg(long, short, hide = true)]
    v: Option<i32>,
    #[arg(long, hide = true)]
    vmodule: Option<String>,
    #[arg(long, hide = true)]
    warnings_as_errors: bool,
}

#[derive(Args)]
pub(crate) struct ViewArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    /// Show secrets and embedded data
    #[arg(long)]
    pub(crate) raw: bool,
    /// Embed the certificate and key files, so that the result can be moved; shows secrets
    #[arg(long)]
    pub(crate) flatten: bool,
    /// Only what the current context needs, or that of --context
    #[arg(long)]
    pub(crate) minify: bool,
    /// Merge all files that are found; switched off, --kubeconfig must name one
    #[arg(long, action = ArgAction::SetTrue, default_value = "true")]
    pub(crate) merge: bool,
    /// yaml or json
    #[arg(long, short, value_name = "FORMAT", default_value = "yaml")]
    pub(crate) output: String,
    #[arg(long, hide = true)]
    allow_missing_template_keys: bool,
    #[arg(long, hide = true)]
    show_managed_fields: bool,
    #[arg(long, hide = true)]
    pub(crate) template: Option<String>,
    #[command(flatten)]
    pub(crate) overrides: OverrideArgs,
    #[command(flatten)]
    ignored: Ignored,
}

/// What takes no flags of its own. kubectl ignores further arguments to these.
#[derive(Args)]
pub(crate) struct PlainArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    overrides: OverrideArgs,
    #[command(flatten)]
    ignored: Ignored,
    #[arg(hide = true)]
    arguments: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct GetContextsArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    /// The contexts to list
    pub(crate) names: Vec<String>,
    /// Leave the line with the headings out
    #[arg(long)]
    pub(crate) no_headers: bool,
    /// name: only the names
    #[arg(long, short, value_name = "FORMAT", default_value = "", hide_default_value = true)]
    pub(crate) output: String,
    #[command(flatten)]
    overrides: OverrideArgs,
    #[command(flatten)]
    ignored: Ignored,
}

#[derive(Args)]
pub(crate) struct ResolveArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) overrides: OverrideArgs,
    /// text, or json with "schema": 1
    #[arg(long, short, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(crate) output: String,
    #[command(flatten)]
    ignored: Ignored,
}

#[derive(Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    /// A context to export; may be repeated. Without it, all are
    #[arg(long = "context", value_name = "NAME")]
    pub(crate) contexts: Vec<String>,
    /// Leave out contexts that lead through Rancher, and make a direct one of the same cluster the current one
    #[arg(long)]
    pub(crate) direct_only: bool,
    /// Make a context that does not lead through Rancher the current one, if there is one
    #[arg(long)]
    pub(crate) prefer_direct: bool,
    /// The server to write, of all contexts or of context NAME; may be repeated
    #[arg(long = "server", short, value_name = "[NAME=]URL", value_parser = server)]
    pub(crate) servers: Vec<Server>,
    /// A new name for the one context, its cluster and its user
    #[arg(long, value_name = "NEW")]
    pub(crate) name: Option<String>,
    /// The file to write, mode 0600; - is standard output, even if that is a terminal
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// Exit 0 also where a context in the backup does not stand alone
    #[arg(long)]
    pub(crate) allow_dependent: bool,
}

#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// A path as it is given: not UTF-8 if it isn't, and empty if it is.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("there is no = in it")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// A server for all contexts, or for one.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) context: Option<String>,
    pub(crate) url: String,
}

/// Names may hold `=` and `:`, and so may the end of a URL: the last `=` before the scheme parts the two.
fn server(text: &str) -> Result<Server, std::convert::Infallible> {
    let scheme_end = text.find("://").unwrap_or(text.len());
    let (context, url) = match text[..scheme_end].rfind('=') {
        Some(at) => (Some(text[..at].to_owned()), &text[at + 1..]),
        None => (None, text),
    };
    Ok(Server { context, url: url.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_of_one_context_or_of_all() {
        for (text, context, url) in [
            ("https://a:1", None, "https://a:1"),
            ("prod=https://a/x=y", Some("prod"), "https://a/x=y"),
            ("arn:aws:eks/a=b=https://a", Some("arn:aws:eks/a=b"), "https://a"),
            ("https://a/x=y", None, "https://a/x=y"),
            ("prod=a:1", Some("prod"), "a:1"),
            ("=https://a", Some(""), "https://a"),
        ] {
            let Ok(server) = server(text);
            assert_eq!((server.context.as_deref(), &*server.url), (context, url), "{text}");
        }
    }
}
