//! Which files a verb reads.

use crate::args::Source;
use crate::output::Failure;
use kubeconfig::syntax::Limits;
use kubeconfig::{Loaded, Loader, Printable};
use std::io::Read;
use std::path::Path;

/// The loader for `--kubeconfig`, `$KUBECONFIG` or the file at home; `-` is standard input.
pub(crate) fn loader(source: &Source) -> Result<Loader, Failure> {
    source.explicit().map_or_else(|| Ok(Loader::from_env()), |path| of(path))
}

/// The loader for a file that is named; `-` is standard input.
pub(crate) fn of(path: &Path) -> Result<Loader, Failure> {
    Ok(loader_of([path])?.explicit(path))
}

/// A loader that knows standard input, if that is among the files.
pub(crate) fn loader_of<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<Loader, Failure> {
    let loader = Loader::from_env();
    if !files.into_iter().any(|file| file == Path::new("-")) {
        return Ok(loader);
    }
    let mut input = Vec::new();
    // One byte more than is allowed, so that the library sees that it is too much.
    let limit = Limits::default().input.saturating_add(1);
    match std::io::stdin().lock().take(limit).read_to_end(&mut input) {
        Ok(_) => Ok(loader.stdin(input)),
        Err(error) => Err(Failure::said(format_args!("standard input: {error}"))),
    }
}

/// As [`loader`], for who reads standard input himself.
pub(crate) fn plain(source: &Source) -> Loader {
    match source.explicit() {
        Some(path) => Loader::from_env().explicit(path),
        None => Loader::from_env(),
    }
}

/// Loads as `kubectl config` does: to its verbs a file that is named and not there is an empty configuration.
pub(crate) fn config(source: &Source) -> Result<Loaded, Failure> {
    Ok(loader(source)?.require_explicit(false).load()?)
}

/// The bytes of a file that is named on the command line; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let said =
        |error: &dyn std::fmt::Display| Failure::said(format_args!("{}: {error}", Printable(&path.to_string_lossy())));
    let limit = Limits::default().input;
    let mut input = Vec::new();
    let read = match path == Path::new("-") {
        true => std::io::stdin().lock().take(limit + 1).read_to_end(&mut input),
        false => std::fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut input)),
    };
    match read {
        Ok(read) if read as u64 > limit => Err(said(&format_args!("larger than the limit of {limit} bytes"))),
        Ok(_) => Ok(input),
        Err(error) => Err(said(&error)),
    }
}
