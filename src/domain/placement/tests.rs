use proptest::prelude::*;

use super::*;
use crate::domain::quota::{Quota, Used};

const SMALL: Size = Size { cpu_millis: 300, memory_mib: 1024, disk_mib: 4096 };

fn cell(stores: u32, most: u32) -> Weighed {
    let quota = Quota { stores: most, asleep_percent: 100, ..Quota::default() };
    Weighed { share: Share { used: Used { stores, size: Size::default() }, quota }, ..Weighed::default() }
}

fn down(cell: Weighed) -> Weighed {
    Weighed { health: Health::Down, ..cell }
}

#[test]
fn the_most_free_share_goes_first() {
    assert_eq!(choose(&[cell(50, 100), cell(4, 10), cell(700, 1000)], SMALL), Ok(1));
    // A tenth of a big one is more stores than half of a small one, and still the emptier goes first.
    assert_eq!(choose(&[cell(900, 1000), cell(5, 10)], SMALL), Ok(1));
    assert_eq!(choose(&[cell(3, 0), cell(2, 0), cell(2, 0)], SMALL), Ok(1), "fewest, then the first");
}

#[test]
fn a_cell_that_does_not_answer_is_the_last_resort() {
    assert_eq!(choose(&[down(cell(0, 10)), cell(9, 10)], SMALL), Ok(1));
    assert_eq!(choose(&[down(cell(0, 10)), cell(10, 10)], SMALL), Ok(0));
    let unknown = Weighed { health: Health::Unknown, ..cell(0, 10) };
    assert_eq!(choose(&[cell(1, 10), unknown], SMALL), Ok(1), "nobody has said anything against it");
}

#[test]
fn a_report_speaks_for_a_while_only() {
    let ago = |seconds: Option<u64>| seconds.map(Duration::from_secs);
    for (answered, failed, health) in [
        (None, None, Health::Unknown),
        (Some(1), None, Health::Up),
        (Some(5), Some(1), Health::Up),
        (Some(7), Some(1), Health::Down),
        (None, Some(30), Health::Down),
        // Whoever said so has died, or rests.
        (Some(40), Some(31), Health::Unknown),
        (Some(7), None, Health::Unknown),
    ] {
        assert_eq!(Health::judge(ago(answered), ago(failed)), health, "{answered:?} {failed:?}");
    }
    assert!(ASK_EVERY + ASK_FOR < GOOD_FOR, "a worker that goes on asking never lets a good answer get old");
}

#[test]
fn what_stands_against_all_is_told() {
    let drained = Weighed { drained: true, ..cell(0, 10) };
    assert_eq!(choose(&[drained], SMALL), Err(Unfit::Drained));
    assert_eq!(choose(&[drained, cell(10, 10)], SMALL), Err(Unfit::Full));
    assert_eq!(choose(&[], SMALL), Err(Unfit::Full));
}

#[test]
fn each_resource_is_room_of_its_own() {
    let quota = Quota { size: Size { memory_mib: 4096, ..Size::default() }, ..Quota::default() };
    let with = |mib| {
        let size = Size { memory_mib: mib, ..Size::default() };
        Weighed { share: Share { used: Used { stores: 3, size }, quota }, ..Weighed::default() }
    };
    assert_eq!(with(3072).unfit(SMALL), None);
    assert_eq!(with(3073).unfit(SMALL), Some(Unfit::Full));
    assert_eq!(choose(&[with(2048), with(1024)], SMALL), Ok(1));
}

#[test]
fn a_cell_takes_what_it_is_for() {
    let takes = Takes { plans: &[Plan::Large], engines: &[Engine::Medusa] };
    assert_eq!(takes.unfit(Engine::Medusa, Plan::Large), None);
    assert_eq!(takes.unfit(Engine::Medusa, Plan::Small), Some(Unfit::Plan));
    assert_eq!(takes.unfit(Engine::Woocommerce, Plan::Large), Some(Unfit::Engine));
    assert_eq!(Takes { plans: &[], engines: &[] }.unfit(Engine::Medusa, Plan::Small), None);
}

fn any_cell() -> impl Strategy<Value = Weighed> {
    let health = prop_oneof![Just(Health::Up), Just(Health::Down), Just(Health::Unknown)];
    (0_u32..20, 0_u32..20, 0_u64..20_000, 0_u64..20_000, health, prop::bool::weighted(0.2)).prop_map(
        |(stores, most, used, limit, health, drained)| {
            let size = |memory_mib| Size { memory_mib, ..Size::default() };
            let quota = Quota { stores: most, size: size(limit), ..Quota::default() };
            Weighed { share: Share { used: Used { stores, size: size(used) }, quota }, health, drained }
        },
    )
}

proptest! {
    #[test]
    fn a_chosen_cell_has_room_and_none_is_left_out(cells in prop::collection::vec(any_cell(), 0..8)) {
        let fit = |cell: &Weighed| cell.unfit(SMALL).is_none();
        match choose(&cells, SMALL) {
            Ok(place) => {
                prop_assert!(fit(&cells[place]));
                let a_better_one = cells.iter().any(|cell| fit(cell) && cell.health != Health::Down);
                prop_assert!(cells[place].health != Health::Down || !a_better_one);
                let same = |cell: &&Weighed| (cell.health == Health::Down) == (cells[place].health == Health::Down);
                for other in cells.iter().filter(same).filter(|cell| fit(cell)) {
                    prop_assert!(compare(cells[place].free(), other.free()) != Ordering::Less);
                }
            }
            Err(_) => prop_assert!(!cells.iter().any(fit)),
        }
    }

    /// Cells of any sizes, filled one store after the other, stay level: no one is ahead by more than a store.
    #[test]
    fn cells_fill_up_evenly(sizes in prop::collection::vec(1_u32..40, 1..6), part in 1_u32..100) {
        let mut cells: Vec<Weighed> = sizes.iter().map(|most| cell(0, *most)).collect();
        let all: u32 = sizes.iter().sum();
        for _ in 0..(all * part).div_ceil(100) {
            let place = choose(&cells, Size::default()).map_err(|why| TestCaseError::fail(format!("{why:?}")))?;
            cells[place].share.used.stores += 1;
        }
        for a in &cells {
            for b in &cells {
                let (used_a, of_a) = a.share.of(Resource::Stores);
                let (used_b, of_b) = b.share.of(Resource::Stores);
                let (before_a, level_b) = (used_a.saturating_sub(1) as f64 / of_a as f64, used_b as f64 / of_b as f64);
                prop_assert!(before_a <= level_b + 1e-9, "{cells:?}");
            }
        }
        // And all of the room is used before anybody is refused.
        for _ in (all * part).div_ceil(100)..all {
            let place = choose(&cells, Size::default()).map_err(|why| TestCaseError::fail(format!("{why:?}")))?;
            cells[place].share.used.stores += 1;
        }
        prop_assert_eq!(choose(&cells, Size::default()), Err(Unfit::Full));
    }
}
