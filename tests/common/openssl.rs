//! The `openssl` program: it makes what rcgen can't, and judges.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Whether it is there; says so where not, or fails on CI.
pub fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        let available = Command::new("openssl").arg("version").output().is_ok_and(|out| out.status.success());
        if !available {
            super::skipped("openssl");
        }
        available
    })
}

/// What it printed on standard output and on standard error, and whether all went well.
pub struct Answer {
    pub out: Vec<u8>,
    pub err: String,
    pub success: bool,
}

/// Runs it in a folder, with `input` on standard input.
pub fn ask(folder: &Path, args: &[&str], input: &[u8]) -> Answer {
    let mut child = Command::new("openssl")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl starts");
    // It may end without reading.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("openssl ends");
    Answer {
        out: output.stdout,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        success: output.status.success(),
    }
}

/// As [`ask`]; it has to go well. Returns standard output.
pub fn run(folder: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let answer = ask(folder, args, input);
    assert!(answer.success, "openssl {args:?}: {}", answer.err);
    answer.out
}

/// As [`run`], for what prints text.
pub fn text(folder: &Path, args: &[&str], input: &[u8]) -> String {
    String::from_utf8(run(folder, args, input)).expect("text")
}
