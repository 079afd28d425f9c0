//! The process itself, as Prometheus' own clients tell of theirs. Read when it is asked for, from `/proc`; what
//! cannot be read there is left out.

use std::fmt;
use std::fs::{read_dir, read_to_string};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::table;

#[derive(Debug)]
pub(super) struct Process;

/// What `/proc/self/stat` says.
struct Stat {
    cpu_seconds: f64,
    threads: f64,
    started_at: f64,
    resident: f64,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        if let Some(stat) = stat() {
            counter(&mut encoder, "process_cpu_seconds", stat.cpu_seconds)?;
            gauge(&mut encoder, "process_start_time_seconds", stat.started_at)?;
            gauge(&mut encoder, "process_resident_memory_bytes", stat.resident)?;
            gauge(&mut encoder, "process_threads", stat.threads)?;
        }
        if let Ok(open) = read_dir("/proc/self/fd") {
            // Less the one that this look has open itself.
            gauge(&mut encoder, "process_open_fds", open.count().saturating_sub(1) as f64)?;
        }
        if let Some(most) = max_fds() {
            gauge(&mut encoder, "process_max_fds", most)?;
        }
        Ok(())
    }
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, value: f64) -> fmt::Result {
    let metric = ConstCounter::new(value);
    metric.encode(encoder.encode_descriptor(name, &help(name), None, metric.metric_type())?)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, value: f64) -> fmt::Result {
    let metric = ConstGauge::new(value);
    metric.encode(encoder.encode_descriptor(name, &help(name), None, metric.metric_type())?)
}

/// As the registry writes it.
fn help(name: &str) -> String {
    table::find(name).map_or_else(String::new, |row| format!("{}.", row.help))
}

fn stat() -> Option<Stat> {
    let text = read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in brackets and may have blanks; fields are counted from behind it.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    let (ticks, page) = (rustix::param::clock_ticks_per_second() as f64, rustix::param::page_size() as f64);
    let booted: f64 =
        read_to_string("/proc/stat").ok()?.lines().find_map(|l| l.strip_prefix("btime "))?.parse().ok()?;
    Some(Stat {
        cpu_seconds: (field(14)? + field(15)?) / ticks,
        threads: field(20)?,
        started_at: booted + field(22)? / ticks,
        resident: field(24)? * page,
    })
}

fn max_fds() -> Option<f64> {
    let limits = read_to_string("/proc/self/limits").ok()?;
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}
