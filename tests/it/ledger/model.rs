//! The ledger against a model, with deaths, restarts and a clock that jumps.
//!
//! The model knows what was asked of each store and nothing else. Everything in between is random:
//! who takes a store, who dies holding it, when Redis is killed, where its clock jumps. After each
//! step a store is in one place only and nobody writes with an outdated fence; at the end everything
//! that was accepted has come to its end.

mod world;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use world::World;

/// Stores there can be, and workers.
const STORES: usize = 6;
const WORKERS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Present,
    Absent,
}

/// What was asked, by the store's number.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// The wish and how many commands led to it.
    stores: [Option<(Wish, u64)>; STORES],
    /// Commands that were accepted, each of which is audited.
    accepted: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Ends,
    Retries,
    GivesUp,
    HandsBack,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Create(usize),
    /// The same delivery once more.
    CreateAgain(usize),
    Ask(usize),
    Delete(usize),
    /// A worker takes what is first in line.
    Take(usize),
    /// A worker goes on with what it has held longest.
    Finish(usize, How),
    Beat(usize),
    /// A worker forgets what it holds.
    Die(usize),
    /// The dead come back and write.
    ZombiesWrite,
    Look(usize),
    Upkeep,
    /// Seconds that Redis' clock jumps.
    Jump(i64),
    KillRedis,
    /// The line is gone.
    LoseLine,
}

impl ReferenceStateMachine for Asked {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let (store, worker) = (0..STORES, 0..WORKERS);
        let how = prop_oneof![4 => Just(How::Ends), 1 => Just(How::Retries), 1 => Just(How::GivesUp), 1 => Just(How::HandsBack)];
        prop_oneof![
            4 => store.clone().prop_map(Step::Create),
            1 => store.clone().prop_map(Step::CreateAgain),
            3 => store.clone().prop_map(Step::Ask),
            2 => store.clone().prop_map(Step::Delete),
            8 => worker.clone().prop_map(Step::Take),
            6 => (worker.clone(), how).prop_map(|(worker, how)| Step::Finish(worker, how)),
            2 => worker.clone().prop_map(Step::Beat),
            2 => worker.prop_map(Step::Die),
            2 => Just(Step::ZombiesWrite),
            1 => store.prop_map(Step::Look),
            4 => Just(Step::Upkeep),
            4 => (-20_i64..60).prop_map(Step::Jump),
            1 => Just(Step::KillRedis),
            1 => Just(Step::LoseLine),
        ]
        .boxed()
    }

    fn preconditions(asked: &Self, step: &Step) -> bool {
        let is_there = |store: &usize| asked.stores[*store].is_some();
        match step {
            Step::Create(store) => !is_there(store),
            Step::CreateAgain(store) | Step::Look(store) => is_there(store),
            Step::Ask(store) | Step::Delete(store) => {
                asked.stores[*store].is_some_and(|(wish, _)| wish == Wish::Present)
            }
            _ => true,
        }
    }

    fn apply(mut asked: Self, step: &Step) -> Self {
        let (store, wish) = match step {
            Step::Create(store) | Step::Ask(store) => (*store, Wish::Present),
            Step::Delete(store) => (*store, Wish::Absent),
            _ => return asked,
        };
        let before = asked.stores[store].map_or(0, |(_, generation)| generation);
        asked.stores[store] = Some((wish, before + 1));
        asked.accepted += 1;
        asked
    }
}

struct LedgerTest;

impl StateMachineTest for LedgerTest {
    type SystemUnderTest = World;
    type Reference = Asked;

    fn init_test(_: &Asked) -> World {
        World::new()
    }

    fn apply(mut world: World, _: &Asked, step: Step) -> World {
        world.step(&step);
        world
    }

    fn check_invariants(world: &World, _: &Asked) {
        world.check_places();
    }

    fn teardown(mut world: World, asked: Asked) {
        world.heal();
        world.check_end(&asked);
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_each_command_comes_to_its_end_once(sequential 20..80 => LedgerTest);
}

/// A lease that had ended lives again for a moment: the store waits for its end once more and is not lost.
#[test]
fn the_clock_goes_back_before_the_end_of_a_lease() {
    let mut world = World::new();
    let steps =
        [Step::Create(0), Step::Take(0), Step::Die(0), Step::Jump(11), Step::Upkeep, Step::Jump(-5), Step::Take(1)];
    for step in steps {
        world.step(&step);
        world.check_places();
    }
    world.heal();
    let stores = std::array::from_fn(|store| (store == 0).then_some((Wish::Present, 1)));
    world.check_end(&Asked { stores, accepted: 1 });
}
