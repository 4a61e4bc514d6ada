//! The program, run with nothing of this machine's environment but what a test gives it.

use std::io::Write;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program's path.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_kubeconfig");

/// What came out of a run.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(output: Output) -> Run {
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The program in `folder`, which is its home too.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    set_up(&mut command, folder);
    command
}

fn set_up(command: &mut Command, folder: &Path) {
    command.current_dir(folder).env_clear().env("HOME", folder).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
}

/// Runs it.
pub fn run(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(command(folder, arguments).output().expect("the program starts"))
}

/// Runs it with `input` on standard input.
pub fn run_with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // A program that refuses early closes the pipe; that is no failure of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    Run::of(output)
}

/// Runs `script` with bash; the program is `"$0"`, the arguments `"$@"`.
#[cfg(unix)]
pub fn run_in_shell(folder: &Path, script: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new("bash");
    command.arg("-c").arg(script).arg(PROGRAM).args(arguments);
    set_up(&mut command, folder);
    Run::of(command.output().expect("bash starts"))
}

/// Runs it as a user without rights: as the one we are, or as `nobody` where that is root. `None` where neither goes.
#[cfg(unix)]
pub fn run_unprivileged(folder: &Path, arguments: &[&str]) -> Option<Run> {
    if !is_root() {
        return Some(run(folder, arguments));
    }
    // The program lies where nobody may not reach; a copy does not.
    let place = tempfile::tempdir().expect("a temporary folder");
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755)).expect("its mode");
    let copy = place.path().join("kubeconfig");
    std::fs::copy(PROGRAM, &copy).expect("a copy of the program");
    for _ in 0..50 {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&copy).args(arguments);
        set_up(&mut command, folder);
        let Ok(output) = command.output() else {
            super::skipped("setpriv");
            return None;
        };
        let run = Run::of(output);
        // A process that another test is just starting may still have the copy open for writing.
        if !run.stderr.contains("Text file busy") {
            return Some(run);
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the copy of the program stays busy");
}

/// Whether this is root, whom no mode keeps out.
#[cfg(unix)]
pub fn is_root() -> bool {
    let out = Command::new("id").arg("-u").output().expect("id starts");
    out.stdout.trim_ascii() == b"0"
}
