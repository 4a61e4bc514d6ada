//! Any bytes, checked: nothing panics, every finding is in the text, and what is printed is safe for a terminal and whole.

#![no_main]

use kubeconfig::cert::parse_time;
use kubeconfig::check::Checker;
use kubeconfig::finding::Code;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let checker = Checker::at(parse_time("2026-11-22").expect("a time"));
    let report = checker.bytes("file", bytes);
    let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r' | 0x85 | 0xA8 | 0xA9)).count() + 1;
    for finding in report.findings() {
        assert!(!finding.message.is_empty() && finding.help.is_some());
        let (Some(start), Some(end)) = (finding.position, finding.end) else { continue };
        assert!(start <= end && start.line >= 1 && start.column >= 1 && end.line as usize <= lines + 1);
    }
    let human = report.to_string();
    assert!(!human.contains(|c: char| c.is_control() && c != '\n'), "{human:?}");
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["findings"].as_array().expect("a list").len(), report.findings().len());
    let _: serde_json::Value = serde_json::from_str(&report.to_sarif()).expect("JSON");
    // A code that is allowed takes its own findings with it, and no others.
    if let Some(code) = report.findings().next().map(|finding| finding.code) {
        let without = checker.allow(code).bytes("file", bytes);
        let others = report.findings().filter(|finding| finding.code != code).count();
        assert_eq!(without.findings().len(), others, "{code}");
    }
    let unread = report.unread().count();
    assert!(unread == 0 || report.has(Code::Unreadable), "{human}");
});
