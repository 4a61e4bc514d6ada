//! `check`: what is wrong with files, and what will be.

use crate::args::{Source, path};
use crate::load;
use crate::output::{Failure, Out, say};
use crate::times::duration;
use clap::Args;
use kubeconfig::cert::parse_time;
use kubeconfig::check::{Checker, Client, Report};
use kubeconfig::finding::{Code, Severity};
use rustls_pki_types::UnixTime;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The files and folders to check; - is standard input. Without any, what kubectl would read
    #[arg(value_name = "PATH", value_parser = path(), conflicts_with = "kubeconfig")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// The time to judge by: RFC 3339 or a date; now, if it is not given
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<UnixTime>,
    /// What ends within that time ends soon: 30d, 12h, 2w
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = duration)]
    within: Duration,
    /// Exit 1 where there is a finding as bad as this: error, warning or note
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = Severity::from_str)]
    fail_on: Severity,
    /// human, json with "schema": 1, or sarif (2.1.0)
    #[arg(long, short, value_name = "FORMAT", default_value = "human", value_parser = ["human", "json", "sarif"])]
    output: String,
    /// Tell too what that client refuses and kubectl takes: go (nothing), rust (kube with rustls and ring) or python
    /// (kubernetes with Python 3.13 or later)
    #[arg(long, value_name = "CLIENT", default_value = "go", value_parser = Client::from_str)]
    client: Client,
    /// Leave out findings of that code; may be repeated
    #[arg(long = "allow", value_name = "CODE", value_parser = Code::from_str)]
    allowed: Vec<Code>,
    /// Tell so many findings of each code and file, and only count the others; all tells all, of one file
    /// 10,000 or one for 64 bytes of it
    #[arg(long, value_name = "N|all", default_value = "100", value_parser = most)]
    max_findings: usize,
    /// Say what a code means, why it matters and how to fix it, and check nothing
    #[arg(long, value_name = "CODE", value_parser = Code::from_str, conflicts_with = "paths")]
    explain: Option<Code>,
}

/// What is said where a list names no file that is there.
pub(crate) const NOTHING: &str =
    "there is no kubeconfig: none of the files that kubectl would read is there; name a PATH";

/// 0: nothing as bad as `--fail-on`; 1: something; 2: not all could be read.
pub(crate) fn check(args: &CheckArgs, out: &mut Out) -> u8 {
    run(args, out).unwrap_or_else(|failure| {
        failure.report();
        failure.status(2)
    })
}

fn run(args: &CheckArgs, out: &mut Out) -> Result<u8, Failure> {
    if let Some(code) = args.explain {
        out.text(&code.page())?;
        out.flush()?;
        return Ok(0);
    }
    let report = report(args)?;
    let is_nothing = report.summary().files == 0;
    let status = match report.worst() {
        _ if is_nothing || report.unread().next().is_some() => 2,
        Some(worst) if worst >= args.fail_on => 1,
        _ => 0,
    };
    out.set_status(status);
    match args.output.as_str() {
        // They have made themselves safe for a terminal.
        "json" => out.safe(&report.json())?,
        "sarif" => out.safe(&report.sarif())?,
        _ => out.safe(&report.human().color(out.has_color()))?,
    }
    out.flush()?;
    if is_nothing {
        say(&NOTHING);
    }
    Ok(status)
}

/// With what `-` stands for, where that is among the paths.
pub(crate) fn checker(at: UnixTime, paths: &[PathBuf], source: &Source) -> Result<Checker, Failure> {
    let checker = Checker::at(at);
    let is_stdin = |path: &PathBuf| path == Path::new("-");
    match paths.iter().any(is_stdin) || source.explicit().is_some_and(is_stdin) {
        true => Ok(checker.stdin(load::read(Path::new("-"))?)),
        false => Ok(checker),
    }
}

fn most(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        number => number.parse().map_err(|_| "a number or `all` is expected".to_owned()),
    }
}

fn report(args: &CheckArgs) -> Result<Report, Failure> {
    let at = args.at.unwrap_or_else(UnixTime::now);
    let checker = checker(at, &args.paths, &args.source)?.within(args.within).client(args.client);
    let mut checker = checker.max_findings(args.max_findings);
    for code in &args.allowed {
        checker = checker.allow(*code);
    }
    Ok(match args.paths.is_empty() {
        true => checker.loader(&load::plain(&args.source)),
        false => checker.paths(&args.paths),
    })
}
