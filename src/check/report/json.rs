//! The report as JSON.

use super::{Each, Report};
use crate::finding::Finding;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Document<F> {
    schema: u32,
    findings: F,
    omitted: BTreeMap<&'static str, usize>,
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

pub(super) fn document(report: &Report) -> impl Serialize {
    let summary = report.summary();
    Document {
        schema: 1,
        findings: Each(|| report.findings().map(item)),
        omitted: report.omitted_by_code(),
        summary: Counts {
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            files: summary.files,
        },
    }
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
