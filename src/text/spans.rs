//! Times in words.

use jiff::SignedDuration;

use crate::domain::lang::Lang;

pub(super) fn seconds(_lang: Lang, took: SignedDuration) -> String {
    match took.as_secs_f64().max(0.0) {
        short if short < 9.95 => format!("{short:.1} s"),
        long => format!("{long:.0} s"),
    }
}

/// A time that has passed, in its largest unit, as people say it: begun units do not count.
pub(super) fn span(_lang: Lang, time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (length, unit) = unit(seconds);
    units(seconds / length, unit)
}

/// A time that is left, to the nearest unit: of three days hardly begun, three are left.
pub(super) fn span_left(_lang: Lang, time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (length, unit) = unit(seconds);
    units((seconds + length / 2) / length, unit)
}

/// The largest unit that fits at least twice, in seconds.
fn unit(seconds: i64) -> (i64, &'static str) {
    match seconds {
        0..120 => (1, "second"),
        120..7_200 => (60, "minute"),
        7_200..172_800 => (3_600, "hour"),
        _ => (86_400, "day"),
    }
}

fn units(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
