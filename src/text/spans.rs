//! Times in words.

use fluent_bundle::FluentArgs;
use jiff::SignedDuration;

use super::table::sentence;
use crate::domain::lang::Lang;

/// How long ago something was, in its largest unit, as people say it: begun units do not count.
pub(super) fn ago(lang: Lang, time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (length, unit) = unit(seconds);
    counted(lang, "ago", unit, seconds / length)
}

/// A time that is left, to the nearest unit: of three days hardly begun, three are left.
pub(super) fn span_left(lang: Lang, time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (length, unit) = unit(seconds);
    counted(lang, "span", unit, (seconds + length / 2) / length)
}

/// The time to wait at least, in the largest unit that is not lost by rounding up.
pub(super) fn wait(lang: Lang, seconds: u64) -> String {
    let (count, unit) = rounded_up(seconds);
    counted(lang, "span", unit, count)
}

/// A window that repeats: `per second`, `per hour`, `per 15 minutes`.
pub(super) fn per(lang: Lang, seconds: u64) -> String {
    let (count, unit) = rounded_up(seconds);
    counted(lang, "per", unit, count)
}

fn rounded_up(seconds: u64) -> (u64, &'static str) {
    match seconds {
        0..=119 if seconds != 60 => (seconds, "second"),
        0..=7199 if seconds != 3600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    }
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

fn counted<'a>(lang: Lang, kind: &str, unit: &str, count: impl Into<fluent_bundle::FluentValue<'a>>) -> String {
    let mut values = FluentArgs::new();
    values.set("count", count);
    sentence(lang, &format!("{kind}-{unit}"), &values)
}
