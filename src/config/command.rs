//! The name of a login command, without what may be its arguments.

/// See [`ExecConfig::command_name`](super::ExecConfig::command_name).
pub(crate) fn command_name(command: &str) -> &str {
    let is_behind_a_name = |c: char| c.is_whitespace() || c.is_control() || ",;|&<>$`\"'".contains(c);
    let drive = if command.get(1..3) == Some(":\\") { 3 } else { 0 };
    // Windows has blanks in paths: there the name ends with the extension of a program, unless arguments come before
    // it.
    let lower = command.to_ascii_lowercase();
    let ends = [".exe", ".cmd", ".bat", ".com"].map(|end| lower.find(end).map(|at| at + end.len()));
    let arguments = [" -", " /", "\""].iter().filter_map(|start| command.find(start)).min().unwrap_or(usize::MAX);
    let program = ends.into_iter().flatten().min().filter(|end| drive > 0 && *end <= arguments);
    let end = program.or_else(|| command.find(is_behind_a_name)).unwrap_or(command.len());
    // Neither is in the name of a command, but both are in what was written without a blank.
    let is_name = |name: &&str| !name.is_empty() && !name.get(drive..).unwrap_or_default().contains(['=', ':']);
    command.get(..end).filter(is_name).unwrap_or("a command")
}
