//! An end by signal that leaves nothing behind.

use super::release_before_exit;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

/// From now on SIGINT, SIGTERM and SIGHUP end this process only after its locks and temporary files are removed
/// ([`release_before_exit`]). A second signal of the same kind ends it at once.
///
/// SIGXFSZ ends it no more: a write beyond the limit on the size of files (`ulimit -f`) gives an error, as one to a full
/// disk does.
///
/// For programs, early in `main`: it sets handlers for the whole process, and starts a thread that waits for signals. The library does
/// neither by itself. The process ends by the signal, so that whoever started it sees that. Signals that are
/// ignored, as `nohup` has it, stay ignored (where that can be known: on Linux).
///
/// # Errors
/// Where the system refuses a handler or a thread.
pub fn end_on_signals() -> io::Result<()> {
    let ignored = ignored();
    let caught: Vec<i32> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & bit(*signal) == 0).collect();
    for signal in &caught {
        let seen = Arc::new(AtomicBool::new(false));
        // In this order: the first signal finds the flag unset, and sets it.
        flag::register_conditional_default(*signal, Arc::clone(&seen))?;
        flag::register(*signal, seen)?;
    }
    // Any handler will do: the write itself then fails, with EFBIG.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut signals = Signals::new(caught)?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            release_before_exit();
            let _ = low_level::emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

fn bit(signal: i32) -> u64 {
    u32::try_from(signal - 1).ok().and_then(|shift| 1_u64.checked_shl(shift)).unwrap_or(0)
}

/// The signals that are ignored: the mask `SigIgn` of proc(5).
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
