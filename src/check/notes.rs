//! Where findings are put down: the place of each, and the line of source beside it.

use super::Checker;
use super::excerpt::Excerpt;
use super::report::{FileFindings, Found, Omitted};
use crate::config::{Mask, Schema};
use crate::error::Error;
use crate::finding::{Code, Finding, Severity};
use crate::rke::Locator;
use crate::syntax::{Document, Node, Span};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The findings of one file.
pub(super) struct Notes<'a> {
    checker: &'a Checker,
    path: Option<PathBuf>,
    document: Option<(&'a Document, &'static Schema)>,
    mask: OnceCell<Mask>,
    found: Vec<Found>,
    /// How many of each code were put down.
    counts: BTreeMap<Code, usize>,
    omitted: BTreeMap<(Code, Severity), usize>,
}

/// So many findings of a file are kept however short it is, and one for so many bytes of a longer one.
const FEW: usize = 10_000;
const BYTES_PER_FINDING: usize = 64;

impl<'a> Notes<'a> {
    /// Of what came from no file.
    pub(super) fn new(checker: &'a Checker) -> Self {
        Notes {
            checker,
            path: None,
            document: None,
            mask: OnceCell::new(),
            found: Vec::new(),
            counts: BTreeMap::new(),
            omitted: BTreeMap::new(),
        }
    }

    /// Of a file without a tree.
    pub(super) fn of_file(checker: &'a Checker, path: &Path) -> Self {
        Notes { path: Some(path.to_owned()), ..Notes::new(checker) }
    }

    /// Of a file that is a document with fields by `schema`.
    pub(super) fn of_document(
        checker: &'a Checker,
        path: &Path,
        document: &'a Document,
        schema: &'static Schema,
    ) -> Self {
        Notes { document: Some((document, schema)), ..Notes::of_file(checker, path) }
    }

    pub(super) fn checker(&self) -> &'a Checker {
        self.checker
    }

    /// Puts a finding down, at a place of the document if one is known.
    pub(super) fn add(&mut self, finding: Finding, span: Option<Span>) {
        let (Some(span), Some((document, schema))) = (span, self.document) else {
            return self.put(finding, None);
        };
        if !self.has_room(&finding) {
            return;
        }
        let excerpt = Excerpt::of(document, self.mask(document, schema), span);
        let finding = finding.at(document.position(span.start), document.position(span.end));
        self.keep(finding, Some(excerpt));
    }

    /// Whether a finding is to be kept; one that is left out is counted.
    fn has_room(&mut self, finding: &Finding) -> bool {
        if self.checker.allowed.contains(&finding.code) {
            return false;
        }
        let count = self.counts.entry(finding.code).or_default();
        let length = self.document.map_or(0, |(document, _)| document.text().len());
        if *count < self.checker.max_findings && self.found.len() < FEW.max(length / BYTES_PER_FINDING) {
            *count += 1;
            return true;
        }
        *self.omitted.entry((finding.code, finding.severity)).or_default() += 1;
        false
    }

    fn mask(&self, document: &Document, schema: &'static Schema) -> &Mask {
        self.mask.get_or_init(|| Mask::of(document, schema))
    }

    /// Whether a key of the document may be shown.
    pub(super) fn shows(&self, key: Node<'_>) -> bool {
        self.document.is_some_and(|(document, schema)| self.mask(document, schema).shows(key))
    }

    /// Puts a finding down that has its place already.
    pub(super) fn put(&mut self, finding: Finding, excerpt: Option<Excerpt>) {
        if self.has_room(&finding) {
            self.keep(finding, excerpt);
        }
    }

    fn keep(&mut self, mut finding: Finding, excerpt: Option<Excerpt>) {
        if let Some(path) = &self.path {
            finding = finding.in_file(path);
        }
        if finding.help.is_none() {
            finding.help = Some(finding.code.fix().to_owned());
        }
        self.found.push(Found { finding, excerpt });
    }

    /// Puts a finding down that somebody else made of this document: at its place, or that of its field.
    pub(super) fn add_located(&mut self, finding: Finding) {
        if finding.file.is_some() && finding.file != self.path {
            return self.put(finding, None);
        }
        let span = self.document.and_then(|(document, _)| match (finding.position, &finding.field) {
            (Some(start), _) => {
                let (start, end) = (document.offset(start), finding.end.map(|end| document.offset(end)));
                Some(Span { start, end: end.unwrap_or(start).max(start) })
            }
            (None, Some(field)) => document.root().map(|root| Locator::new(root).find(field).span()),
            (None, None) => None,
        });
        self.add(finding, span);
    }

    /// Puts down that a file can't be read; `text` is what is in it.
    pub(super) fn add_unreadable(&mut self, error: &Error, text: Option<&str>) {
        for error in error.errors() {
            let mut finding = of_error(Code::Unreadable, error);
            if error.is_file_not_found() {
                finding.help.get_or_insert_with(|| "is the path right?".to_owned());
            }
            let Some(position) = error.position() else {
                self.put(finding, None);
                continue;
            };
            let line = text.and_then(|text| text.lines().nth(position.line.saturating_sub(1) as usize));
            let excerpt = line.map(|line| Excerpt::unparsed(line, position.column as usize));
            self.put(finding.at(position, position), excerpt);
        }
    }

    /// Puts down what an error says: its message, its help, its place.
    pub(super) fn add_error(&mut self, code: Code, error: &Error) {
        for error in error.errors() {
            let finding = of_error(code, error);
            match (error.position(), self.document) {
                (Some(position), Some((document, _))) => {
                    let at = document.offset(position);
                    self.add(finding, Some(Span { start: at, end: at }));
                }
                (Some(position), None) => self.put(finding.at(position, position), None),
                (None, _) => self.put(finding, None),
            }
        }
    }

    /// All of them, in the order of the file; what has no place comes first.
    pub(super) fn finish(mut self) -> FileFindings {
        let key = |found: &Found| found.finding.position;
        self.found.sort_by_key(key);
        let file = self.path;
        let omitted = self.omitted.into_iter().map(|((code, severity), count)| Omitted {
            file: file.clone(),
            code,
            severity,
            count,
        });
        FileFindings { omitted: omitted.collect(), found: self.found }
    }
}

/// What an error says, without its place.
pub(super) fn of_error(code: Code, error: &Error) -> Finding {
    let message = match error.io_error() {
        Some(source) => format!("{}: {source}", error.message()),
        None => error.message().to_owned(),
    };
    let mut finding = Finding::new(code, message);
    finding.help = error.help().map(str::to_owned);
    finding.field = error.field().map(str::to_owned);
    finding
}
