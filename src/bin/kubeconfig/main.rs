//! The program `kubeconfig`: it parses the command line, calls the library, and prints. `kubeconfig --help` says what.

mod ace;
mod args;
mod certs;
mod check;
mod clusters;
mod contexts;
mod edit;
mod export;
mod get;
mod load;
mod merge;
mod outage;
mod output;
mod pflag;
mod pointer;
mod property;
mod prune;
mod recover;
mod resolve;
mod restore;
mod saved;
mod times;
mod users;
mod view;

use args::Verb;
use output::{Failure, Out};
use pflag::Stop;
use std::ffi::OsString;
use std::process::ExitCode;

/// What it takes at most for the worst inputs; here, so that all of the program is counted.
#[cfg(test)]
#[path = "../../../tests/memory/mod.rs"]
mod memory;

fn main() -> ExitCode {
    start(std::env::args_os().collect())
}

fn start(arguments: Vec<OsString>) -> ExitCode {
    // Where that can't be, locks of a process that is ended are taken over by the next one.
    #[cfg(unix)]
    let _ = kubeconfig::store::end_on_signals();
    let verb = match pflag::parse(arguments) {
        Ok(cli) => cli.verb,
        Err(stop) => return refuse(&stop),
    };
    let mut out = Out::new();
    let done = run(&verb, &mut out).and_then(|status| {
        out.set_status(status);
        out.flush().map(|()| status)
    });
    ExitCode::from(done.unwrap_or_else(|failure| {
        // What was printed before the failure belongs to the answer, as with the contexts that are there beside one that isn't.
        let flushed = out.flush();
        failure.report();
        if let Err(failure) = flushed {
            failure.report();
        }
        failure.status(1)
    }))
}

/// Runs a verb; the exit status where it did not fail.
fn run(verb: &Verb, out: &mut Out) -> Result<u8, Failure> {
    match verb {
        Verb::View(args) => view::view(args, out),
        Verb::CurrentContext(args) => get::current_context(args, out),
        Verb::GetContexts(args) => get::contexts(args, out),
        Verb::GetClusters(args) => get::clusters(args, out),
        Verb::GetUsers(args) => get::users(args, out),
        Verb::Resolve(args) => resolve::resolve(args, out),
        Verb::Export(args) => Ok(export::export(args, out)),
        Verb::Ace(args) => Ok(ace::ace(args, out)),
        Verb::Certs(args) => Ok(certs::certs(args, out)),
        Verb::Check(args) => Ok(check::check(args, out)),
        Verb::Recover(args) => Ok(recover::recover(args, out)),
        Verb::Outage(args) => Ok(outage::outage(args, out)),
        Verb::Merge(args) => Ok(merge::merge(args, out)),
        Verb::UseContext(args) => contexts::use_context(args, out),
        Verb::SetContext(args) => contexts::set_context(args, out),
        Verb::RenameContext(args) => contexts::rename_context(args, out),
        Verb::DeleteContext(args) => contexts::delete_context(args, out),
        Verb::SetCluster(args) => clusters::set_cluster(args, out),
        Verb::DeleteCluster(args) => clusters::delete_cluster(args, out),
        Verb::SetCredentials(args) => users::set_credentials(args, out),
        Verb::DeleteUser(args) => users::delete_user(args, out),
        Verb::Set(args) => property::set(args, out),
        Verb::Unset(args) => property::unset(args, out),
        Verb::Prune(args) => prune::prune(args, out),
        Verb::Restore(args) => restore::restore(args, out),
        Verb::Completions(args) => {
            // Into memory first: written to a pipe that is closed, it would panic.
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut pflag::command(), "kubeconfig", &mut script);
            out.text(&String::from_utf8_lossy(&script))?;
            Ok(0)
        }
    }
}

/// Help, the version, or what is wrong with the command line.
fn refuse(stop: &Stop) -> ExitCode {
    let text = stop.text.trim_end();
    if stop.status != 0 {
        output::say(&text);
        return ExitCode::from(stop.status);
    }
    let mut out = Out::new();
    let done = out.text(text).and_then(|()| out.text("\n")).and_then(|()| out.flush());
    ExitCode::from(done.map_or_else(
        |failure| {
            failure.report();
            failure.status(1)
        },
        |()| 0,
    ))
}
