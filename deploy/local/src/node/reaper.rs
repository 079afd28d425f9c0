//! The duties of a first process: taking leave of children that were left to it, which are
//! containerd's shims (others are waited for by whoever started them), and ending the pods
//! before it ends itself.

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

/// As the kernel shortens it.
const SHIM: &str = "containerd-shim";
/// Databases write what they have; the kernel ends what takes longer.
const GRACE: Duration = Duration::from_secs(8);
const POLL: Duration = Duration::from_millis(40);

/// Buries every shim that ends.
pub async fn bury_shims() {
    let Ok(mut children) = signal(SignalKind::child()) else {
        return;
    };
    while children.recv().await.is_some() {
        for process in processes().filter(|process| process.is_shim() && process.state == 'Z') {
            let _ = waitpid(Some(process.pid), WaitOptions::NOHANG);
        }
    }
}

/// Asks the first process of every container to end, and waits for that. One that has made no
/// arrangements for being asked, and as first process is not ended by the kernel either, is not
/// waited for.
pub async fn end_containers() {
    let mut list = containers();
    list.retain(|container| hears_term(*container));
    for container in &list {
        // Fails only when it has ended.
        let _ = kill_process(*container, Signal::TERM);
    }
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline && containers().iter().any(|container| list.contains(container)) {
        sleep(POLL).await;
    }
}

/// Ends everything but this process, and waits until the kernel has.
pub async fn kill_all() {
    let others = || processes().filter(|process| process.pid != getpid() && process.state != 'Z');
    for other in others() {
        let _ = kill_process(other.pid, Signal::KILL);
    }
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline && others().next().is_some() {
        sleep(POLL).await;
    }
}

/// Whether the process has a handler for TERM.
fn hears_term(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("SigCgt:")).is_some_and(catches_term)
}

/// The set of caught signals is a bit mask in hexadecimal; the first bit is signal 1.
fn catches_term(mask: &str) -> bool {
    let bit = Signal::TERM.as_raw() - 1;
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask >> bit & 1 == 1)
}

/// The first process of every container is a child of a shim.
fn containers() -> Vec<Pid> {
    let list: Vec<Process> = processes().filter(|process| process.state != 'Z').collect();
    let shims: HashSet<i32> =
        list.iter().filter(|process| process.is_shim()).map(|shim| shim.pid.as_raw_nonzero().get()).collect();
    list.iter().filter(|process| shims.contains(&process.parent)).map(|process| process.pid).collect()
}

struct Process {
    pid: Pid,
    name: String,
    state: char,
    parent: i32,
}

impl Process {
    fn is_shim(&self) -> bool {
        self.name == SHIM
    }
}

/// All processes of the node; its `/proc` shows no others.
fn processes() -> impl Iterator<Item = Process> {
    fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        parse(&fs::read_to_string(entry.path().join("stat")).ok()?)
    })
}

/// Reads `pid (name) state parent …`; a name may contain anything.
fn parse(stat: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    Some(Process {
        pid: Pid::from_raw(pid.parse().ok()?)?,
        name: name.to_owned(),
        state: fields.next()?.chars().next()?,
        parent: fields.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_caught_signals_is_read() {
        assert!(catches_term("\t0000000000004000"));
        assert!(!catches_term("\t0000000000000000"));
    }

    #[test]
    fn odd_names_do_not_confuse() {
        let found =
            parse("12 (a) b (c) Z 7 1 1 0").map(|process| (process.name.clone(), process.state, process.parent));
        assert_eq!(found, Some(("a) b (c".to_owned(), 'Z', 7)));
    }
}
