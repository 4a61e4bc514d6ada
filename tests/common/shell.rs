//! Printed commands, as a POSIX shell reads them.

use std::fs;
use std::process::Command;

/// The programs that printed commands call.
const PROGRAMS: [&str; 12] =
    ["aws", "az", "chmod", "docker", "gcloud", "kubeadm", "kubeconfig", "kubectl", "rancher", "rke", "rm", "systemctl"];

/// What each command of the lines gets for its arguments, itself among them. Nothing is run but the shell. `None`
/// where there is no shell.
pub fn arguments(lines: &str) -> Option<Vec<Vec<Vec<u8>>>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Each argument with a mark before it, so that an empty one is seen.
    let show = "for a in \"$0\" \"$@\"; do printf 'a%s\\0' \"$a\" >&3; done; printf 'e\\0' >&3\n";
    for name in PROGRAMS {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{show}")).expect("a script");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
    }
    let script = format!("exec 3>&1 || exit\n{lines}\n");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(folder.path()).env_clear();
    let path = std::env::join_paths([folder.path(), "/bin".as_ref(), "/usr/bin".as_ref()]).expect("a path");
    let out = shell.env("PATH", path).output().ok()?;
    assert!(out.stderr.is_empty(), "{lines}\n{}", String::from_utf8_lossy(&out.stderr));
    let (mut commands, mut command) = (Vec::new(), Vec::new());
    for word in out.stdout.split(|byte| *byte == 0) {
        match word.split_first() {
            Some((b'a', word)) => command.push(word.to_owned()),
            Some((b'e', _)) => commands.push(std::mem::take(&mut command)),
            _ => {}
        }
    }
    for command in &mut commands {
        if let Some(program) = command.first_mut() {
            *program = program.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_owned();
        }
    }
    Some(commands)
}

/// As [`arguments`], of one command, as text.
pub fn words(line: &str) -> Option<Vec<String>> {
    let mut commands = arguments(line)?;
    assert_eq!(commands.len(), 1, "{line}");
    commands.pop().map(|words| words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}
