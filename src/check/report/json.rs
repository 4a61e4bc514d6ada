//! The report as JSON.

use super::{Report, pretty};
use crate::finding::Finding;
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    findings: Vec<Item<'a>>,
    summary: Counts,
}

#[derive(Serialize)]
struct Item<'a> {
    code: &'a str,
    severity: &'a str,
    file: Option<Cow<'a, str>>,
    line: Option<u32>,
    column: Option<u32>,
    entry: Option<&'a str>,
    field: Option<&'a str>,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
    files: usize,
}

pub(super) fn write(report: &Report) -> String {
    let summary = report.summary();
    pretty(&Document {
        schema: 1,
        findings: report.findings().map(item).collect(),
        summary: Counts {
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            files: summary.files,
        },
    })
}

fn item(finding: &Finding) -> Item<'_> {
    Item {
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        file: finding.file.as_ref().map(|file| file.to_string_lossy()),
        line: finding.position.map(|position| position.line),
        column: finding.position.map(|position| position.column),
        entry: finding.entry.as_deref(),
        field: finding.field.as_deref(),
        message: &finding.message,
        help: finding.help.as_deref(),
    }
}
