//! Processes of an earlier, detached session: found by pid file, and touched only when
//! `/proc` shows that the pid still is the process we started.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// One process of a detached session.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Its name.
    pub name: String,
    pid: i32,
    layer: u8,
    grace: Duration,
    mark: String,
}

/// The processes in the pid files of `pids`. Every one of ours has the path of its
/// `data` folder among its arguments; that is how it is told from a stranger.
pub fn remembered(pids: &Path, data: &Path) -> Vec<Remembered> {
    let Ok(entries) = fs::read_dir(pids) else {
        return Vec::new();
    };
    let mut list: Vec<Remembered> = entries
        .flatten()
        .filter_map(|entry| {
            let text = fs::read_to_string(entry.path()).ok()?;
            let [pid, layer, grace] = text.trim().split(' ').collect::<Vec<_>>().try_into().ok()?;
            Some(Remembered {
                name: entry.file_name().into_string().ok()?,
                pid: pid.parse().ok()?,
                layer: layer.parse().ok()?,
                grace: Duration::from_millis(grace.parse().ok()?),
                mark: data.display().to_string(),
            })
        })
        .collect();
    list.sort_by(|a, b| (b.layer, &a.name).cmp(&(a.layer, &b.name)));
    list
}

/// Stops them, highest layer first. Returns how many were running.
pub fn stop(list: &[Remembered]) -> usize {
    let running: Vec<&Remembered> = list.iter().filter(|process| process.is_running()).collect();
    for layer in running.chunk_by(|a, b| a.layer == b.layer) {
        layer.iter().for_each(|process| process.signal(Signal::TERM));
        let grace = layer.iter().map(|process| process.grace).max().unwrap_or_default();
        let deadline = Instant::now() + grace;
        while layer.iter().any(|process| process.is_running()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(40));
        }
        layer.iter().for_each(|process| process.signal(Signal::KILL));
    }
    running.len()
}

impl Remembered {
    /// Whether the pid is alive and still ours. A zombie counts as gone: in a container
    /// nobody may ever reap it.
    pub fn is_running(&self) -> bool {
        let proc = Path::new("/proc").join(self.pid.to_string());
        let ours = fs::read(proc.join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(&self.mark));
        let zombie = fs::read_to_string(proc.join("stat"))
            .is_ok_and(|stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')));
        ours && !zombie
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.pid)
            && self.is_running()
        {
            // No such group: it has ended since the check, or it is so young that `setsid`
            // has not made the group yet.
            if kill_process_group(pid, signal).is_err() {
                let _ = kill_process(pid, signal);
            }
        }
    }
}
