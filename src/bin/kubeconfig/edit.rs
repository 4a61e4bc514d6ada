//! What all editing verbs have in common: which files, how they are written, and what is said of it.

use crate::args::Source;
use crate::load;
use crate::output::{Failure, Out, say};
use crate::pflag;
use crate::saved;
use clap::Args;
use kubeconfig::edit::Diff;
use kubeconfig::load::Unread;
use kubeconfig::rancher::disown_new_tokens;
use kubeconfig::store::{Changed, Draft, Edited, How, PreviewedFile, Store, git_work_tree};
use kubeconfig::{Error, Loader, Printable};
use std::path::Path;
use std::sync::OnceLock;

#[derive(Args)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) how: HowArgs,
}

/// How files are written.
#[derive(Args)]
pub(crate) struct HowArgs {
    /// Show what would change, secrets hidden, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How many old versions of the file to keep from now on, for restore; 0 removes all. 5, if that was never said
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    /// Remove a lock that is in the way: one that a killed kubectl left behind
    #[arg(long)]
    break_lock: bool,
}

impl HowArgs {
    /// For verbs that write anew where they don't change a file.
    pub(crate) fn only_with_into(&self) -> Result<(), Failure> {
        match self.dry_run || self.break_lock {
            true => Err(Failure::Usage("--dry-run and --break-lock go with --into FILE")),
            false => Ok(()),
        }
    }

    pub(crate) fn store(&self) -> Store {
        let store = Store::from_env().break_lock(self.break_lock).verb(VERB.get().map_or("", String::as_str));
        self.keep.map_or(store.clone(), |versions| store.keep(versions))
    }
}

/// The verb of the command line, which kept copies are marked with.
pub(crate) static VERB: OnceLock<String> = OnceLock::new();

/// Changes the configuration, or shows what would change; then there is nothing more to say and it is `None`.
pub(crate) fn edit<T>(
    args: &EditArgs,
    out: &mut Out,
    change: impl FnMut(&mut Draft) -> Result<T, Error>,
) -> Result<Option<Edited<T>>, Failure> {
    let change = speaking_for_themselves(change);
    if args.source.explicit().is_some_and(|path| path == Path::new("-")) {
        return Err(Failure::said("standard input can't be changed; name a file"));
    }
    let loader = load::loader(&args.source)?.require_explicit(false);
    if args.how.dry_run {
        let preview = args.how.store().preview_edit(&loader, change)?;
        show(&preview.files, out)?;
        return Ok(None);
    }
    let edited = args.how.store().edit(&loader, change)?;
    say_changed(&edited.changed, &edited.warnings, out);
    Ok(Some(edited))
}

/// Comments of Rancher's stay where they are, and don't speak for tokens that come later.
fn speaking_for_themselves<T>(
    mut change: impl FnMut(&mut Draft) -> Result<T, Error>,
) -> impl FnMut(&mut Draft) -> Result<T, Error> {
    move |draft| {
        let done = change(draft)?;
        disown_new_tokens(draft);
        Ok(done)
    }
}

/// Notes what was changed, and says what else is to be said of it.
pub(crate) fn say_changed(changed: &[Changed], warnings: &[String], out: &mut Out) {
    changed.iter().for_each(|change| out.note_changed(&change.path));
    changed.iter().for_each(say_in_place);
    warnings.iter().for_each(|warning| say(&format_args!("warning: {warning}")));
}

/// That a file could not be replaced in one step.
fn say_in_place(changed: &Changed) {
    if changed.how == How::InPlace {
        let copy = changed.kept.as_deref().map(|kept| format!("; what it held is in {}", Printable(&shown(kept))));
        let (file, copy) = (shown(&changed.path), copy.unwrap_or_default());
        say(&format_args!(
            "note: {} was written in place, for a new file can't take its place or would belong to somebody else{copy}",
            Printable(&file)
        ));
    }
}

/// Changes the one file `--into` names, or shows what would change. Says what in it is not read.
pub(crate) fn into<T>(
    file: &Path,
    how: &HowArgs,
    out: &mut Out,
    change: impl FnMut(&mut Draft) -> Result<T, Error>,
) -> Result<T, Failure> {
    let mut unread = Vec::new();
    let mut change = speaking_for_themselves(change);
    let change = |draft: &mut Draft| {
        unread = draft.loaded().unread();
        change(draft)
    };
    if file == Path::new("-") {
        return Err(Failure::Usage("--into - makes no sense; --out - is standard output"));
    }
    let loader = Loader::from_env().explicit(file).require_explicit(false);
    if how.dry_run {
        let preview = how.store().preview_edit(&loader, change)?;
        show(&preview.files, out)?;
        say_unread(&unread);
        return Ok(preview.value);
    }
    let edited = how.store().edit(&loader, change)?;
    say_changed(&edited.changed, &edited.warnings, out);
    match edited.changed.first() {
        Some(changed) => {
            let deed = if changed.how == How::Created { "wrote" } else { "changed" };
            say(&format_args!("{deed} {}", Printable(&shown(file))));
            saved::warn_of_git(git_work_tree(&changed.target).as_deref());
        }
        None => say(&format_args!("there is nothing to change in {}", Printable(&shown(file)))),
    }
    say_unread(&unread);
    Ok(edited.value)
}

/// Warns of what stands in a file and is not read.
pub(crate) fn say_unread(unread: &[Unread]) {
    unread.iter().for_each(|unread| say(&format_args!("warning: {unread}")));
}

/// Prints what would become of files.
pub(crate) fn show(files: &[PreviewedFile], out: &mut Out) -> Result<(), Failure> {
    for file in files {
        out.text(&Diff::of(file).to_string())?;
    }
    out.flush()?;
    say(&if files.is_empty() { "nothing would change" } else { "nothing was written: this is a dry run" });
    Ok(())
}

/// kubectl's answer to a number of arguments that a verb does not take: its help, and an error.
pub(crate) fn unexpected(verb: &str, arguments: &[String], out: &mut Out) -> Result<u8, Failure> {
    out.text(&pflag::help(verb))?;
    Err(Failure::said(format_args!("Unexpected args: [{}]", Printable(&arguments.join(" ")))))
}

/// A path as kubectl prints it.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A name in quotes, as Go's `%q` has it.
pub(crate) fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push('"');
    for c in name.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\0'..='\u{1f}' | '\u{7f}' => quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
            // What Rust has to escape, Go does not print either.
            c if c.escape_debug().count() > 1 && !c.is_ascii() && u32::from(c) < 0x1_0000 => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c if c.escape_debug().count() > 1 && !c.is_ascii() => {
                quoted.push_str(&format!("\\U{:08x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_are_quoted_as_go_does_it() {
        for (name, go) in [
            ("prod", r#""prod""#),
            ("a'b\"c\\d", r#""a'b\"c\\d""#),
            ("\u{7}\u{8}\u{c}\n\r\t\u{b}\u{1b}\0\u{7f}", r#""\a\b\f\n\r\t\v\x1b\x00\x7f""#),
            ("größe 日本 🦀", "\"größe 日本 🦀\""),
            ("\u{85}\u{200b}\u{202e}\u{feff}", r#""\u0085\u200b\u202e\ufeff""#),
            ("\u{e0001}", r#""\U000e0001""#),
        ] {
            assert_eq!(quoted(name), go);
        }
    }
}
