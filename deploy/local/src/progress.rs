//! Progress lines with the time since the start. They go to stderr, so that what a
//! command is asked for (addresses, a wrapped command's output) stays alone on stdout.

use std::time::Instant;

/// A running clock that prefixes each line.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    start: Instant,
}

impl Progress {
    /// Starts the clock.
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Prints one line.
    pub fn say(self, line: &str) {
        eprintln!("[{:6.1} s] {line}", self.seconds());
    }
}
