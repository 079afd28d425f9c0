//! How long stores waited for another worker after theirs was killed, read from the logs. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Lines of workers about stores; those of notifiers say nothing about who holds one.
const WORKER: &str = " storebot::worker";
/// The last line of a worker about a store that it gives back.
const GIVEN_BACK: &str = "job ended";

/// One line about a store.
struct Line<'a> {
    at: Timestamp,
    by: &'a str,
    store: &'a str,
    gives_back: bool,
}

/// Seconds from each kill (when, and of which process) to the first sign of life of each store that it
/// held. `logs` are lines in order of time: `<time> <process> …`.
pub(super) fn recoveries(logs: &[String], kills: &[(Timestamp, String)]) -> Vec<f64> {
    let lines: Vec<Line<'_>> = logs.iter().filter_map(|line| read(line)).collect();
    let mut all: Vec<f64> = kills.iter().flat_map(|(at, killed)| after(&lines, *at, killed)).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn read(line: &str) -> Option<Line<'_>> {
    let (at, rest) = line.split_once(' ')?;
    let (by, rest) = rest.split_once(' ')?;
    let store = rest.split_once("store.id=")?.1.split(' ').next()?;
    rest.contains(WORKER).then_some(())?;
    Some(Line { at: at.parse().ok()?, by, store, gives_back: rest.contains(GIVEN_BACK) })
}

fn after(lines: &[Line<'_>], killed_at: Timestamp, killed: &str) -> Vec<f64> {
    let killed_here = lines.partition_point(|line| line.at < killed_at);
    let (before, later) = lines.split_at(killed_here);
    let last: BTreeMap<&str, &Line<'_>> = before.iter().map(|line| (line.store, line)).collect();
    let held = last.into_values().filter(|line| line.by == killed && !line.gives_back);
    let next = held.filter_map(|line| later.iter().find(|other| other.store == line.store));
    next.map(|line| line.at.duration_since(killed_at).as_secs_f64()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(second: u8, by: &str, store: &str, message: &str) -> String {
        format!("2026-11-21T08:00:{second:02}Z {by}  INFO storebot::worker::follow: {message} store.id={store} x=1")
    }

    #[test]
    fn what_a_killed_worker_held_is_waited_for() {
        let logs = [
            line(1, "work-2", "held", "store moved"),
            line(1, "work-2", "done", "store moved"),
            line(1, "work-3", "other", "store moved"),
            line(2, "work-2", "done", "job ended"),
            line(7, "work-3", "held", "store moved"),
            line(8, "work-3", "other", "store moved"),
            line(9, "work-3", "done", "store moved"),
        ];
        let kill = ("2026-11-21T08:00:03Z".parse().unwrap(), "work-2".to_owned());
        assert_eq!(recoveries(&logs, &[kill]), [4.0]);
    }

    #[test]
    fn lines_of_others_say_nothing() {
        assert!(read("2026-11-21T08:00:01Z work-2  INFO storebot::notify::tell: x store.id=a").is_none());
        assert!(read("a panic's line").is_none());
    }
}
