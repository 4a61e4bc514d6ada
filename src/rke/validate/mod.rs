//! What is wrong with a cluster.yml: RKE's own rules, and those it forgets.
//!
//! RKE's rules are those of `cluster/validation.go` of RKE 1.7, which run after the defaults are filled in, and those that its
//! other files hold. RKE stops at the first; here all are found. Three can't be decided offline and are left out: whether
//! the Kubernetes version is one that the RKE release knows, whether it is one that the release warns of, and, where it is
//! unknown, whether all images are named (with them, that no component is without an image).

mod aci;
mod cidr;
mod keys;
mod locate;
mod network;
mod nodes;
mod services;

use super::cluster::{ClusterConfig, RANCHERS, is_rewritten, of_rancher};
use super::topology::Topology;
use super::version::KubeVersion;
use crate::config::describe::Form;
use crate::config::{HIDDEN, shown_text};
use crate::error::{Error, Result};
use crate::finding::{Code, Finding, Severity};
use crate::rke::schema::cluster_schema;
use crate::syntax::Document;
pub(crate) use locate::Locator;
use locate::place;
use std::collections::BTreeMap;

/// How many findings of one code are told apart; of the others only their number is told.
const MOST_OF_A_CODE: usize = 100;

/// Everything that is wrong with a cluster.yml, in the order of the file.
///
/// Beside the rules of [`ClusterConfig::validate`] this finds what only the text shows: keys that stand twice, and keys that
/// RKE does not know and drops, with the right one where it can be told. Where values are of another kind than their fields,
/// which is where RKE stops, these are found instead of what depends on them. Keys that begin with `x-`, and those whose value has
/// an anchor, are taken for notes of the author's.
///
/// Of Rancher's configuration of a cluster, which has RKE's below `rancher_kubernetes_engine_config`, that is looked
/// at, and a note says what it is.
///
/// # Errors
/// As [`ClusterConfig::from_document`], but for values of another kind: those are findings.
///
/// ```
/// use kubeconfig::rke;
/// use kubeconfig::syntax::Document;
/// let document = Document::parse("nodes:\n- address: 10.0.0.1\n  internalAddress: 10.1.0.1\n")?;
/// let findings = rke::validate(&document)?;
/// let key = findings.iter().find(|f| f.code.as_str() == "dropped-key").unwrap();
/// assert_eq!(key.field.as_deref(), Some("nodes[0].internalAddress"));
/// assert_eq!(key.position.unwrap().to_string(), "3:3");
/// assert!(key.help.as_ref().unwrap().contains("internal_address"));
/// # Ok::<(), kubeconfig::Error>(())
/// ```
pub fn validate(document: &Document) -> Result<Vec<Finding>> {
    let mut report = Report::default();
    let wrapped = document.root().and_then(of_rancher);
    let root = wrapped.or(document.root());
    let config = match ClusterConfig::from_node(document, root) {
        Ok(config) => Some(config),
        Err(error) if error.errors().iter().all(Error::is_type) => {
            error.errors().iter().for_each(|error| report.wrong_type(error));
            None
        }
        Err(error) => return Err(error),
    };
    let Some(root) = root else { return Ok(config.as_ref().map(check).unwrap_or_default()) };
    keys::check(root, is_rewritten(root), wrapped.is_some(), &mut report);
    // Of a configuration that is not all there, what is missing would be found missing.
    if let Some(config) = &config {
        // Rancher has the machines elsewhere.
        rules(config, wrapped.is_none() || !config.nodes.is_empty(), &mut report);
    }
    let mut locator = Locator::new(root);
    let mut findings = report.finish();
    for finding in &mut findings {
        locator.locate(finding);
        if let (Some(_), Some(field)) = (wrapped, &mut finding.field) {
            field.insert_str(0, &format!("{RANCHERS}."));
        }
    }
    findings.extend(wrapped.and_then(|_| note_of_rancher(document)));
    findings.sort_by_key(|finding| (finding.position.is_none(), finding.position));
    Ok(findings)
}

/// That it is Rancher's configuration.
fn note_of_rancher(document: &Document) -> Option<Finding> {
    let (key, _) = document.root()?.entries().into_iter().find(|(key, _)| key.key() == RANCHERS)?;
    let message =
        "this is Rancher's configuration of a cluster, with RKE's below this key: RKE itself reads none of it";
    let mut finding = Finding::new(Code::DroppedKey, message)
        .with_severity(Severity::Note)
        .with_help("for `rke up`, write what is below this key into a cluster.yml of its own, and add the nodes")
        .in_field(RANCHERS);
    place(&mut finding, key);
    Some(finding)
}

impl ClusterConfig {
    /// What is wrong with the configuration: RKE's own rules, and those it forgets (an even number of etcd nodes, no control
    /// plane, addresses that two nodes share, networks that overlap or differ).
    ///
    /// It is looked at as RKE does, with the defaults filled in. Fields are named by their paths in cluster.yml; there are no
    /// positions: [`rke::validate`](crate::rke::validate) has them. Rules that depend on the Kubernetes version are passed over
    /// where none is set.
    pub fn validate(&self) -> Vec<Finding> {
        check(self)
    }
}

fn check(config: &ClusterConfig) -> Vec<Finding> {
    let mut report = Report::default();
    rules(config, true, &mut report);
    report.finish()
}

/// `has_nodes`: without nodes something is wrong.
fn rules(config: &ClusterConfig, has_nodes: bool, report: &mut Report) {
    let full = config.with_defaults();
    let version = version(&full, report);
    nodes::check(&full, report);
    services::check(&full, config, version.as_ref(), report);
    network::check(&full, version.as_ref(), report);
    let guidance = if has_nodes { Topology::of(&full).guidance() } else { Vec::new() };
    for finding in guidance {
        report.push(finding.in_field("nodes"));
    }
}

fn version(config: &ClusterConfig, report: &mut Report) -> Option<KubeVersion> {
    let text = config.kubernetes_version.as_deref().filter(|text| !text.is_empty())?;
    let version = KubeVersion::parse(text);
    if version.is_none() {
        report.push(
            Finding::new(Code::InvalidCluster, "kubernetes_version is no version as RKE reads it")
                .with_help("write it as v1.27.16-rancher1-1, with the v and all three numbers")
                .in_field("kubernetes_version"),
        );
    }
    version
}

/// Collects findings, and keeps their number in bounds.
#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
    counts: BTreeMap<Code, usize>,
}

impl Report {
    fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= MOST_OF_A_CODE {
            self.findings.push(finding);
        }
    }

    /// Whether another finding of that code would only be counted.
    fn is_full(&self, code: Code) -> bool {
        self.counts.get(&code).is_some_and(|count| *count >= MOST_OF_A_CODE)
    }

    /// One of RKE's own rules is broken: `rke up` refuses the file.
    fn invalid(&mut self, field: impl Into<String>, message: impl Into<String>, help: impl Into<String>) {
        self.push(Finding::new(Code::InvalidCluster, message).with_help(help).in_field(field));
    }

    /// A value is of another kind than its field: `rke up` refuses the file.
    fn wrong_type(&mut self, error: &Error) {
        let mut finding = Finding::new(Code::InvalidCluster, error.message());
        finding.help = error.help().map(str::to_owned);
        finding.field = error.field().map(str::to_owned);
        finding.position = error.position();
        finding.end = error.position();
        self.push(finding);
    }

    /// RKE goes on, but not as one may think.
    fn warning(&mut self, field: impl Into<String>, message: impl Into<String>, help: impl Into<String>) {
        let finding = Finding::new(Code::InvalidCluster, message).with_severity(Severity::Warning);
        self.push(finding.with_help(help).in_field(field));
    }

    fn finish(mut self) -> Vec<Finding> {
        for (code, count) in self.counts {
            if let Some(more) = count.checked_sub(MOST_OF_A_CODE).filter(|more| *more > 0) {
                self.findings.push(Finding::new(code, format!("{more} more of this kind")));
            }
        }
        self.findings
    }
}

/// A text of the file for a message: in quotes, and not too long.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = &*shown_text(Form::Text, text, cluster_schema()).unwrap_or(HIDDEN.into());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("\"{}…\"", text.get(..end).unwrap_or_default()),
        None => format!("\"{text}\""),
    }
}
