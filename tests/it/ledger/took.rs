//! What is said of a store before anybody asks for it, and of the days that have gone.

use jiff::civil::date;
use storebot::domain::prospect::Prospect;
use storebot::domain::usual::Usual;

use super::line::create_for;
use super::*;

fn took(seconds: u64) -> Usual {
    Usual { whole: Some(Duration::from_secs(seconds)), ..Usual::default() }
}

#[tokio::test]
async fn who_asks_is_told_who_is_ahead_and_how_long_it_takes() {
    let ledger = ledger();
    let (ana, ben) = (ActorId::new("ana"), ActorId::new("ben"));
    assert_eq!(ledger.prospect(&ana).await.unwrap(), Prospect::default());

    create_for(&ledger, "ana", 0..5).await;
    // Who has much in line waits for oneself; the others are level with what is being served.
    let ahead = |prospect: Prospect| (prospect.ahead, prospect.running);
    assert_eq!(ahead(ledger.prospect(&ana).await.unwrap()), (5, 0));
    assert_eq!(ahead(ledger.prospect(&ben).await.unwrap()), (1, 0));
    ledger.take(2, LEASE).await.unwrap();
    assert_eq!(ahead(ledger.prospect(&ana).await.unwrap()), (3, 2));
    // And so it is: the place it is told is the one that it gets.
    let told = ledger.prospect(&ben).await.unwrap().ahead;
    create_for(&ledger, "ben", 9..10).await;
    let (_, place) = ledger.outlook(Engine::Medusa, &StoreId::from_bits(9)).await.unwrap();
    assert_eq!(place, Some(told + 1));

    ledger.note_made(Engine::Medusa, Timestamp::now(), &took(30)).await.unwrap();
    let usual = ledger.prospect(&ben).await.unwrap().usual;
    assert_eq!(usual.into_iter().collect::<Vec<_>>(), [(Engine::Medusa, Duration::from_secs(30))]);
}

#[tokio::test]
async fn a_day_keeps_what_was_made_on_it() {
    let ledger = ledger();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    for (when, seconds) in [("2026-11-21T23:59:59Z", 10), ("2026-11-22T00:00:00Z", 20), ("2026-11-22T00:30:00Z", 20)] {
        ledger.note_made(Engine::Medusa, at(when), &took(seconds)).await.unwrap();
    }
    // It was something else before, so nobody knows how long its making took.
    ledger.note_made(Engine::Woocommerce, at("2026-11-22T12:00:00Z"), &Usual::default()).await.unwrap();
    let days = ledger.history(date(2026, 11, 22), 3).await.unwrap();
    let dates: Vec<_> = days.iter().map(|day| day.date.day()).collect();
    assert_eq!((dates, days[0].of.len()), (vec![20, 21, 22], 0));
    assert_eq!((days[1].of[&Engine::Medusa].made[23], days[1].of[&Engine::Medusa].times.count()), (1, 1));
    let today = &days[2].of[&Engine::Medusa];
    assert_eq!((today.made[0], today.times.count()), (2, 2));
    // To within a twentieth.
    assert!(today.times.percentile(95).is_some_and(|time| (19.0..=21.0).contains(&time.as_secs_f64())));
    let other = &days[2].of[&Engine::Woocommerce];
    assert_eq!((other.made[12], other.times.count()), (1, 0));
}
