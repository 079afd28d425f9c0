//! When what is broken, decided before anything runs: the same seed breaks the same things at the same
//! times. Whatever is broken is repaired by a later act of the same plan.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::harness::{Fault, Side};

/// Mean time between two faults.
const EVERY: Duration = Duration::from_millis(1_800);

/// The way between a process and what it needs, or between clients and a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Redis,
    ApiServer,
    Discord,
    /// From clients to a replica.
    Door,
}

/// One of the processes of storebot, by its place in the fleet.
pub(super) type Member = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// SIGKILL.
    Kill(Member),
    /// SIGTERM: it drains.
    Stop(Member),
    /// Unless it runs.
    Start(Member),
    /// SIGSTOP: it does not know that time passes.
    Freeze(Member),
    Thaw(Member),
    /// SIGKILL for a Helm that it has started, if there is one.
    KillHelm(Member),
    KillRedis,
    StartRedis,
    KillApiServer,
    StartApiServer,
    Break(Member, Way, Fault),
}

impl Act {
    /// A name for the report; `None` for a repair.
    pub(super) fn kind(self) -> Option<String> {
        Some(match self {
            Self::Kill(_) => "kill-process".to_owned(),
            Self::Stop(_) => "stop-process".to_owned(),
            Self::Freeze(_) => "freeze-process".to_owned(),
            Self::KillHelm(_) => "kill-helm".to_owned(),
            Self::KillRedis => "kill-redis".to_owned(),
            Self::KillApiServer => "kill-api-server".to_owned(),
            Self::Break(_, _, Fault::None) | Self::Start(_) | Self::Thaw(_) => return None,
            Self::StartRedis | Self::StartApiServer => return None,
            Self::Break(_, way, fault) => {
                let way = match way {
                    Way::Redis => "redis",
                    Way::ApiServer => "api-server",
                    Way::Discord => "discord",
                    Way::Door => "door",
                };
                format!("{way}-{}", fault.kind())
            }
        })
    }
}

/// How many processes of each role there are; replicas come first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Roles {
    pub(super) serve: usize,
    pub(super) work: usize,
}

impl Roles {
    pub(super) fn all(self) -> usize {
        self.serve + self.work
    }

    pub(super) fn serves(self, member: Member) -> bool {
        member < self.serve
    }
}

/// Everything that is done to the fleet while the storm lasts, in order of time.
pub(super) fn faults(seed: u64, storm: Duration, roles: Roles) -> Vec<(Duration, Act)> {
    // Another stream of numbers than the wishes'.
    let mut dice = StdRng::seed_from_u64(seed ^ 0x5eed_fa17);
    let mut acts = Vec::new();
    // What a short storm might miss by chance.
    for (at, down, kill, start) in
        [(0.35, 1.0, Act::KillRedis, Act::StartRedis), (0.60, 2.0, Act::KillApiServer, Act::StartApiServer)]
    {
        let at = storm.mul_f64(at + dice.random_range(0.0..0.1));
        acts.extend([(at, kill), (at + Duration::from_secs_f64(down), start)]);
    }
    let mut at = EVERY;
    while at < storm {
        acts.extend(strike(&mut dice, roles).into_iter().map(|(after, act)| (at + after, act)));
        at += EVERY.mul_f64(dice.random_range(0.3..1.7));
    }
    acts.sort_by_key(|(at, _)| *at);
    acts
}

/// One fault with its repair, each so long after its beginning.
fn strike(dice: &mut StdRng, roles: Roles) -> Vec<(Duration, Act)> {
    let anybody = dice.random_range(0..roles.all());
    let worker = dice.random_range(roles.serve..roles.all());
    let lasts = Duration::from_millis(dice.random_range(300..6_000));
    let now = Duration::ZERO;
    match dice.random_range(0..100) {
        0..14 => vec![(now, Act::Kill(anybody)), (lasts / 2, Act::Start(anybody))],
        14..19 => vec![(now, Act::Stop(anybody)), (lasts + Duration::from_secs(1), Act::Start(anybody))],
        // Longer than a lease and shorter.
        19..25 => vec![(now, Act::Freeze(anybody)), (lasts * 2, Act::Thaw(anybody))],
        25..35 => vec![(now, Act::KillHelm(worker))],
        35..39 => vec![(now, Act::KillRedis), (lasts / 4, Act::StartRedis)],
        39..41 => vec![(now, Act::KillApiServer), (lasts / 2, Act::StartApiServer)],
        roll => {
            let (member, way) = match roll {
                41..58 => (anybody, Way::Redis),
                58..76 => (worker, Way::ApiServer),
                76..88 => (worker, Way::Discord),
                _ => (dice.random_range(0..roles.serve), Way::Door),
            };
            let fault = fault(dice, way);
            // One member's way at times, and at times everybody's.
            let whole = dice.random_bool(0.2) && way != Way::Door;
            let members: Vec<Member> = if whole { (0..roles.all()).collect() } else { vec![member] };
            let members = members.into_iter().filter(|m| way != Way::ApiServer || !roles.serves(*m));
            members.flat_map(|m| [(now, Act::Break(m, way, fault)), (lasts, Act::Break(m, way, Fault::None))]).collect()
        }
    }
}

fn fault(dice: &mut StdRng, way: Way) -> Fault {
    let transport = [
        Fault::Latency { pause: Duration::from_millis(120), jitter: Duration::from_millis(100) },
        Fault::Cut,
        Fault::CutAfter { bytes: dice.random_range(0..3_000) },
        Fault::Hang,
        Fault::Stall,
        Fault::HalfOpen { silent: Side::Client },
        Fault::HalfOpen { silent: Side::Upstream },
        Fault::Vanish,
    ];
    let share = dice.random_range(20..=100);
    let statuses = [
        Fault::Status { code: 429, retry_after: Some(1), share },
        Fault::Status { code: 429, retry_after: None, share },
        Fault::Status { code: 500, retry_after: None, share },
        Fault::Status { code: 503, retry_after: None, share },
    ];
    let speaks_http = matches!(way, Way::ApiServer | Way::Discord);
    let among: &[Fault] = if speaks_http && dice.random_bool(0.5) { &statuses } else { &transport };
    among.choose(dice).copied().unwrap_or(Fault::Cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: Roles = Roles { serve: 2, work: 3 };

    #[test]
    fn a_seed_decides_everything_and_another_one_something_else() {
        let acts = |seed| faults(seed, Duration::from_secs(60), ROLES);
        assert!(acts(1) == acts(1) && acts(1) != acts(2));
    }

    #[test]
    fn a_long_storm_breaks_everything_in_every_way() {
        let acts = faults(1, Duration::from_secs(1_500), ROLES);
        let mut kinds: Vec<String> = acts.iter().filter_map(|(_, act)| act.kind()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        // 6 of processes, 8 of bytes on each of 4 ways, 3 of HTTP on two of them.
        assert_eq!(kinds.len(), 6 + 8 * 4 + 3 * 2, "{kinds:?}");
        assert!(acts.iter().all(|(_, act)| !matches!(act, Act::Break(0 | 1, Way::ApiServer, _))));
    }

    #[test]
    fn whatever_breaks_is_repaired_later() {
        let acts = faults(1, Duration::from_secs(300), ROLES);
        for (at, act) in &acts {
            let repair = match *act {
                Act::Kill(member) | Act::Stop(member) => Act::Start(member),
                Act::Freeze(member) => Act::Thaw(member),
                Act::KillRedis => Act::StartRedis,
                Act::KillApiServer => Act::StartApiServer,
                Act::Break(member, way, fault) if fault != Fault::None => Act::Break(member, way, Fault::None),
                _ => continue,
            };
            assert!(acts.iter().any(|(later, other)| later > at && *other == repair), "{act:?}");
        }
    }
}
