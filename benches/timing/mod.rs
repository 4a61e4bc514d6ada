//! How the benches take time: in turns, of which the median counts.

use std::hint::black_box;
use std::time::Instant;

pub fn timed<T>(times: &mut Vec<f64>, deed: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = black_box(deed());
    times.push(start.elapsed().as_secs_f64());
    done
}

/// In seconds; not a number where nothing was timed.
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

pub fn milliseconds(seconds: f64) -> String {
    if seconds.is_nan() { "-".into() } else { format!("{:.1} ms", seconds * 1e3) }
}
