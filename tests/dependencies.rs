//! How many crates come with this one.

use std::collections::BTreeSet;
use std::process::Command;

/// The crates in `cargo tree -e normal`, this one included; `None` where cargo can't tell (a packaged copy, no network).
fn crates(features: &[&str]) -> Option<usize> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-dedupe"])
        .args(features)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names: BTreeSet<_> = text.lines().map(|l| l.split_whitespace().take(2).collect::<Vec<_>>()).collect();
    output.status.success().then_some(names.len())
}

#[test]
fn few_crates_come_with_it() {
    for (features, limit) in [(&["--no-default-features"][..], 20), (&[], 40), (&["--all-features"], 60)] {
        let Some(count) = crates(features) else {
            eprintln!("skipped: cargo tree does not answer");
            return;
        };
        println!("{count} crates, this one included, with {features:?}; at most {limit}");
        assert!(count > 5 && count <= limit, "{count} crates with {features:?}");
    }
}
