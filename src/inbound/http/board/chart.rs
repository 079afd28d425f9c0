//! How it went over the last days, as small pictures with their numbers below. Pure.

use std::time::Duration;

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::engine::Engine;
use crate::domain::history::Day;
use crate::text::plain::span;

/// In the units of the picture.
const WIDTH: usize = 720;
const HEIGHT: usize = 120;
/// Hours that are shown.
const HOURS: usize = 72;
/// What is shown is never less than so high.
const LEAST: f64 = 1.5;

#[derive(Clone, Debug, PartialEq, Template)]
#[template(path = "chart.html")]
pub(super) struct Chart {
    title: String,
    /// Of the highest place.
    top: String,
    bars: Vec<Bar>,
    ticks: Vec<Tick>,
    legend: Vec<(&'static str, String)>,
    /// The same in numbers: heads, and rows of as many cells.
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Bar {
    x: usize,
    y: f64,
    width: usize,
    height: f64,
    class: &'static str,
    title: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Tick {
    x: usize,
    text: String,
}

fn class(engine: Engine) -> &'static str {
    match engine {
        Engine::Woocommerce => "one",
        Engine::Medusa => "two",
    }
}

/// Stores that were ready for the first time, in each of the last hours.
pub(super) fn made(days: &[Day], now: Timestamp) -> Chart {
    let of = |day: &Day, engine, hour: usize| day.of.get(&engine).map_or(0, |of| of.made[hour]);
    let hour_now = usize::try_from(now.to_zoned(TimeZone::UTC).hour()).unwrap_or_default();
    // Today's hours that are to come are not shown.
    let hours = days.iter().flat_map(|day| (0..24).map(move |hour| (day, hour)));
    let hours: Vec<(&Day, usize)> = hours.take((days.len() * 24).saturating_sub(23 - hour_now)).collect();
    let hours = &hours[hours.len().saturating_sub(HOURS)..];
    let most = hours.iter().map(|(day, hour)| Engine::ALL.map(|engine| of(day, engine, *hour)).iter().sum());
    let most: u64 = most.max().unwrap_or(0).max(1);
    let (mut bars, mut ticks, mut rows, width) = (Vec::new(), Vec::new(), Vec::new(), WIDTH / HOURS);
    for (place, (day, hour)) in hours.iter().enumerate() {
        let (x, mut below) = (place * width, HEIGHT as f64);
        if *hour == 0 {
            ticks.push(Tick { x, text: day.date.strftime("%d %b").to_string() });
        }
        let made = Engine::ALL.map(|engine| (engine, of(day, engine, *hour)));
        for (engine, count) in made.into_iter().filter(|(_, count)| *count > 0) {
            let height = (count as f64 / most as f64 * HEIGHT as f64).max(LEAST);
            below -= height;
            let title = format!("{} {hour}:00 UTC, {}: {count}", day.date, engine.title());
            bars.push(Bar { x, y: below, width: width - 1, height, class: class(engine), title });
        }
        if made.iter().any(|(_, count)| *count > 0) {
            let counts = made.iter().map(|(_, count)| count.to_string());
            rows.push(std::iter::once(format!("{} {hour:02}:00", day.date)).chain(counts).collect());
        }
    }
    Chart {
        title: "Stores made in each hour".to_owned(),
        top: most.to_string(),
        bars,
        ticks,
        legend: Engine::ALL.map(|engine| (class(engine), engine.title().to_owned())).into(),
        heads: std::iter::once("Hour (UTC)").chain(Engine::ALL.map(Engine::title)).map(str::to_owned).collect(),
        rows,
    }
}

/// From the command to the proof on each day: from what half of the stores were not above to what 95 of 100 were not.
pub(super) fn times(days: &[Day], engine: Engine) -> Chart {
    let of = |day: &Day| {
        let times = &day.of.get(&engine)?.times;
        Some((times.percentile(50)?, times.percentile(95)?, times.count()))
    };
    let longest = days.iter().filter_map(of).map(|(_, slow, _)| slow).max().unwrap_or(Duration::from_secs(1));
    let high = |time: Duration| time.as_secs_f64() / longest.as_secs_f64() * HEIGHT as f64;
    let width = WIDTH / days.len().max(1);
    let (mut bars, mut ticks, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (place, day) in days.iter().enumerate() {
        let x = place * width;
        ticks.push(Tick { x, text: day.date.strftime("%d").to_string() });
        let Some((half, slow, count)) = of(day) else { continue };
        let (y, height) = (HEIGHT as f64 - high(slow), (high(slow) - high(half)).max(LEAST));
        let title = format!("{}: p50 {}, p95 {}, of {count} stores", day.date, span(half), span(slow));
        bars.push(Bar { x, y, width: width - 4, height, class: class(engine), title: title.clone() });
        let y = HEIGHT as f64 - high(half) - LEAST;
        bars.push(Bar { x, y, width: width - 4, height: LEAST * 2.0, class: "mark", title });
        rows.push(vec![day.date.to_string(), span(half), span(slow), count.to_string()]);
    }
    Chart {
        title: format!("Time to ready, {}", engine.title()),
        top: span(longest),
        bars,
        ticks,
        legend: vec![("mark", "p50".to_owned()), (class(engine), "up to p95".to_owned())],
        heads: ["Day (UTC)", "p50", "p95", "Stores"].map(str::to_owned).into(),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;
    use crate::domain::history::{DayOf, Times};

    fn day(number: i8, made: &[(usize, u64)]) -> Day {
        let mut of = DayOf::default();
        for (hour, count) in made {
            of.made[*hour] = *count;
            of.times.add(Times::class(Duration::from_secs(10)), count - 1);
            of.times.add(Times::class(Duration::from_secs(20)), 1);
        }
        Day { date: date(2026, 11, number), of: BTreeMap::from([(Engine::Medusa, of)]) }
    }

    #[test]
    fn the_last_hours_are_shown_up_to_now() {
        let days: Vec<Day> = (9..=21).map(|n| day(n, &[(5, 9)])).chain([day(22, &[(0, 2), (13, 4)])]).collect();
        let chart = made(&days, "2026-11-22T13:59:00Z".parse().unwrap());
        let seen: Vec<_> = chart.bars.iter().map(|bar| (bar.x / 10, bar.height)).collect();
        // Hour 13 of today is the last of 72, hour 5 of the days before is 8, 32 and 56 hours earlier, and more.
        let high = |count: f64| count / 9.0 * 120.0;
        assert_eq!(seen, [(15, 120.0), (39, 120.0), (58, high(2.0)), (71, high(4.0))]);
        assert_eq!((chart.top.as_str(), chart.rows.len(), chart.ticks.len()), ("9", 4, 3));
        assert!(chart.bars.iter().all(|bar| bar.y >= 0.0 && bar.y + bar.height <= 120.01));
    }

    #[test]
    fn a_day_reaches_from_the_median_to_the_slowest_few() {
        let chart = times(&[day(21, &[]), day(22, &[(3, 10)])], Engine::Medusa);
        assert_eq!(chart.bars.len(), 2);
        assert_eq!((chart.bars[0].x, chart.bars[0].y), (360, 0.0));
        insta::assert_snapshot!(chart.rows.concat().join(" | "), @"2026-11-22 | 10 s | 19 s | 10");
        assert!(times(&[day(21, &[])], Engine::Woocommerce).bars.is_empty());
    }
}
