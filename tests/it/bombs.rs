//! A Helm release is bytes that others in the cluster may write. A Secret holds at most 1 MiB, and whatever
//! that unpacks to takes bounded memory.

use std::io::Write as _;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use storebot::cluster::fuzz::{release_objects, unlocked_release};

/// What a release that is read may take for a moment, in MiB: 32 unpacked, while they grow as much again,
/// the manifest out of them, and the objects in it.
const MOST: u64 = 160;
/// Just below what is unpacked.
const LARGE: usize = 31 << 20;

/// `open`, then `again` as often as it takes, then `close`; packed as Helm does it.
fn bomb(open: &str, again: &str, close: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(open.as_bytes()).unwrap();
    let piece = again.repeat((1 << 16) / again.len());
    for _ in 0..LARGE / piece.len() {
        gzip.write_all(piece.as_bytes()).unwrap();
    }
    gzip.write_all(close.as_bytes()).unwrap();
    let stored = STANDARD.encode(gzip.finish().unwrap()).into_bytes();
    assert!(stored.len() < 1 << 20, "no Secret could hold it");
    stored
}

fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let manifest = |line: &str| bomb(r#"{"info":{"status":"deployed"},"manifest":""#, line, r#""}"#);
    vec![
        ("more than is unpacked", bomb("", " ", &" ".repeat(2 << 20))),
        ("numbers", bomb(r#"{"info":{},"x":["#, "0,", "0]}")),
        ("lists", bomb(r#"{"info":{},"x":["#, "[],", "0]}")),
        ("lists in lists", bomb(r#"{"info":{},"x":["#, "[", "")),
        ("a list in the manifest", bomb(r#"{"manifest":"["#, "0,", r#"0]"}"#)),
        ("documents", manifest(r"---\na: 0\n")),
        ("a long word", manifest("x")),
    ]
}

/// A line of `/proc/self/status`, in MiB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().unwrap() / 1024
}

#[test]
#[ignore = "runs alone in a process: see below"]
fn alone() {
    let mut found = Vec::new();
    for (name, stored) in bombs() {
        // Begins a new peak.
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let before = status("VmRSS:");
        let _ = release_objects(&stored);
        let _ = unlocked_release("pending-upgrade", &stored);
        let peak = status("VmHWM:").saturating_sub(before);
        println!("{name}: {peak} MiB");
        if peak > MOST {
            found.push(name);
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// In a process of its own: memory is of a whole process, and other tests run in this one.
#[test]
fn a_bomb_takes_bounded_memory() {
    let own = std::env::current_exe().unwrap();
    let run = Command::new(own).args(["--ignored", "--exact", "bombs::alone", "--nocapture"]).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
}
