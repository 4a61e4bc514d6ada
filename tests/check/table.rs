//! Every code: found at the right line where the fault is, and nowhere where it is not.

use super::{Row, certificates, clients, rancher, rke, rules, security, structure, tokens};
use kubeconfig::finding::Code;
use std::collections::BTreeSet;
use std::fmt::Write;

fn rows() -> Vec<Row> {
    let all = [
        structure::rows(),
        rules::rows(),
        certificates::rows(),
        clients::rows(),
        tokens::rows(),
        security::rows(),
        rke::rows(),
        rancher::rows(),
    ];
    all.into_iter().flatten().collect()
}

#[test]
fn every_code_is_found_where_it_is_and_only_there() {
    let faults: Vec<String> = rows().iter().filter_map(Row::fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_code_has_a_row() {
    if !super::common::pki::have_rsa() {
        return;
    }
    let have: BTreeSet<Code> = rows().iter().map(|row| row.code).collect();
    // Of a build without `verify`; of what only the objects of a cluster tell; of several files about one cluster. `check`
    // looks at none of these.
    let not_of_check = [Code::NotVerified, Code::RevokedToken, Code::GuessedCluster];
    assert!(not_of_check.iter().all(|code| !have.contains(code)));
    let missing: Vec<&Code> =
        Code::ALL.iter().filter(|code| !have.contains(code) && !not_of_check.contains(code)).collect();
    assert!(missing.is_empty(), "without a row: {missing:?}");
}

/// `src/check/codes.md`, which is part of the documentation, has each code with its severity and meaning.
#[test]
fn the_documentation_has_each_code() {
    let mut table = String::from("| code | severity | what it means |\n|---|---|---|\n");
    for code in Code::ALL {
        writeln!(table, "| `{code}` | {} | {} |", code.severity(), code.what()).unwrap();
    }
    let documented = include_str!("../../src/check/codes.md");
    assert!(documented.contains(&table), "src/check/codes.md should have:\n{table}");
}

#[test]
fn every_code_has_a_page_of_its_own() {
    let mut names = BTreeSet::new();
    for code in Code::ALL {
        assert!(names.insert(code.as_str()), "{code} stands twice");
        assert!(code.as_str().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{code}");
        assert_eq!(code.as_str().parse::<Code>().unwrap(), *code);
        for part in [code.what(), code.why(), code.fix()] {
            assert!(part.len() > 3 && !part.contains("  ") && part.trim() == part, "{code}: {part:?}");
        }
        assert!(!code.what().ends_with('.') && code.why().ends_with('.') && code.fix().ends_with('.'), "{code}");
        let page = code.page();
        assert!(page.starts_with(&format!("{code} ({}): ", code.severity())), "{page}");
        assert!(page.lines().skip(1).all(|line| line.chars().count() <= 80), "{page}");
    }
    assert!("no-such-code".parse::<Code>().is_err());
}
