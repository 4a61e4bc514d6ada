//! The table of faults, and that it is whole: each row has a case, each code exists.

use super::common::openssl;
use super::{GOOD, all};
use kubeconfig::finding::Code;
use std::collections::BTreeMap;

const TEXT: &str = include_str!("../../src/access/faults.md");

/// What every verb says of a fault.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) section: String,
    pub(super) key: String,
    /// One of them is found.
    pub(super) codes: Vec<String>,
    /// The severity of that finding; nothing is found where there is none.
    pub(super) severity: Option<String>,
    pub(super) outage: String,
    pub(super) export: i32,
    pub(super) has_note: bool,
    pub(super) resolve: Option<i32>,
    pub(super) has_warning: bool,
    /// What kubectl does, and when.
    pub(super) kubectl: String,
}

/// The rows by key, and one for the cases in which nothing is wrong.
pub(super) fn rows() -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    let mut section = String::new();
    for line in TEXT.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() != 7 || cells[0] == "fault" || cells[0].starts_with("--") {
            continue;
        }
        let row = row(&section, &cells);
        let before = rows.insert(row.key.clone(), row);
        assert!(before.is_none(), "two rows of one key: {line}");
    }
    rows.insert(GOOD.to_owned(), row("", &[GOOD, "-", "-", "yes", "0", "0", "-"]));
    rows
}

fn row(section: &str, cells: &[&str]) -> Row {
    let number = |cell: &str| cell.split(',').next().and_then(|number| number.parse().ok());
    let some = |cell: &str| (cell != "-").then(|| cell.to_owned());
    Row {
        section: section.to_owned(),
        key: cells[0].split(':').next().unwrap_or_default().to_owned(),
        codes: cells[1].split('`').skip(1).step_by(2).map(str::to_owned).collect(),
        severity: some(cells[2]),
        outage: cells[3].to_owned(),
        export: number(cells[4]).unwrap_or_else(|| panic!("no exit code of export: {cells:?}")),
        has_note: cells[4].contains("note"),
        resolve: number(cells[5]),
        has_warning: cells[5].contains("warning"),
        kubectl: cells[6].to_owned(),
    }
}

#[test]
fn every_row_has_a_case() {
    if !openssl::available() {
        return;
    }
    let rows = rows();
    assert!(rows.len() > 60, "{} rows", rows.len());
    let mut counts: BTreeMap<&str, usize> = rows.keys().map(|key| (key.as_str(), 0)).collect();
    for case in all() {
        let Some(count) = counts.get_mut(case.row) else { panic!("{} has no row", case.label()) };
        *count += 1;
    }
    // What the program says is the same whatever its features are; the library's own tests see to that row.
    // A state beside the file is no part of a case here: `tests/rke_sets` has it.
    let elsewhere = ["Features", "RKE's state beside the file"];
    let is_bare = |key: &str, n: usize| n == 0 && !elsewhere.contains(&rows[key].section.as_str());
    let bare: Vec<_> = counts.iter().filter(|&(&key, &n)| is_bare(key, n)).collect();
    assert!(bare.is_empty(), "without a case: {bare:?}");
    let mut sections: BTreeMap<&str, usize> = BTreeMap::new();
    counts.iter().for_each(|(&key, &count)| *sections.entry(&rows[key].section).or_default() += count);
    eprintln!("{} cases: {sections:?}", all().len());
    assert!(all().len() >= 180, "{} cases", all().len());
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let mut seen = BTreeMap::new();
    for case in all() {
        let before = seen.insert(case.label(), case.text());
        assert!(before.is_none(), "twice: {}", case.label());
    }
}

#[test]
fn the_table_makes_sense() {
    let mut unknown_codes = Vec::new();
    for row in rows().values() {
        for code in &row.codes {
            if code.parse::<Code>().is_err() {
                unknown_codes.push(format!("{}: {code}", row.key));
            }
        }
        let is = |severity: &str| row.severity.as_deref() == Some(severity);
        assert!(["yes", "no", "unknown"].contains(&row.outage.as_str()), "{row:?}");
        assert!(row.severity.is_none() || ["error", "warning", "note"].iter().any(|severity| is(severity)), "{row:?}");
        assert!(row.severity.is_none() || !row.codes.is_empty(), "{row:?}");
        // No verb says that all is well where another one objects.
        if row.outage == "yes" {
            assert!(row.export == 0 && row.resolve == Some(0) && !is("error"), "{row:?}");
        }
        assert!(row.export != 0 || row.outage == "yes" || row.has_note, "{row:?}");
        assert!(!is("error") || row.outage == "no" && row.export != 0, "{row:?}");
        assert!(row.resolve != Some(1) || row.outage == "no" && is("error"), "{row:?}");
    }
    assert!(unknown_codes.is_empty(), "the program knows no such code: {unknown_codes:?}");
}
