//! The table through the library, with whatever features it was built: another feature settles what was unknown, and
//! never changes a yes or a no. CI runs this with none of them, with the usual ones and with all.

use super::assert_none;
use super::common::openssl;
use super::table::rows;
use super::{all, pki};
use kubeconfig::Loader;
use kubeconfig::access::{Examiner, Verdict};
use kubeconfig::load::Environment;
use kubeconfig::pki_types::UnixTime;
use std::time::Duration;

/// What the judge sees where it sees all.
const IS_WHOLE: bool = cfg!(feature = "verify");

#[test]
fn a_feature_settles_what_was_unknown() {
    if !openssl::available() {
        return;
    }
    let (rows, cases) = (rows(), all());
    let examiner = Examiner::at(UnixTime::since_unix_epoch(Duration::from_secs(pki::now())));
    let mut faults = Vec::new();
    let mut settled = 0;
    // What comments say of a token is for the module `rancher` to read.
    for case in cases.iter().filter(|case| case.comments.is_empty()) {
        let row = &rows[case.row];
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = case.lay_out(folder.path());
        // A file that cannot be read has no verdict.
        let Ok(loaded) = Loader::new(Environment::new(folder.path())).explicit(&path).load() else { continue };
        let [access] = &examiner.contexts(&loaded)[..] else { panic!("one context: {}", case.label()) };
        let verdict = access.verdict();
        let expected = match row.outage.as_str() {
            "yes" => Verdict::Yes,
            "no" => Verdict::No,
            _ => Verdict::Unknown,
        };
        let is_open = verdict == Verdict::Unknown && !IS_WHOLE;
        if verdict != expected && !is_open {
            faults.push(format!("{}: {verdict}, not {expected}: {access}", case.label()));
        }
        if access.stands_alone() && row.export != 0 {
            faults.push(format!("{}: it stands alone, and export exits {}", case.label(), row.export));
        }
        settled += usize::from(verdict != Verdict::Unknown);
    }
    assert_none(&faults);
    assert!(settled > 150, "{settled}");
}
