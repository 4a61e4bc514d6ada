//! Readers, writers and killers at the same time.

use super::*;
use std::process::Stdio;
use std::sync::Barrier;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

#[test]
fn of_many_creators_one_wins() {
    for _ in 0..20 {
        let folder = Folder::new();
        let path = folder.path("new");
        let barrier = Barrier::new(8);
        let create = |number: u8| {
            barrier.wait();
            (number, new(&path, &vec![number; 100_000]))
        };
        let results: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || create(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let winners: Vec<_> = results.iter().filter(|(_, r)| r.is_ok()).map(|(number, _)| *number).collect();
        assert_eq!(winners.len(), 1, "{results:?}");
        assert!(results.iter().all(|(_, r)| r.as_ref().err().is_none_or(|e| e.kind() == ErrorKind::Refused)));
        assert_eq!(fs::read(&path).unwrap(), vec![winners[0]; 100_000]);
        assert_eq!(folder.names(), ["new"]);
    }
}

#[test]
fn a_reader_never_sees_a_part() {
    let folder = Folder::new();
    let path = folder.path("config");
    force(&path, &big(0)).unwrap();
    let done = AtomicBool::new(false);
    let reads = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                assert_whole(&path);
                reads += 1;
            }
            reads
        });
        for round in 0..100 {
            force(&path, &big(round)).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads > 0);
    assert_eq!(folder.names(), ["config"]);
}

#[test]
fn a_killed_writer_leaves_a_whole_file() {
    let folder = Folder::new();
    let path = folder.path("config");
    let mut left = 0;
    for round in 0..30 {
        let before = fs::metadata(&path).map_or(0, |m| m.ino());
        let mut writer = command(&["env"], "forever", &path).stdout(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while fs::metadata(&path).map_or(0, |m| m.ino()) == before {
            assert!(start.elapsed() < Duration::from_secs(60), "the writer does not write");
            thread::sleep(Duration::from_millis(1));
        }
        // At points that differ, spread over some writes.
        thread::sleep(Duration::from_micros(u64::from(writer.id()) % 997 + round * 1_700));
        writer.kill().unwrap();
        writer.wait().unwrap();
        assert_whole(&path);
        for name in folder.names().into_iter().filter(|name| name != "config") {
            assert!(name.starts_with(".config.") && name.ends_with(".tmp") && name.len() == 28, "{name}");
            assert_eq!(mode(&folder.path(&name)), 0o600);
            fs::remove_file(folder.path(&name)).unwrap();
            left += 1;
        }
    }
    eprintln!("{left} of 30 killed in the middle of a write");
}

fn assert_whole(path: &Path) {
    let found = fs::read(path).unwrap();
    assert!(found == big(0) || found == big(1), "torn: {} bytes", found.len());
}
