//! `certs`: every certificate in files, by the day on which it ends.

use crate::args::{Source, path};
use crate::check::{NOTHING, checker};
use crate::get::in_columns;
use crate::load;
use crate::output::{Failure, Out, say};
use crate::times::duration;
use clap::Args;
use kubeconfig::Printable;
use kubeconfig::cert::{parse_time, rfc3339};
use kubeconfig::check::Inventory;
use rustls_pki_types::UnixTime;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct CertsArgs {
    /// The files and folders to look into; - is standard input. Without any, what kubectl would read
    #[arg(value_name = "PATH", value_parser = path(), conflicts_with = "kubeconfig")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// The time to count days from: RFC 3339 or a date; now, if it is not given
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<UnixTime>,
    /// Exit 1 where one ends within that time, or has ended: 30d, 12h, 2w
    #[arg(long, value_name = "TIME", value_parser = duration)]
    within: Option<Duration>,
    /// table, or json with "schema": 1
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

/// 0: none ends within `--within`; 1: one does; 2: not all could be read.
pub(crate) fn certs(args: &CertsArgs, out: &mut Out) -> u8 {
    run(args, out).unwrap_or_else(|failure| {
        failure.report();
        failure.status(2)
    })
}

fn run(args: &CertsArgs, out: &mut Out) -> Result<u8, Failure> {
    let at = args.at.unwrap_or_else(UnixTime::now);
    let checker = checker(at, &args.paths, &args.source)?;
    let inventory = match args.paths.is_empty() {
        true => checker.certificates_of_loader(&load::plain(&args.source)),
        false => checker.certificates(&args.paths),
    };
    let text = if args.output == "json" { inventory.to_json() } else { table(&inventory, at) };
    let status = match args.within {
        _ if inventory.files() == 0 || inventory.unread().next().is_some() => 2,
        Some(within) if inventory.ends_within(within) => 1,
        _ => 0,
    };
    out.set_status(status);
    out.text(&text)?;
    out.flush()?;
    inventory.problems().iter().for_each(|problem| say(problem));
    if inventory.files() == 0 {
        say(&NOTHING);
    } else if inventory.certificates().is_empty() && inventory.problems().is_empty() {
        say(&"there is no certificate in what was read");
    }
    Ok(status)
}

fn table(inventory: &Inventory, at: UnixTime) -> String {
    if inventory.certificates().is_empty() {
        return String::new();
    }
    let mut text = String::from("DAYS\tUNTIL\tROLE\tENTRY\tSUBJECT\tKEY\tFILE\n");
    for found in inventory.certificates() {
        let certificate = &found.certificate;
        let cells = [
            found.days_left(at).to_string(),
            rfc3339(certificate.not_after()),
            found.role.to_string(),
            Printable(found.entry.as_deref().unwrap_or("-")).to_string(),
            Printable(certificate.subject()).to_string(),
            certificate.public_key().to_string(),
            Printable(&found.file.to_string_lossy()).to_string(),
        ];
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    in_columns(&text)
}
