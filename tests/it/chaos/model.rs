//! What must have become of every store, from nothing but the answers that actors were given.
//!
//! The last accepted wish decides, and since nothing brings a deleted store back, its id is enough: it
//! is gone if a deletion of it was accepted, and there otherwise. So the order in which commands met in
//! the ledger need not be known.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Ask, Cell};

/// What an actor was told, once and for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// 2xx, with the store's id where the door tells it.
    Accepted(Option<String>),
    /// Why not, by the kind of the problem.
    Refused(String),
    /// No answer ever came, although everything was well again.
    Never(String),
    /// Something no door should ever say.
    Odd(String),
}

/// One command of one actor, however often it was sent.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) cell: Cell,
    pub(super) ask: Ask,
    pub(super) answer: Answer,
    /// Ids in all 2xx for it, repetitions included.
    pub(super) ids: BTreeSet<String>,
    /// How many commands the ledger may have seen: one with a key, every attempt without one.
    pub(super) attempts: u64,
    /// Names its callback, where one was asked for.
    pub(super) callback: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Living,
    Deleted,
}

/// Whether a living store sleeps. In which order commands met is not known, so of one that was put to sleep and
/// woken both may be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sleep {
    Never,
    Perhaps,
    Surely,
}

/// What must have become of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) cell: Cell,
    pub(super) fate: Fate,
    pub(super) sleep: Sleep,
    /// Generations that commands can account for.
    pub(super) generations: u64,
}

/// Every store that was promised, by id. `named` are the ids of stores by owner and name, for the door
/// that tells no ids; its actors never use a name for anybody else.
pub(super) fn expected(heard: &[Heard], named: &BTreeMap<(String, String), Vec<String>>) -> BTreeMap<String, Expected> {
    let ids = |heard: &Heard| -> Vec<String> {
        match &heard.answer {
            Answer::Accepted(Some(id)) => vec![id.clone()],
            Answer::Accepted(None) => {
                named.get(&(heard.owner.clone(), heard.name.clone())).cloned().unwrap_or_default()
            }
            _ => Vec::new(),
        }
    };
    let mut stores = BTreeMap::new();
    for create in heard.iter().filter(|heard| heard.ask == Ask::Create) {
        for id in ids(create) {
            let store = Expected {
                owner: create.owner.clone(),
                name: create.name.clone(),
                cell: create.cell,
                fate: Fate::Living,
                sleep: Sleep::Never,
                generations: 1,
            };
            stores.insert(id, store);
        }
    }
    for change in heard.iter().filter(|heard| heard.ask != Ask::Create) {
        let same = |store: &Expected| (&store.owner, &store.name) == (&change.owner, &change.name);
        // Even one that was refused in the end may have been accepted before its answer got lost.
        stores.values_mut().filter(|store| same(store)).for_each(|store| store.generations += change.attempts);
        if matches!(change.ask, Ask::Sleep | Ask::Wake) {
            stores.values_mut().filter(|store| same(store)).for_each(|store| store.sleep = Sleep::Perhaps);
        }
        if change.ask == Ask::Delete {
            for id in ids(change) {
                if let Some(store) = stores.get_mut(&id) {
                    store.fate = Fate::Deleted;
                }
            }
        }
    }
    for sleep in heard.iter().filter(|heard| heard.ask == Ask::Sleep) {
        let wakes =
            |other: &Heard| other.ask == Ask::Wake && (&other.owner, &other.name) == (&sleep.owner, &sleep.name);
        if !heard.iter().any(wakes) {
            for id in ids(sleep) {
                stores.entry(id).and_modify(|store| store.sleep = Sleep::Surely);
            }
        }
    }
    stores
}

#[cfg(test)]
pub(super) mod examples {
    use super::{Answer, Ask, Cell, Heard};

    pub(in crate::chaos) fn heard(ask: Ask, answer: Answer) -> Heard {
        let ids = match &answer {
            Answer::Accepted(Some(id)) => [id.clone()].into(),
            _ => [].into(),
        };
        Heard {
            owner: "api:ana".to_owned(),
            name: "tea".to_owned(),
            cell: Cell::Quick,
            ask,
            answer,
            ids,
            attempts: 1,
            callback: None,
        }
    }

    pub(in crate::chaos) fn accepted(ask: Ask, id: &str) -> Heard {
        heard(ask, Answer::Accepted(Some(id.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::examples::{accepted, heard};
    use super::*;

    fn fates(heard: &[Heard]) -> Vec<(String, Fate, u64)> {
        let named = BTreeMap::from([(("api:ana".to_owned(), "tea".to_owned()), vec!["1".to_owned()])]);
        expected(heard, &named).into_iter().map(|(id, e)| (id, e.fate, e.generations)).collect()
    }

    #[test]
    fn the_last_accepted_wish_decides() {
        let create = accepted(Ask::Create, "1");
        assert_eq!(fates(std::slice::from_ref(&create)), [("1".to_owned(), Fate::Living, 1)]);
        let verified = [create.clone(), accepted(Ask::Verify, "1"), accepted(Ask::Upgrade, "1")];
        assert_eq!(fates(&verified), [("1".to_owned(), Fate::Living, 3)]);
        let deleted = [create.clone(), accepted(Ask::Delete, "1"), accepted(Ask::Create, "2")];
        let fates_of = fates(&deleted);
        assert_eq!((fates_of[0].1, fates_of[1].1), (Fate::Deleted, Fate::Living));
        let refused = [create, heard(Ask::Delete, Answer::Refused("not-now".to_owned()))];
        assert_eq!(fates(&refused)[0].1, Fate::Living);
    }

    #[test]
    fn who_is_told_no_id_is_known_by_the_name() {
        let told_nothing = |ask| heard(ask, Answer::Accepted(None));
        assert_eq!(fates(&[told_nothing(Ask::Create)]), [("1".to_owned(), Fate::Living, 1)]);
        assert_eq!(fates(&[told_nothing(Ask::Create), told_nothing(Ask::Delete)])[0].1, Fate::Deleted);
    }

    #[test]
    fn what_was_put_to_sleep_and_never_woken_sleeps() {
        let sleep = |heard: &[Heard]| expected(heard, &BTreeMap::new())["1"].sleep;
        let (create, slept) = (accepted(Ask::Create, "1"), accepted(Ask::Sleep, "1"));
        assert_eq!(sleep(std::slice::from_ref(&create)), Sleep::Never);
        assert_eq!(sleep(&[create.clone(), slept.clone()]), Sleep::Surely);
        assert_eq!(sleep(&[create.clone(), slept, accepted(Ask::Wake, "1")]), Sleep::Perhaps);
        let refused = heard(Ask::Sleep, Answer::Refused("not-now".to_owned()));
        assert_eq!(sleep(&[create, refused]), Sleep::Perhaps, "it may have been accepted before its answer got lost");
    }

    #[test]
    fn what_was_refused_promises_nothing() {
        assert_eq!(fates(&[heard(Ask::Create, Answer::Refused("quota-exceeded".to_owned()))]), []);
        assert_eq!(fates(&[heard(Ask::Create, Answer::Never("timeout".to_owned()))]), []);
    }
}
