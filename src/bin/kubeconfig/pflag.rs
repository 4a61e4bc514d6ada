//! How the command line is read: by clap, with the habits of pflag, which is kubectl's library for it.

use crate::args::{Cli, Ignored, OverrideArgs};
use crate::edit::VERB;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// kubectl's verbs: their usage errors are exit 1, and they take kubectl's global flags.
const KUBECTLS: &[&str] = &[
    "view",
    "current-context",
    "get-contexts",
    "get-clusters",
    "get-users",
    "use-context",
    "use",
    "set-context",
    "set-cluster",
    "set-credentials",
    "set",
    "unset",
    "rename-context",
    "delete-context",
    "delete-cluster",
    "delete-user",
];

/// Those of them whose own flags have names of global ones.
const EDITING: &[&str] = &["set-context", "set-cluster", "set-credentials"];

const GLOBALS: &str = "kubectl's other global flags are taken, and ignored as kubectl ignores them here.";

/// The whole command line, ready to parse.
pub(crate) fn command() -> Command {
    let overrides = OverrideArgs::augment_args(Command::new(""));
    let is_override = |arg: &Arg| overrides.get_arguments().any(|other| other.get_id() == arg.get_id());
    let globals = Ignored::augment_args(overrides.clone());
    Cli::command().mut_subcommands(|verb| {
        let verb = verb.mut_args(as_pflag);
        let name = verb.get_name().to_owned();
        if !KUBECTLS.contains(&&*name) {
            return verb;
        }
        // What a verb has by itself has no short form, as `--namespace` of set-context: there `-n` is unknown.
        let is_used = |arg: &Arg| name == "view" && arg.get_id() == "context" || EDITING.contains(&&*name);
        let verb = verb.mut_args(|arg| if is_override(&arg) && !is_used(&arg) { arg.hide(true) } else { arg });
        let lacks = |arg: &&Arg| verb.get_arguments().all(|own| own.get_id() != arg.get_id());
        let others: Vec<Arg> =
            globals.get_arguments().filter(lacks).map(|arg| as_pflag(arg.clone().hide(true))).collect();
        verb.args(others).after_help(GLOBALS)
    })
}

/// The help of a verb.
pub(crate) fn help(verb: &str) -> String {
    let mut command = command();
    command.build();
    command.find_subcommand_mut(verb).map(|verb| verb.render_help().to_string()).unwrap_or_default()
}

/// The values in one of pflag's `StringSlice` flags: a line of CSV.
pub(crate) fn list(text: &str) -> Result<Vec<String>, &'static str> {
    let mut values = Vec::new();
    let mut rest = text;
    while !rest.is_empty() || text.ends_with(',') {
        let (value, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                if rest[..end].contains('"') {
                    return Err("a quote inside a value; put the value in quotes, and double those in it");
                }
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        values.push(value);
        match behind.strip_prefix(',') {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    Ok(values)
}

/// A value behind its opening quote, and what follows the closing one.
fn quoted_value(text: &str) -> Result<(String, &str), &'static str> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let Some((part, behind)) = rest.split_once('"') else { return Err("a quote without its end") };
        value.push_str(part);
        match behind.strip_prefix('"') {
            Some(behind) => {
                value.push('"');
                rest = behind;
            }
            None if behind.is_empty() || behind.starts_with(',') => return Ok((value, behind)),
            None => return Err("something stands behind a quoted value"),
        }
    }
}

/// Switches take `--switch=false` as well, and a value may look like a flag.
fn as_pflag(arg: Arg) -> Arg {
    match arg.get_action() {
        ArgAction::SetTrue => {
            let arg = if arg.get_default_values().is_empty() { arg.default_value("false") } else { arg };
            arg.action(ArgAction::Set)
                .num_args(0..=1)
                .require_equals(true)
                .hide_default_value(true)
                .default_missing_value("true")
                .value_name("BOOL")
                .value_parser(boolean)
        }
        ArgAction::Set | ArgAction::Append if !arg.is_positional() => arg.allow_hyphen_values(true),
        _ => arg,
    }
}

/// Go's `strconv.ParseBool`.
pub(crate) fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("it is neither true nor false"),
    }
}

/// Whether client-go takes `text` for a time to wait: whole seconds, or what Go's `time.ParseDuration` takes. Empty is none.
pub(crate) fn is_timeout(text: &str) -> bool {
    let units = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h"];
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text.is_empty() || rest == "0" || (!text.starts_with('-') && rest.parse::<i64>().is_ok()) {
        return true;
    }
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let figures = &rest[..rest.len() - number.len()];
        let unit_end = number.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(number.len());
        let is_number = figures.contains(|c: char| c.is_ascii_digit()) && figures.matches('.').count() < 2;
        if !is_number || !units.contains(&&number[..unit_end]) {
            return false;
        }
        rest = &number[unit_end..];
    }
    text.len() > 1
}

/// Why there is nothing to run: what to say, and the exit status.
pub(crate) struct Stop {
    pub(crate) text: String,
    pub(crate) status: u8,
}

/// Reads the command line.
pub(crate) fn parse(mut args: Vec<OsString>) -> Result<Cli, Stop> {
    let mut command = command();
    let verb = find_verb(&command, &args);
    match verb {
        // pflag takes flags before and after the verb alike; clap is given them after it.
        Some(at) => args[1..=at].rotate_right(1),
        // What else stands beside a call for help says nothing without a verb.
        None if args.iter().any(|arg| arg == "-h" || arg == "--help") => args = vec!["".into(), "--help".into()],
        None => {}
    }
    let name = verb.and_then(|_| args.get(1)).and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let known = command.find_subcommand(&name).is_some();
    let matches = command.try_get_matches_from_mut(args);
    if let Some(name) = matches.iter().find_map(ArgMatches::subcommand_name) {
        let _ = VERB.set(name.to_owned());
    }
    let parsed = matches.and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|error| {
        let text = error.to_string();
        if !error.use_stderr() {
            Stop { text, status: 0 }
        } else if known {
            Stop { text, status: if KUBECTLS.contains(&&*name) { 1 } else { 2 } }
        } else {
            // No verb that is known: all that there are.
            let what = text.split("\n\nUsage:").next().filter(|_| verb.is_some());
            let help = command.render_help();
            Stop { text: what.map_or(help.to_string(), |what| format!("{what}\n\n{help}")), status: 1 }
        }
    })
}

/// The first argument that is neither a flag nor the value of one.
fn find_verb(command: &Command, args: &[OsString]) -> Option<usize> {
    let flags = || command.get_subcommands().flat_map(Command::get_arguments).filter(|arg| takes_next(arg));
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        let arg = arg.to_string_lossy();
        let eats_next = match (arg.strip_prefix("--"), arg.strip_prefix('-')) {
            (Some(""), _) => return None,
            (Some(long), _) => flags().any(|flag| flag.get_long() == Some(long)),
            (None, Some(shorts)) => {
                let first = shorts.char_indices().find(|(_, c)| flags().any(|flag| flag.get_short() == Some(*c)));
                first.is_some_and(|(i, c)| i + c.len_utf8() == shorts.len())
            }
            (None, None) => return Some(at),
        };
        at += 1 + usize::from(eats_next);
    }
    None
}

fn takes_next(arg: &Arg) -> bool {
    arg.get_action().takes_values() && !arg.is_require_equals_set()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Verb;

    #[test]
    fn the_definition_holds() {
        command().debug_assert();
    }

    /// [`find_verb`] looks at all verbs' flags at once.
    #[test]
    fn a_flag_takes_a_value_in_every_verb_or_in_none() {
        let command = command();
        let flags: Vec<_> = command.get_subcommands().flat_map(Command::get_arguments).collect();
        for a in &flags {
            // As in kubectl `--current` of set-context stands behind the verb only.
            let same = |b: &&&Arg| a.get_long() == b.get_long() && a.get_long().is_some_and(|long| long != "current");
            for b in flags.iter().filter(same) {
                assert_eq!(takes_next(a), takes_next(b), "{a}");
            }
            for b in flags.iter().filter(|b| a.get_short().is_some() && a.get_short() == b.get_short()) {
                assert_eq!(takes_next(a), takes_next(b), "{a}");
            }
        }
    }

    fn parsed(line: &str) -> Result<Cli, u8> {
        parse(line.split(' ').map(OsString::from).collect()).map_err(|stop| stop.status)
    }

    #[test]
    fn flags_stand_before_and_after_the_verb() {
        for line in [
            "kubeconfig --kubeconfig x --context view view --minify",
            "kubeconfig view --kubeconfig=x --minify --context view",
            "kubeconfig --minify --kubeconfig x --context=no view --context=view",
            "kubeconfig -o yaml -n=view --kubeconfig y --kubeconfig x --context view view --minify=T",
        ] {
            match parsed(line) {
                Ok(Cli { verb: Verb::View(view) }) => {
                    assert_eq!(view.source.explicit().map(|p| p.as_path()), Some("x".as_ref()), "{line}");
                    assert_eq!(view.overrides.context.as_deref(), Some("view"), "{line}");
                    assert!(view.minify && view.merge, "{line}");
                }
                _ => panic!("{line}"),
            }
        }
    }

    #[test]
    fn repeated_flags() {
        let Ok(Cli { verb: Verb::Resolve(resolve) }) =
            parsed("kubeconfig --as-group a --token x resolve --as-group b --token -y -o json -o text")
        else {
            panic!()
        };
        assert_eq!(resolve.overrides.impersonate_groups, ["a", "b"]);
        assert_eq!(resolve.overrides.token.as_deref(), Some("-y"));
        assert_eq!(resolve.output, "text");
    }

    #[test]
    fn lists_of_values() {
        for (text, values) in [
            ("", &[][..]),
            ("a", &["a"]),
            ("a,b", &["a", "b"]),
            ("a,", &["a", ""]),
            (",", &["", ""]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"a\"\"b\"", &["a\"b"]),
            ("\"\",x", &["", "x"]),
            (" a, b", &[" a", " b"]),
        ] {
            assert_eq!(
                list(text).as_deref(),
                Ok(values.iter().map(ToString::to_string).collect::<Vec<_>>()).as_deref(),
                "{text}"
            );
        }
        for bad in ["a\"b", "\"a", "\"a\"b"] {
            assert!(list(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_to_wait() {
        for good in ["", "0", "5", "+5", "1m30s", "1.5h", ".5s", "-1s", "100ms", "3\u{b5}s", "5.s"] {
            assert!(is_timeout(good), "{good}");
        }
        for bad in ["-5", "5x", "s", "1.2.3s", ".s", "1m30", "m1", " 5", "5 s", "-", "--1s"] {
            assert!(!is_timeout(bad), "{bad}");
        }
    }

    #[test]
    fn usage_errors() {
        for (line, status) in [
            ("kubeconfig", 1),
            ("kubeconfig --kubeconfig x", 1),
            ("kubeconfig nope", 1),
            ("kubeconfig view extra", 1),
            ("kubeconfig view --merge=maybe", 1),
            ("kubeconfig view --minif", 1),
            ("kubeconfig get-contexts --raw", 1),
            ("kubeconfig view -n", 1),
            ("kubeconfig resolve extra", 2),
            ("kubeconfig export --nope", 2),
            ("kubeconfig resolve -o yaml", 2),
            ("kubeconfig completions csh", 2),
            ("kubeconfig --help", 0),
            ("kubeconfig --kubeconfig x -h", 0),
            ("kubeconfig view -h", 0),
            ("kubeconfig -h view", 0),
            ("kubeconfig --version", 0),
        ] {
            assert_eq!(parsed(line).err(), Some(status), "{line}");
        }
        assert!(parsed("kubeconfig current-context extra").is_ok());
    }
}
