//! The command line: what clap is told, and what pflag (kubectl's library) does otherwise.

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Kubeconfigs as kubectl reads them: look at them, ask what they lead to, keep backups that stand on their own.
#[derive(Parser)]
#[command(name = "kubeconfig", version, args_override_self = true, disable_help_subcommand = true)]
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
    /// A line per context says how it authenticates, until when, and what it still depends on. Exit 0: each context stands
    /// alone. Exit 3: written, but some do not. Exit 1: nothing was written.
    Export(ExportArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// kubectl's verbs: their usage errors are exit 1, and they take kubectl's global flags.
const KUBECTLS: &[&str] = &["view", "current-context", "get-contexts", "get-clusters", "get-users"];

const GLOBALS: &str = "kubectl's other global flags are taken, and ignored as kubectl ignores them here.";

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
    template: Option<String>,
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
    /// Leave out contexts that lead through Rancher
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
    /// Exit 0 also where a context does not stand alone
    #[arg(long)]
    pub(crate) allow_dependent: bool,
}

#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// A path as it is given: not UTF-8 if it isn't, and empty if it is.
fn path() -> impl TypedValueParser<Value = PathBuf> {
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

/// Whether client-go takes `text` for a time to wait: whole seconds, or what Go's `time.ParseDuration` takes. Empty is none.
pub(crate) fn is_timeout(text: &str) -> bool {
    let units = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h"];
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text.is_empty() || rest == "0" || (!text.starts_with('-') && rest.parse::<i64>().is_ok()) {
        return true;
    }
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let figures = &rest[..rest.len() - number.len()];
        let unit_end = number.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(number.len());
        let is_number = figures.contains(|c: char| c.is_ascii_digit()) && figures.matches('.').count() < 2;
        if !is_number || !units.contains(&&number[..unit_end]) {
            return false;
        }
        rest = &number[unit_end..];
    }
    text.len() > 1
}

/// The whole command line, ready to parse.
pub(crate) fn command() -> Command {
    let mut command = Cli::command();
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for name in verbs {
        let is_kubectls = KUBECTLS.contains(&name.as_str());
        let is_view = name == "view";
        command = command.mut_subcommand(&name, |verb| {
            verb.mut_args(|arg| {
                let arg = as_pflag(arg);
                let is_global = arg.get_id() != "context" || !is_view;
                let hidden = is_kubectls && is_global && is_override(arg.get_id().as_str());
                if hidden { arg.hide(true) } else { arg }
            })
        });
        if is_kubectls {
            command = command.mut_subcommand(&name, |verb| verb.after_help(GLOBALS));
        }
    }
    command
}

fn is_override(id: &str) -> bool {
    OverrideArgs::augment_args(Command::new("")).get_arguments().any(|arg| arg.get_id() == id)
}

/// Switches take `--switch=false` as well, and a value may look like a flag.
fn as_pflag(arg: clap::Arg) -> clap::Arg {
    match arg.get_action() {
        ArgAction::SetTrue => {
            let arg = if arg.get_default_values().is_empty() { arg.default_value("false") } else { arg };
            arg.action(ArgAction::Set)
                .num_args(0..=1)
                .require_equals(true)
                .hide_default_value(true)
                .default_missing_value("true")
                .value_name("BOOL")
                .value_parser(boolean)
        }
        ArgAction::Set | ArgAction::Append if !arg.is_positional() => arg.allow_hyphen_values(true),
        _ => arg,
    }
}

/// Go's `strconv.ParseBool`.
fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("it is neither true nor false"),
    }
}

/// Why there is nothing to run: what to say, and the exit status.
pub(crate) struct Stop {
    pub(crate) text: String,
    pub(crate) status: u8,
}

/// Reads the command line.
pub(crate) fn parse(mut args: Vec<OsString>) -> Result<Cli, Stop> {
    let mut command = command();
    let verb = find_verb(&command, &args);
    if let Some(at) = verb {
        // pflag takes flags before and after the verb alike; clap is given them after it.
        args[1..=at].rotate_right(1);
    }
    let name = verb.and_then(|_| args.get(1)).and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let known = command.find_subcommand(&name).is_some();
    let parsed = command.try_get_matches_from_mut(args).and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|error| {
        let text = error.to_string();
        if !error.use_stderr() {
            Stop { text, status: 0 }
        } else if known {
            Stop { text, status: if KUBECTLS.contains(&&*name) { 1 } else { 2 } }
        } else {
            // No verb that is known: all that there are.
            let what = text.split("\n\nUsage:").next().filter(|_| verb.is_some());
            let help = command.render_help();
            Stop { text: what.map_or(help.to_string(), |what| format!("{what}\n\n{help}")), status: 1 }
        }
    })
}

/// The first argument that is neither a flag nor the value of one.
fn find_verb(command: &Command, args: &[OsString]) -> Option<usize> {
    let flags = || command.get_subcommands().flat_map(Command::get_arguments).filter(|arg| takes_next(arg));
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        let arg = arg.to_string_lossy();
        let eats_next = match (arg.strip_prefix("--"), arg.strip_prefix('-')) {
            (Some(""), _) => return None,
            (Some(long), _) => flags().any(|flag| flag.get_long() == Some(long)),
            (None, Some(shorts)) => {
                let first = shorts.char_indices().find(|(_, c)| flags().any(|flag| flag.get_short() == Some(*c)));
                first.is_some_and(|(i, c)| i + c.len_utf8() == shorts.len())
            }
            (None, None) => return Some(at),
        };
        at += 1 + usize::from(eats_next);
    }
    None
}

fn takes_next(arg: &clap::Arg) -> bool {
    arg.get_action().takes_values() && !arg.is_require_equals_set()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds() {
        command().debug_assert();
    }

    /// [`find_verb`] looks at all verbs' flags at once.
    #[test]
    fn a_flag_takes_a_value_in_every_verb_or_in_none() {
        let command = command();
        let flags: Vec<_> = command.get_subcommands().flat_map(Command::get_arguments).collect();
        for a in &flags {
            for b in flags.iter().filter(|b| a.get_long().is_some() && a.get_long() == b.get_long()) {
                assert_eq!(takes_next(a), takes_next(b), "{a}");
            }
            for b in flags.iter().filter(|b| a.get_short().is_some() && a.get_short() == b.get_short()) {
                assert_eq!(takes_next(a), takes_next(b), "{a}");
            }
        }
    }

    fn parsed(line: &str) -> Result<Cli, u8> {
        parse(line.split(' ').map(OsString::from).collect()).map_err(|stop| stop.status)
    }

    #[test]
    fn flags_stand_before_and_after_the_verb() {
        for line in [
            "kubeconfig --kubeconfig x --context view view --minify",
            "kubeconfig view --kubeconfig=x --minify --context view",
            "kubeconfig --minify --kubeconfig x --context=no view --context=view",
            "kubeconfig -o yaml -n=view --kubeconfig y --kubeconfig x --context view view --minify=T",
        ] {
            match parsed(line) {
                Ok(Cli { verb: Verb::View(view) }) => {
                    assert_eq!(view.source.explicit().map(|p| p.as_path()), Some("x".as_ref()), "{line}");
                    assert_eq!(view.overrides.context.as_deref(), Some("view"), "{line}");
                    assert!(view.minify && view.merge, "{line}");
                }
                _ => panic!("{line}"),
            }
        }
    }

    #[test]
    fn repeated_flags() {
        let Ok(Cli { verb: Verb::Resolve(resolve) }) =
            parsed("kubeconfig --as-group a --token x resolve --as-group b --token -y -o json -o text")
        else {
            panic!()
        };
        assert_eq!(resolve.overrides.impersonate_groups, ["a", "b"]);
        assert_eq!(resolve.overrides.token.as_deref(), Some("-y"));
        assert_eq!(resolve.output, "text");
    }

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

    #[test]
    fn times_to_wait() {
        for good in ["", "0", "5", "+5", "1m30s", "1.5h", ".5s", "-1s", "100ms", "3\u{b5}s", "5.s"] {
            assert!(is_timeout(good), "{good}");
        }
        for bad in ["-5", "5x", "s", "1.2.3s", ".s", "1m30", "m1", " 5", "5 s", "-", "--1s"] {
            assert!(!is_timeout(bad), "{bad}");
        }
    }

    #[test]
    fn usage_errors() {
        for (line, status) in [
            ("kubeconfig", 1),
            ("kubeconfig --kubeconfig x", 1),
            ("kubeconfig nope", 1),
            ("kubeconfig view extra", 1),
            ("kubeconfig view --merge=maybe", 1),
            ("kubeconfig view --minif", 1),
            ("kubeconfig get-contexts --raw", 1),
            ("kubeconfig view -n", 1),
            ("kubeconfig resolve extra", 2),
            ("kubeconfig export --nope", 2),
            ("kubeconfig resolve -o yaml", 2),
            ("kubeconfig completions csh", 2),
            ("kubeconfig --help", 0),
            ("kubeconfig view -h", 0),
            ("kubeconfig -h view", 0),
            ("kubeconfig --version", 0),
        ] {
            assert_eq!(parsed(line).err(), Some(status), "{line}");
        }
        assert!(parsed("kubeconfig current-context extra").is_ok());
    }
}
