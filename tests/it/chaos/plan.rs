//! What many actors will ask for, decided before anything runs: the same seed gives the same wishes.
//!
//! A line is what one actor wants of one name, one command after the other. Lines run at the same time.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// Actors at each door.
const ACTORS: u32 = 6;
/// Room in a quota beyond an even share of the lines, so that only the greedy meet it.
const ROOM: usize = 2;
/// Wishes of the greedy beyond their quota.
const GREED: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Door {
    Api,
    Hook,
    Chat,
}

impl Door {
    const ALL: [Self; 3] = [Self::Api, Self::Hook, Self::Chat];
}

/// One of the actors at a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Actor {
    pub(super) door: Door,
    pub(super) number: u32,
}

impl Actor {
    /// The subject, source or user name.
    pub(super) fn name(self) -> String {
        match self.door {
            Door::Api => format!("api-{}", self.number),
            Door::Hook => format!("hook-{}", self.number),
            Door::Chat => format!("chat-{}", self.number),
        }
    }

    pub(super) fn all(door: Door) -> impl Iterator<Item = Self> {
        // The one after the usual ones is the greedy one.
        (0..=ACTORS).map(move |number| Self { door, number })
    }
}

/// Where a store is placed, and what its pods do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Quick,
    Slow,
    /// No store ever gets ready.
    Broken,
}

impl Cell {
    pub(super) const ALL: [Self; 3] = [Self::Quick, Self::Slow, Self::Broken];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Slow => "slow",
            Self::Broken => "broken",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    Create,
    Verify,
    Upgrade,
    Extend,
    Sleep,
    Wake,
    Delete,
}

impl Ask {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Verify => "verify",
            Self::Upgrade => "upgrade",
            Self::Extend => "extend",
            Self::Sleep => "sleep",
            Self::Wake => "wake",
            Self::Delete => "delete",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Since the one before was answered.
    pub(super) pause: Duration,
    pub(super) ask: Ask,
    /// With an `Idempotency-Key`; deliveries always have one, interactions are one.
    pub(super) key: bool,
    /// To two replicas at once.
    pub(super) twice: bool,
    /// And once more so long afterwards, when it has been answered already.
    pub(super) late: Option<Duration>,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) actor: Actor,
    pub(super) name: String,
    pub(super) engine: &'static str,
    pub(super) cell: Cell,
    /// Since the beginning of the run.
    pub(super) begins: Duration,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) lines: Vec<Line>,
    /// Living stores that an owner may have.
    pub(super) quota: usize,
}

impl Plan {
    /// Wishes for about `stores` stores, spread over `storm`.
    pub(super) fn new(seed: u64, stores: usize, storm: Duration) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let usual = Door::ALL.len() * ACTORS as usize;
        let quota = stores.div_ceil(usual) + ROOM;
        let mut lines: Vec<Line> = (0..stores).map(|number| line(&mut dice, number, stores, storm)).collect();
        for door in Door::ALL {
            let greedy = Actor { door, number: ACTORS };
            for wish in 0..quota + GREED {
                let mut line = line(&mut dice, wish, quota + GREED, storm);
                line.actor = greedy;
                line.name = format!("greedy-{}-{wish}", greedy.name());
                // Only some of them make room again, or nobody would ever be refused.
                if wish % 4 != 0 {
                    line.steps.truncate(1);
                }
                suit(&mut line);
                lines.push(line);
            }
        }
        contend(&mut dice, &mut lines);
        Self { lines, quota }
    }
}

fn line(dice: &mut StdRng, number: usize, of: usize, storm: Duration) -> Line {
    let share = number / Door::ALL.len();
    let actor = Actor { door: Door::ALL[number % Door::ALL.len()], number: share as u32 % ACTORS };
    let cell = match dice.random_range(0..100) {
        0..70 => Cell::Quick,
        70..92 => Cell::Slow,
        _ => Cell::Broken,
    };
    let at = number as f64 + dice.random_range(0.0..1.0);
    let mut line = Line {
        actor,
        name: format!("{}-{number}", ["tea", "coffee", "cocoa", "milk"].choose(dice).unwrap_or(&"tea")),
        engine: ["woocommerce", "medusa"].choose(dice).unwrap_or(&"medusa"),
        cell,
        begins: storm.mul_f64(0.9 * at / of as f64),
        steps: Vec::new(),
    };
    line.steps = life(dice).iter().map(|ask| step(dice, *ask)).collect();
    suit(&mut line);
    line
}

/// The slash command has no option for the cell: what it makes is placed on the first one. It tells no
/// ids either, so that a name must not mean one store after another.
fn suit(line: &mut Line) {
    if line.actor.door != Door::Chat {
        return;
    }
    line.cell = Cell::Quick;
    if let Some(gone) = line.steps.iter().position(|step| step.ask == Ask::Delete).filter(|at| *at > 0) {
        line.steps.truncate(gone + 1);
    }
}

/// What is asked of one name, in order.
fn life(dice: &mut StdRng) -> &'static [Ask] {
    use Ask::{Create, Delete, Extend, Sleep, Upgrade, Verify, Wake};
    match dice.random_range(0..100) {
        0..20 => &[Create],
        20..30 => &[Create, Sleep],
        30..36 => &[Create, Extend, Sleep, Wake],
        36..40 => &[Create, Sleep, Delete],
        40..52 => &[Create, Delete],
        52..60 => &[Create, Verify],
        60..67 => &[Create, Upgrade],
        67..70 => &[Create, Sleep, Wake, Sleep, Wake, Verify],
        70..80 => &[Create, Verify, Delete],
        80..86 => &[Create, Upgrade, Verify, Delete],
        86..92 => &[Create, Delete, Create],
        92..96 => &[Create, Delete, Create, Delete],
        // Out of order: most of these are refused, and none may be half done.
        96..98 => &[Delete, Create, Verify],
        _ => &[Verify, Create, Create, Upgrade],
    }
}

fn step(dice: &mut StdRng, ask: Ask) -> Step {
    let second = 1000;
    // Some come while the one before is still being done, some long after.
    let pause =
        if dice.random_bool(0.3) { dice.random_range(0..second) } else { dice.random_range(second..12 * second) };
    let late = dice.random_bool(0.3).then(|| Duration::from_millis(dice.random_range(500..20_000)));
    Step {
        pause: Duration::from_millis(if ask == Ask::Create { pause / 4 } else { pause }),
        ask,
        key: dice.random_bool(0.6),
        twice: dice.random_bool(0.3),
        late,
    }
}

/// Some names are wanted by two actors at once.
fn contend(dice: &mut StdRng, lines: &mut [Line]) {
    for _ in 0..lines.len() / 25 {
        let (one, other) = (dice.random_range(0..lines.len()), dice.random_range(0..lines.len()));
        let (first, second) = (&lines[one], &lines[other]);
        // One owner cannot contend with itself, and people on Discord are told no ids: their names stay theirs.
        if first.actor == second.actor || [first, second].iter().any(|line| line.actor.door == Door::Chat) {
            continue;
        }
        let (name, begins) = (lines[one].name.clone(), lines[one].begins);
        (lines[other].name, lines[other].begins) = (name, begins);
    }
}

mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_everything_and_another_one_something_else() {
        let storm = Duration::from_secs(60);
        let shown = |seed| format!("{:?}", Plan::new(seed, 100, storm));
        assert!(shown(1) == shown(1) && shown(1) != shown(2));
    }

    #[test]
    fn a_plan_has_every_kind_of_trouble_in_it() {
        let plan = Plan::new(1, 300, Duration::from_secs(60));
        for door in Door::ALL {
            assert!(plan.lines.iter().filter(|line| line.actor.door == door).count() > 80);
            for actor in Actor::all(door) {
                let wishes = plan.lines.iter().filter(|line| line.actor == actor).count();
                assert_eq!(
                    wishes > plan.quota,
                    actor.number == ACTORS,
                    "{actor:?} has {wishes} wishes for {}",
                    plan.quota
                );
            }
        }
        for cell in Cell::ALL {
            assert!(plan.lines.iter().any(|line| line.cell == cell));
        }
        let steps = || plan.lines.iter().flat_map(|line| &line.steps);
        assert!(steps().any(|s| s.twice) && steps().any(|s| s.late.is_some()) && steps().any(|s| !s.key));
        let mut names: Vec<_> = plan.lines.iter().map(|line| &line.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).any(|two| two[0] == two[1]), "somebody wants what somebody else wants");
        assert!(plan.lines.iter().all(|line| line.begins < Duration::from_secs(60)));
    }
}
