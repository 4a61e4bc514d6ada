//! The matrix: structures × usages × purposes × times, each beside `openssl verify`.

use crate::at;
use crate::common::openssl;
use crate::plan::{Case, Made, Plan, agree, ca, judge, leaf, path_length};
use kubeconfig::cert::{Purpose, Verifier};
use rcgen::{ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};

/// What two judges do not agree on by design stands in `stories.rs`: the last second of a certificate, and
/// `anyExtendedKeyUsage`. Neither is in here.
#[test]
fn the_matrix_is_judged_as_openssl_judges_it() {
    if !openssl::available() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut judged, mut trusted, mut wrong) = (0, 0, Vec::new());
    for (root_name, root) in roots() {
        let root = root.self_signed();
        for (middle_name, plans) in middles() {
            let mut middle: Vec<Made> = Vec::new();
            for plan in plans {
                middle.push(plan.signed_by(middle.last().unwrap_or(&root)));
            }
            let issuer = middle.last().unwrap_or(&root);
            let leaves: Vec<_> =
                leaf_purposes().iter().map(|purposes| leaf(purposes).years(2020, 2037).signed_by(issuer)).collect();
            // Top down, with the leaves among them.
            let others: Vec<_> = middle.iter().chain(&leaves).map(|made| made.certificate.clone()).collect();
            let cas = [root.certificate.clone()];
            let verifier = Verifier::new(&cas).with_intermediates(&others);
            let leaf_pems: Vec<_> = leaves.iter().map(|made| made.pem.as_str()).collect();
            let other_pems: Vec<_> = middle.iter().map(|made| made.pem.as_str()).collect();
            for (purpose, time) in PURPOSES_AND_TIMES {
                let case = Case { cas: &[&root.pem], others: &other_pems, purpose, time };
                for (leaf, errors) in leaves.iter().zip(judge(&folder, &case, &leaf_pems)) {
                    let chain = verifier.verify(&leaf.certificate, purpose, at(time));
                    judged += 1;
                    trusted += usize::from(chain.is_trusted());
                    if !agree(chain.verdict(), &errors) {
                        let usage = leaf.certificate.extended_key_usage();
                        wrong.push(format!(
                            "{root_name} / {middle_name} / {usage:?}, {purpose:?} at {time}: {:?}, openssl {errors:?}",
                            chain.verdict()
                        ));
                    }
                }
            }
        }
    }
    println!("{judged} judged, {trusted} trusted by both");
    assert!(trusted > 100 && judged > 10 * trusted / 2, "the matrix is lopsided");
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong.join("\n"));
}

const PURPOSES_AND_TIMES: [(Purpose, &str); 5] = [
    (Purpose::ClientAuth, "2026-11-22"),
    (Purpose::ServerAuth, "2026-11-22"),
    (Purpose::Any, "2026-11-22"),
    (Purpose::ClientAuth, "2019-12-31T23:59:59Z"),
    (Purpose::ClientAuth, "2037-01-01T00:00:01Z"),
];

fn leaf_purposes() -> [Vec<ExtendedKeyUsagePurpose>; 5] {
    use ExtendedKeyUsagePurpose::{ClientAuth, CodeSigning, ServerAuth};
    [vec![], vec![ClientAuth], vec![ServerAuth], vec![ServerAuth, ClientAuth], vec![CodeSigning]]
}

fn roots() -> [(&'static str, Plan); 9] {
    [
        ("root", ca("root")),
        ("root, over", ca("root").years(2000, 2010)),
        ("root, 1950 to 9999", ca("root").years(1950, 9999)),
        ("root, no CA", Plan { ca: IsCa::ExplicitNoCa, ..ca("root") }),
        ("root, no basic constraints", Plan { ca: IsCa::NoCa, usages: vec![], ..ca("root") }),
        ("root, not for certificates", Plan { usages: vec![KeyUsagePurpose::DigitalSignature], ..ca("root") }),
        ("root, path length 0", Plan { ca: path_length(0), ..ca("root") }),
        ("root, path length 1", Plan { ca: path_length(1), ..ca("root") }),
        ("root, servers only", Plan { purposes: vec![ExtendedKeyUsagePurpose::ServerAuth], ..ca("root") }),
    ]
}

/// From the root down.
fn middles() -> [(&'static str, Vec<Plan>); 9] {
    let code = vec![ExtendedKeyUsagePurpose::CodeSigning];
    [
        ("none", vec![]),
        ("one", vec![ca("one")]),
        ("two", vec![ca("one"), ca("two")]),
        ("one, over", vec![ca("one").years(2000, 2010)]),
        ("one, not yet", vec![ca("one").years(2036, 2040)]),
        ("one, no CA", vec![Plan { ca: IsCa::ExplicitNoCa, ..ca("one") }]),
        ("one for code, two", vec![Plan { purposes: code, ..ca("one") }, ca("two")]),
        ("path length 0, two", vec![Plan { ca: path_length(0), ..ca("one") }, ca("two")]),
        ("one, path length 0", vec![Plan { ca: path_length(0), ..ca("one") }]),
    ]
}
