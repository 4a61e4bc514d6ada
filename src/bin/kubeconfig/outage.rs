//! `outage`: if Rancher were gone, which contexts would still work?

use crate::args::{Source, path};
use crate::edit;
use crate::get::in_columns;
use crate::load;
use crate::output::{Failure, Out, complain, say};
use crate::pointer;
use clap::Args;
use kubeconfig::access::{Credential, End, Login, Need, Proof, Verdict};
use kubeconfig::cert::{parse_time, rfc3339};
use kubeconfig::rancher::outage::{ClusterVerdict, Missing, Outage, OutageReport, Way};
use kubeconfig::rancher::{CachedLogins, ContextKind, ManagedCluster, SavedTokens};
use kubeconfig::{Loaded, Loader, Printable};
use rustls_pki_types::UnixTime;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct OutageArgs {
    /// The kubeconfigs to judge; - is standard input. Without any, $KUBECONFIG or ~/.kube/config
    #[arg(value_name = "PATH", value_parser = path(), conflicts_with = "kubeconfig")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// When Rancher is gone: RFC 3339 or a date; now, if it is not given
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<UnixTime>,
    /// The files are used on the node they are from, where a server at a loopback address is the cluster's
    #[arg(long)]
    on_node: bool,
    /// Rancher is down already: only advice that does not need it. The answers are the same
    #[arg(long)]
    rancher_down: bool,
    /// When the files were downloaded from Rancher: its tokens end 30 days later, by its default since 2.8
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    downloaded: Option<UnixTime>,
    /// Saved clusterauthtokens and clusteruserattributes of a cluster, which prove that Rancher's tokens are valid
    /// there and when they end; may be repeated
    #[arg(long, value_name = "[CLUSTER=]FILE", value_parser = path())]
    tokens: Vec<PathBuf>,
    /// The logins that Rancher's program keeps, which count until they end; without it ~/.rancher/cli2.json, if that is
    /// there
    #[arg(long, value_name = "FILE", value_parser = path())]
    logins: Option<PathBuf>,
    /// Saved cluster objects of Rancher, which tell who made a cluster: hosted and imported ones are judged by it; may
    /// be repeated
    #[arg(long, value_name = "FILE", value_parser = path())]
    objects: Vec<PathBuf>,
    /// Two names of one cluster, such as a Rancher's local and the context of its admin file: local=CONTEXT; may be
    /// repeated
    #[arg(long, value_name = "CLUSTER=CONTEXT", value_parser = pair)]
    same: Vec<(String, String)>,
    /// table, or json with "schema": 1
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

/// 0: a way into each cluster; 1: none into some; 3: none for sure into some; 2: not all could be read.
pub(crate) fn outage(args: &OutageArgs, out: &mut Out) -> u8 {
    run(args, out).unwrap_or_else(|failure| {
        failure.report();
        failure.status(2)
    })
}

fn run(args: &OutageArgs, out: &mut Out) -> Result<u8, Failure> {
    let mut outage =
        Outage::at(args.at.unwrap_or_else(UnixTime::now)).on_node(args.on_node).rancher_down(args.rancher_down);
    if let Some(time) = args.downloaded {
        outage = outage.downloaded(time);
    }
    let mut failures = Vec::new();
    for value in &args.tokens {
        match saved_tokens(value) {
            Ok(tokens) => outage = outage.saved_tokens(tokens),
            Err(failure) => failures.push(failure),
        }
    }
    for file in &args.objects {
        match load::read(file).and_then(|bytes| Ok(ManagedCluster::read_all(bytes).map_err(|e| e.in_file(file))?)) {
            Ok(clusters) => outage = outage.managed(clusters),
            Err(failure) => failures.push(failure),
        }
    }
    for (cluster, context) in &args.same {
        outage = outage.same(cluster, context);
    }
    failures.iter().for_each(Failure::report);
    let mut is_all_read = failures.is_empty();
    let loaded = load_all(args, &mut is_all_read);
    let configs: Vec<&Loaded> = loaded.iter().collect();
    let mut report = outage.run(&configs);
    let mut logins = None;
    if args.logins.is_some() || asks_rancher(&report) {
        match cached_logins(args) {
            Ok(Some(found)) => {
                logins = found.file().map(Path::to_owned);
                outage = outage.cached_logins(found);
                report = outage.run(&configs);
            }
            Ok(None) => {}
            Err(failure) => {
                failure.report();
                // What was found and can't be read proves nothing.
                is_all_read &= args.logins.is_none();
            }
        }
    }
    for problem in &report.problems {
        complain(problem);
        is_all_read = false;
    }
    let logins = logins.as_deref();
    let text = if args.output == "json" { json(&report, args, logins)? } else { table(&report, logins) };
    let status = match report.verdict() {
        None => 2,
        _ if !is_all_read => 2,
        Some(Verdict::Yes) => 0,
        Some(Verdict::No) => 1,
        Some(Verdict::Unknown) => 3,
    };
    out.set_status(status);
    out.text(&text)?;
    out.flush()?;
    pointer::to_uncompared(report.clusters.iter().flat_map(|cluster| &cluster.ways).map(|way| &way.access));
    say_unjudged(&loaded, report.verdict().is_none() && is_all_read);
    // The help of `check` may be to ask Rancher.
    if !args.rancher_down && report.clusters.iter().any(ClusterVerdict::is_explained_by_check) {
        pointer::to_check(&loaded, args.at.map(rfc3339).as_deref());
    }
    Ok(status)
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (one, other) = text.split_once('=').ok_or("there is no = in it")?;
    Ok((one.to_owned(), other.to_owned()))
}

/// Reads `FILE`, or `CLUSTER=FILE` where there is no file of that whole name.
fn saved_tokens(value: &Path) -> Result<SavedTokens, Failure> {
    let named = value.to_str().and_then(|text| text.rsplit_once('=')).filter(|_| !value.exists());
    let file = named.map_or(value, |(_, file)| Path::new(file));
    let saved = SavedTokens::read_all(load::read(file)?).map_err(|error| error.in_file(file))?;
    Ok(match named {
        Some((cluster, _)) => saved.of_cluster(cluster),
        None => saved,
    })
}

/// Whether a context logs in by Rancher's program.
fn asks_rancher(report: &OutageReport) -> bool {
    let mut ways = report.clusters.iter().flat_map(|cluster| &cluster.ways);
    ways.any(|way| way.access.needs().any(|need| *need == Need::RancherLogin))
}

/// The file that was named, else where Rancher's program looks for this user; `None` where nothing is there.
fn cached_logins(args: &OutageArgs) -> Result<Option<CachedLogins>, Failure> {
    if let Some(file) = &args.logins {
        return Ok(Some(CachedLogins::open(file)?));
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || set(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(|home| home.join(".rancher"));
    let file = set("RANCHER_CONFIG_DIR").or_else(home).map(|folder| folder.join("cli2.json"));
    let there = file.filter(|file| file.exists());
    Ok(there.map(CachedLogins::open).transpose()?)
}

/// What can be read of the files; what can't is said.
fn load_all(args: &OutageArgs, is_all_read: &mut bool) -> Vec<Loaded> {
    let mut seen = HashSet::new();
    let paths: Vec<&PathBuf> = args.paths.iter().filter(|path| seen.insert(*path)).collect();
    let loaders: Vec<Result<Loader, Failure>> = match &paths[..] {
        [] => vec![load::loader(&args.source)],
        paths => paths.iter().map(|path| load::of(path)).collect(),
    };
    let mut all = Vec::new();
    for loader in loaders {
        let error = match loader {
            Ok(loader) => {
                let (loaded, error) = loader.load_partial();
                warn(&loaded);
                all.push(loaded);
                error.map(Failure::from)
            }
            Err(failure) => Some(failure),
        };
        if let Some(failure) = error {
            failure.report();
            *is_all_read = false;
            let errors = if let Failure::Library(error) = &failure { error.errors() } else { &[] };
            let unlike = errors.iter().filter(|error| error.io_error().is_none());
            unlike.filter_map(|error| error.file()).for_each(pointer::to_what_it_is);
        }
    }
    all
}

/// Says which files have no context in them, so that nothing of them was judged.
fn say_unjudged(loaded: &[Loaded], is_all: bool) {
    const WHAT: &str = "there is no context that leads into a cluster";
    let mut is_said = false;
    for one in loaded.iter().filter(|one| is_all || one.config().contexts.is_empty()) {
        for source in one.sources() {
            let file = source.path();
            let what = format!("{}: {WHAT}", Printable(&file.to_string_lossy()));
            match is_all {
                true => complain(&what),
                false => say(&format_args!("warning: {what}")),
            }
            pointer::to_what_it_is(file);
            is_said = true;
        }
    }
    if is_all && !is_said {
        complain(&format_args!("{WHAT}: name a kubeconfig, or set KUBECONFIG"));
    }
}

/// Says what kubectl passes over without a word: it is not judged.
fn warn(loaded: &Loaded) {
    for path in loaded.missing() {
        say(&format_args!("warning: {} does not exist", Printable(&path.to_string_lossy())));
    }
    edit::say_unread(&loaded.unread());
    for shadowed in loaded.shadowed().into_iter().filter(|shadowed| !shadowed.equal) {
        let (hidden, used) = (shadowed.hidden.path().to_string_lossy(), shadowed.used.path().to_string_lossy());
        say(&format_args!(
            "warning: the {} of {} is NOT judged, {} has another of that name; name both files to judge both",
            shadowed.subject,
            Printable(&hidden),
            Printable(&used)
        ));
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: u32,
    /// When Rancher is taken to be gone.
    time: String,
    rancher_down: bool,
    totals: Totals,
    clusters: Vec<ClusterAnswer<'a>>,
}

/// How many clusters have each answer.
#[derive(Serialize)]
struct Totals {
    yes: usize,
    unknown: usize,
    no: usize,
}

#[derive(Serialize)]
struct ClusterAnswer<'a> {
    name: &'a str,
    /// Rancher's id of the cluster, and the URL of that Rancher.
    cluster_id: Option<Cow<'a, str>>,
    rancher: Option<&'a str>,
    /// The files that its contexts are in.
    files: Vec<Cow<'a, str>>,
    verdict: String,
    by: Vec<WayAnswer<'a>>,
    missing: Vec<MissingAnswer<'a>>,
}

#[derive(Serialize)]
struct WayAnswer<'a> {
    context: &'a str,
    file: Option<Cow<'a, str>>,
    kind: &'static str,
    auth: Option<&'static str>,
    until: Option<String>,
    until_source: Option<String>,
    needs: Vec<String>,
}

#[derive(Serialize)]
struct MissingAnswer<'a> {
    what: &'a str,
    contexts: &'a [String],
    mend: Option<&'a str>,
}

fn json(report: &OutageReport, args: &OutageArgs, logins: Option<&Path>) -> Result<String, Failure> {
    let [yes, unknown, no] = [Verdict::Yes, Verdict::Unknown, Verdict::No].map(|verdict| report.count(verdict));
    let answer = Answer {
        schema: 1,
        time: rfc3339(report.at),
        rancher_down: args.rancher_down,
        totals: Totals { yes, unknown, no },
        clusters: report.clusters.iter().map(|cluster| cluster_answer(cluster, logins)).collect(),
    };
    let json = serde_json::to_string_pretty(&answer).map_err(|error| Failure::said(error.to_string()))?;
    Ok(json + "\n")
}

fn cluster_answer<'a>(cluster: &'a ClusterVerdict, logins: Option<&Path>) -> ClusterAnswer<'a> {
    let mut seen = HashSet::new();
    ClusterAnswer {
        name: &cluster.name,
        cluster_id: cluster.cluster_id.as_deref().map(|id| kubeconfig::config::shown("clusters[].name", id)),
        rancher: cluster.rancher.as_deref(),
        files: cluster.ways.iter().filter_map(file_of).filter(|file| seen.insert(file.clone())).collect(),
        verdict: cluster.verdict.to_string(),
        by: cluster.by().map(|way| way_answer(way, logins)).collect(),
        missing: cluster.missing.iter().map(missing_answer).collect(),
    }
}

fn way_answer<'a>(way: &'a Way, logins: Option<&Path>) -> WayAnswer<'a> {
    let (until, proof) = way.access.until();
    WayAnswer {
        context: way.context(),
        file: file_of(way),
        kind: kind(&way.kind),
        auth: way.access.credential().map(auth),
        until: match until {
            End::At(time) => Some(rfc3339(time)),
            _ => None,
        },
        until_source: proof.map(|proof| told_by(proof, logins)),
        needs: way.access.needs().map(Need::to_string).collect(),
    }
}

/// What tells an end. The file that was found for this user is named.
fn told_by(proof: Proof, logins: Option<&Path>) -> String {
    match logins.filter(|_| proof == Proof::CachedLogin) {
        Some(file) => format!("{proof}: {}", Printable(&file.to_string_lossy())),
        None => proof.to_string(),
    }
}

fn file_of(way: &Way) -> Option<Cow<'_, str>> {
    way.origin.as_deref().map(Path::to_string_lossy)
}

fn missing_answer(missing: &Missing) -> MissingAnswer<'_> {
    MissingAnswer { what: &missing.what, contexts: &missing.contexts, mend: missing.mend.as_deref() }
}

fn kind(kind: &ContextKind) -> &'static str {
    match kind {
        ContextKind::RancherProxy { .. } => "rancher-proxy",
        ContextKind::RancherServer => "rancher-server",
        ContextKind::AceFqdn => "ace-fqdn",
        ContextKind::AceNode => "ace-node",
        ContextKind::RkeAdmin => "rke-admin",
        ContextKind::K3s => "k3s",
        ContextKind::Rke2 => "rke2",
        ContextKind::Eks => "eks",
        ContextKind::Gke => "gke",
        ContextKind::Aks => "aks",
        _ => "unknown",
    }
}

fn auth(credential: &Credential) -> &'static str {
    match credential.login {
        Login::ClientCertificate => "client-certificate",
        Login::RancherToken => "rancher-token",
        Login::ServiceAccountToken => "service-account-token",
        Login::IdToken => "id-token",
        Login::Basic => "password",
        Login::Command => "command",
        Login::Provider(_) => "login-plugin",
        _ => "token",
    }
}

/// A line for each way that an answer rests on; below it what is missing where the answer is no `yes`, and the sum.
fn table(report: &OutageReport, logins: Option<&Path>) -> String {
    if report.clusters.is_empty() {
        return String::new();
    }
    let mut files = report.clusters.iter().flat_map(|cluster| &cluster.ways).map(|way| &way.file);
    let first = files.next();
    let of_several = files.any(|file| Some(file) != first);
    let mut rows = String::new();
    let file = if of_several { "FILE" } else { "" };
    row(&mut rows, ["CLUSTER", "ANSWER", "CONTEXT", "LOGIN", "UNTIL", "AS TOLD BY", file]);
    for cluster in &report.clusters {
        // Of several ways only the first line names the cluster.
        let mut head = [shown(&cluster.name), cluster.verdict.to_string()];
        if cluster.by().next().is_none() {
            row(&mut rows, [&head[0], &head[1], "-", "-", "-", "-", ""]);
        }
        for way in cluster.by() {
            let login = way.access.credential().map_or("-".into(), |one| one.login.to_string());
            let (until, proof) = way.access.until();
            let until = match until {
                End::At(time) => rfc3339(time),
                End::Never => "no end".into(),
                End::Unknown => "?".into(),
            };
            let file = way.file.as_deref().filter(|_| of_several).map(|file| shown(&file.to_string_lossy()));
            let proof = proof.map_or("-".into(), |proof| told_by(proof, logins));
            let [name, verdict] = std::mem::take(&mut head);
            let file = file.unwrap_or_default();
            row(&mut rows, [&name, &verdict, &shown(way.context()), &login, &until, &proof, &file]);
        }
    }
    let mut text = in_columns(&rows);
    for cluster in report.clusters.iter().filter(|cluster| !cluster.missing.is_empty()) {
        let _ = write!(text, "\n{}: {}\n{}", shown(&cluster.name), cluster.verdict, details(cluster));
    }
    let sums =
        [Verdict::Yes, Verdict::Unknown, Verdict::No].map(|verdict| format!("{} {verdict}", report.count(verdict)));
    let _ = writeln!(text, "\nWithout Rancher on {}: {}", rfc3339(report.at), sums.join(", "));
    text
}

/// An empty last cell leaves its column out.
fn row(rows: &mut String, cells: [&str; 7]) {
    rows.push_str(cells.join("\t").trim_end_matches('\t'));
    rows.push('\n');
}

/// The causes, then what to do, a line each.
pub(crate) fn details(cluster: &ClusterVerdict) -> String {
    let mut text = String::new();
    for missing in &cluster.missing {
        let _ = match &missing.mend {
            None => writeln!(text, "  {}: {}", listed(&missing.contexts), missing.what),
            Some(_) => writeln!(text, "  to fix it: {}", missing.what),
        };
        for command in missing.mend.iter().flat_map(|mend| mend.lines()) {
            let _ = writeln!(text, "    {command}");
        }
    }
    text
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 5;
    let first: Vec<String> = names.iter().take(MOST).map(|name| shown(name)).collect();
    match names.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// A name, safe for a terminal and not longer than a table stands.
fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    let name = Printable(name).to_string();
    match name.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name,
    }
}
