//! What a worker saw, as the ledger keeps it: short, since there is one for each store there is. Pure.
//!
//! It is JSON for whoever looks with `redis-cli`, with a letter for each name ([`Kept`] has them). Times are
//! milliseconds: `t` since 1970, all others since `t`. A step is a word: `nd0+120` is the namespace, done,
//! begun at once and finished 120 ms later. Everywhere else, in the API and in the annotations of namespaces,
//! [`Observed`] looks as its own `Serialize` has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::record::{Observed, Phase, Proof, Release, Step, StepName, StepState, Trouble};

/// Names may be added; what an older storebot does not know it passes over.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(rename = "g")]
    generation: u64,
    #[serde(rename = "p")]
    phase: Phase,
    /// When it was begun. Without it, all others are since 1970.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    begun: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
    /// One word for each.
    #[serde(rename = "s", default, skip_serializing_if = "String::is_empty")]
    steps: String,
    /// Revision and chart.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    release: Option<(u32, String)>,
    /// Order, total, when it was placed, seconds it took.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    proof: Option<(String, String, i64, Option<f64>)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    simulated: bool,
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    ready: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    untouched: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    drift: Vec<String>,
    /// The mark it came to rest with.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    rest: Option<String>,
}

/// Times are cut to the millisecond.
pub(super) fn write(observed: &Observed) -> serde_json::Result<String> {
    // All by name, so that nothing new is left out.
    let Observed {
        generation,
        phase,
        begun_at,
        trouble,
        steps,
        release,
        proof,
        simulated,
        ready_at,
        untouched,
        drift,
        rest,
    } = observed;
    let begun = begun_at.map(Timestamp::as_millisecond);
    let base = begun.unwrap_or(0);
    let words: Vec<_> = steps.iter().map(|step| write_step(step, base)).collect();
    let proof = proof.clone().map(|p| (p.order, p.total, p.placed_at.as_millisecond() - base, p.seconds));
    serde_json::to_string(&Kept {
        generation: *generation,
        phase: *phase,
        begun,
        trouble: trouble.clone(),
        steps: words.join(" "),
        release: release.clone().map(|r| (r.revision, r.chart)),
        proof,
        simulated: *simulated,
        ready: ready_at.map(|at| at.as_millisecond() - base),
        untouched: *untouched,
        drift: drift.clone(),
        rest: rest.clone(),
    })
}

/// Or why it cannot be read.
pub(super) fn read(text: &str) -> Result<Observed, String> {
    let kept: Kept = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let base = kept.begun.unwrap_or(0);
    let time = |name: &str, since: i64, ms: i64| {
        let at = since.checked_add(ms).and_then(|at| Timestamp::from_millisecond(at).ok());
        at.ok_or_else(|| format!("{name}: there is no such time"))
    };
    let step = |word| read_step(word, base).ok_or_else(|| format!("s: {word:?}"));
    let proof = match kept.proof {
        Some((order, total, placed_at, seconds)) => {
            Some(Proof { order, total, placed_at: time("o", base, placed_at)?, seconds })
        }
        None => None,
    };
    Ok(Observed {
        generation: kept.generation,
        phase: kept.phase,
        begun_at: kept.begun.map(|ms| time("t", 0, ms)).transpose()?,
        steps: kept.steps.split_whitespace().map(step).collect::<Result<_, _>>()?,
        trouble: kept.trouble,
        release: kept.release.map(|(revision, chart)| Release { revision, chart }),
        proof,
        simulated: kept.simulated,
        ready_at: kept.ready.map(|ms| time("y", base, ms)).transpose()?,
        untouched: kept.untouched,
        drift: kept.drift,
        rest: kept.rest,
    })
}

const NAMES: [(StepName, char); 5] = [
    (StepName::Namespace, 'n'),
    (StepName::Release, 'r'),
    (StepName::Workloads, 'w'),
    (StepName::Setup, 's'),
    (StepName::Verify, 'v'),
];
const STATES: [(StepState, char); 4] =
    [(StepState::Pending, 'p'), (StepState::Running, 'r'), (StepState::Done, 'd'), (StepState::Failed, 'f')];

fn letter_of<T: PartialEq>(table: &[(T, char)], wanted: &T) -> char {
    table.iter().find(|(known, _)| known == wanted).map_or('?', |(_, letter)| *letter)
}

fn of_letter<T: Copy>(table: &[(T, char)], wanted: char) -> Option<T> {
    table.iter().find(|(_, letter)| *letter == wanted).map(|(known, _)| *known)
}

/// Name, state, ms from `base` to its start, `+` and ms from there (else from `base`) to its end.
fn write_step(step: &Step, base: i64) -> String {
    let mut word: String = [letter_of(&NAMES, &step.name), letter_of(&STATES, &step.state)].iter().collect();
    let start = step.started_at.map(Timestamp::as_millisecond);
    if let Some(start) = start {
        word.push_str(&(start - base).to_string());
    }
    if let Some(end) = step.finished_at {
        word.push_str(&format!("+{}", end.as_millisecond() - start.unwrap_or(base)));
    }
    word
}

fn read_step(word: &str, base: i64) -> Option<Step> {
    let mut letters = word.chars();
    let (name, state) = (of_letter(&NAMES, letters.next()?)?, of_letter(&STATES, letters.next()?)?);
    let times = letters.as_str();
    let (start, end) = times.split_once('+').map_or((times, None), |(start, end)| (start, Some(end)));
    let start = if start.is_empty() { None } else { Some(base.checked_add(start.parse().ok()?)?) };
    let end = match end {
        Some(end) => Some(start.unwrap_or(base).checked_add(end.parse().ok()?)?),
        None => None,
    };
    let time = |ms: Option<i64>| ms.map(Timestamp::from_millisecond).transpose().ok();
    Some(Step { name, state, started_at: time(start)?, finished_at: time(end)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::record::Reason;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_763_712_000_000 + ms).unwrap()
    }

    fn ready() -> Observed {
        let mut observed = Observed { phase: Phase::Ready, begun_at: Some(at(0)), ..Observed::fresh(1) };
        for (name, ms) in StepName::ALL.into_iter().zip([0, 120, 3_500, 3_500, 9_000]) {
            observed.set_step(name, StepState::Running, at(ms));
            observed.set_step(name, StepState::Done, at(ms + 120));
        }
        observed.release = Some(Release { revision: 1, chart: "medusa-0.1.0".to_owned() });
        let (order, total) = ("37".to_owned(), "23.00 EUR".to_owned());
        observed.proof = Some(Proof { order, total, placed_at: at(9_100), seconds: Some(1.4) });
        Observed { ready_at: Some(at(9_200)), rest: Some("shop:1:ab:2".to_owned()), ..observed }
    }

    /// What stands in ledgers.
    #[test]
    fn it_is_short_and_stays_as_it_is() {
        let kept = r#"{"g":1,"p":"ready","t":1763712000000,"s":"nd0+120 rd120+120 wd3500+120 sd3500+120 vd9000+120","r":[1,"medusa-0.1.0"],"o":["37","23.00 EUR",9100,1.4],"y":9200,"m":"shop:1:ab:2"}"#;
        assert_eq!(write(&ready()).unwrap(), kept);
        assert_eq!(read(kept).unwrap(), ready());
        assert_eq!(read(r#"{"g":0,"p":"queued"}"#).unwrap(), Observed::default());
        let newer = r#"{"g":0,"p":"queued","of-tomorrow":1}"#;
        assert_eq!(read(newer).unwrap(), Observed::default());
    }

    #[test]
    fn what_was_tampered_with_says_where() {
        let of = |steps: &str| format!(r#"{{"g":1,"p":"ready","t":0,"s":"{steps}"}}"#);
        for bad in
            ["x", "xd", "nx", "ndx", "nd0+", "nd0+x", "nd0+1+1", "nd9223372036854775807", "nd0+9223372036854775807"]
        {
            assert_eq!(read(&of(bad)).unwrap_err(), format!("s: {bad:?}"));
        }
        let late = r#"{"g":1,"p":"ready","t":1,"y":9223372036854775807}"#;
        assert_eq!(read(late).unwrap_err(), "y: there is no such time");
        for bad in ["", "{", "[]", r#"{"g":1}"#, r#"{"g":-1,"p":"ready"}"#, r#"{"g":1,"p":"lost"}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    fn times() -> impl Strategy<Value = Option<Timestamp>> {
        proptest::option::of((-62_135_596_800_000_i64..253_402_200_000_000).prop_map(|ms| {
            // All that has four digits for its year.
            Timestamp::from_millisecond(ms).unwrap()
        }))
    }

    prop_compose! {
        fn steps()(name in 0..5_usize, state in 0..4_usize, started_at in times(), finished_at in times()) -> Step {
            Step { name: NAMES[name].0, state: STATES[state].0, started_at, finished_at }
        }
    }

    prop_compose! {
        fn troubles()(reason in 0..Reason::ALL.len(), message in ".*", detail in proptest::option::of(".*")) -> Trouble {
            Trouble { reason: Reason::ALL[reason].as_str().to_owned(), message, detail }
        }
    }

    prop_compose! {
        fn proofs()(order in ".*", total in ".*", placed_at in times(), tenths in proptest::option::of(0_u32..1000)) -> Option<Proof> {
            let seconds = tenths.map(|t| f64::from(t) / 10.0);
            placed_at.map(|placed_at| Proof { order, total, placed_at, seconds })
        }
    }

    prop_compose! {
        fn observations()(
            (generation, phase, simulated, untouched) in (any::<u64>(), 0..Phase::ALL.len(), any::<bool>(), any::<bool>()),
            (begun_at, ready_at) in (times(), times()),
            trouble in proptest::option::of(troubles()),
            steps in proptest::collection::vec(steps(), 0..6),
            release in proptest::option::of((any::<u32>(), ".*")),
            proof in proofs(),
            drift in proptest::collection::vec(".*", 0..3),
            rest in proptest::option::of(".*"),
        ) -> Observed {
            let (phase, release) = (Phase::ALL[phase], release.map(|(revision, chart)| Release { revision, chart }));
            Observed { generation, phase, begun_at, trouble, steps, release, proof, simulated, ready_at, untouched, drift, rest }
        }
    }

    proptest! {
        #[test]
        fn whatever_was_seen_reads_back(observed in observations()) {
            prop_assert_eq!(read(&write(&observed).unwrap()).unwrap(), observed);
        }

        #[test]
        fn nothing_that_stands_there_is_too_strange(text in ".*", steps in "[nrwsvpdf0-9+ -]{0,30}") {
            let _ = read(&text);
            let _ = read(&format!(r#"{{"g":1,"p":"ready","s":"{steps}"}}"#));
        }
    }
}
