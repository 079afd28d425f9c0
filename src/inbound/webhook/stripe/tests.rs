use super::*;
use crate::domain::command::CommandKind;
use crate::domain::plan::Plan;
use crate::inbound::webhook::tests::stripe_meaning;

const PRICES: &str = "[[webhooks.prices]]\nprice='price_m'\nplan='medium'\nengine='medusa'\n";

fn event(kind: &str, created: i64, object: &serde_json::Value) -> String {
    serde_json::json!({
        "id": "evt_1", "object": "event", "api_version": "2025-09-30.clover", "created": created, "livemode": false,
        "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": kind,
        "data": {"object": object},
    })
    .to_string()
}

fn subscription(status: &str) -> serde_json::Value {
    serde_json::json!({
        "id": "sub_1", "object": "subscription", "status": status, "customer": "cus_1", "metadata": {},
        "items": {"object": "list", "data": [{"id": "si_1", "price": {"id": "price_m", "active": true}, "quantity": 1}]},
    })
}

/// The command, what is asked instead, and whether it ends.
fn asked(meaning: Meaning) -> (CommandKind, Option<CommandKind>, bool) {
    match meaning {
        Meaning::Billed(billed) => {
            let instead = billed.instead.map(|asks| asks.request.command.kind());
            (billed.asks.request.command.kind(), instead, billed.ends)
        }
        other => panic!("{other:?}"),
    }
}

fn of(kind: &str, object: &serde_json::Value) -> Meaning {
    stripe_meaning(PRICES, &event(kind, 1_700_000_000, object)).unwrap()
}

#[test]
fn a_subscription_is_a_store_from_its_beginning_to_its_end() {
    let there = (CommandKind::Create, Some(CommandKind::Resume), false);
    let unpaid = (CommandKind::Suspend, None, false);
    let over = (CommandKind::Expire, None, true);
    for (kind, status, expected) in [
        ("created", "active", there),
        ("created", "trialing", there),
        ("updated", "active", there),
        ("resumed", "active", there),
        ("updated", "past_due", unpaid),
        ("updated", "unpaid", unpaid),
        ("paused", "paused", unpaid),
        ("updated", "incomplete_expired", over),
        ("deleted", "canceled", over),
        ("deleted", "active", over),
    ] {
        let meaning = of(&format!("customer.subscription.{kind}"), &subscription(status));
        assert_eq!(asked(meaning), expected, "{kind} {status}");
    }
    let meaning = of("customer.subscription.created", &subscription("incomplete"));
    assert!(matches!(meaning, Meaning::Ignored(why) if why.contains("incomplete")));
}

#[test]
fn a_price_says_what_is_sold_and_what_is_written_on_it_says_more() {
    let create = |object: &serde_json::Value| match of("customer.subscription.created", object) {
        Meaning::Billed(Billed { asks, .. }) => match asks.request.command {
            Command::Create(create) => create,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let made = create(&subscription("active"));
    assert_eq!((made.engine.as_str(), made.plan, made.name.as_str().len()), ("medusa", Plan::Medium, 15));
    assert_eq!(create(&subscription("trialing")).name, made.name, "the same for all its events");
    let mut other = subscription("active");
    other["items"]["data"][0]["price"]["id"] = "price_unknown".into();
    other["metadata"] = serde_json::json!({ "storebot_store": "acme", "storebot_title": "Acme & Co" });
    let made = create(&other);
    assert_eq!((made.name.as_str(), made.title.as_deref()), ("acme", Some("Acme & Co")));
    assert_eq!((made.engine.as_str(), made.plan), ("woocommerce", Plan::Small));
    other["metadata"]["storebot_store"] = "No Name".into();
    let refused = stripe_meaning(PRICES, &event("customer.subscription.created", 1, &other));
    assert!(matches!(refused, Err(Unread::Refused(_))), "{refused:?}");
}

#[test]
fn invoices_name_their_subscription_as_each_version_of_the_api_does() {
    let new = serde_json::json!({ "id": "in_1", "parent": { "type": "subscription_details",
        "subscription_details": { "subscription": "sub_1", "metadata": {} } } });
    let old = serde_json::json!({ "id": "in_1", "subscription": "sub_1", "subscription_details": { "metadata": {} } });
    let subject = |kind: &str, object: &serde_json::Value| match of(kind, object) {
        Meaning::Billed(billed) => (billed.subject, billed.asks.request.command.kind()),
        other => panic!("{other:?}"),
    };
    for invoice in [&new, &old] {
        assert_eq!(subject("invoice.paid", invoice), ("sub_1".to_owned(), CommandKind::Resume));
        assert_eq!(subject("invoice.payment_failed", invoice), ("sub_1".to_owned(), CommandKind::Suspend));
    }
    let single = serde_json::json!({ "id": "in_1", "subscription": null, "parent": null });
    assert!(matches!(of("invoice.paid", &single), Meaning::Ignored(_)));
}

#[test]
fn a_checkout_makes_a_store_where_it_says_enough() {
    let session = |mode: &str, paid: &str| {
        serde_json::json!({ "id": "cs_1", "mode": mode, "payment_status": paid, "subscription":
            (mode == "subscription").then_some("sub_1"), "metadata": {} })
    };
    let single = of("checkout.session.completed", &session("payment", "paid"));
    assert_eq!(asked(single), (CommandKind::Create, Some(CommandKind::Resume), false));
    for (mode, paid, why) in [
        ("payment", "unpaid", "nothing is paid yet"),
        ("setup", "no_payment_required", "checkouts of mode"),
        ("subscription", "paid", "does not say of which price"),
    ] {
        let meaning = of("checkout.session.completed", &session(mode, paid));
        assert!(matches!(&meaning, Meaning::Ignored(told) if told.contains(why)), "{meaning:?}");
    }
    let body = event("checkout.session.completed", 1, &session("subscription", "paid"));
    let without_prices = stripe_meaning("", &body).unwrap();
    assert_eq!(asked(without_prices).0, CommandKind::Create, "there is only one thing to buy");
}

#[test]
fn of_one_second_the_end_counts_last() {
    let at = |becomes| moment(1_700_000_000, becomes);
    let order = [at(Becomes::There), at(Becomes::Unpaid(Duration::ZERO)), at(Becomes::Paid), at(Becomes::Over)];
    assert!(order.is_sorted() && order[3] < moment(1_700_000_001, Becomes::There));
    let _ = moment(i64::MAX, Becomes::Over);
    let _ = moment(i64::MIN, Becomes::Over);
}

#[test]
fn what_is_not_as_promised_is_malformed() {
    for object in [serde_json::json!({}), serde_json::json!([]), serde_json::json!({ "id": 7 })] {
        for kind in ["customer.subscription.created", "checkout.session.completed"] {
            let read = stripe_meaning(PRICES, &event(kind, 1, &object));
            assert!(matches!(read, Err(Unread::Malformed(_))), "{kind} {object}: {read:?}");
        }
    }
    assert!(matches!(of("customer.created", &serde_json::json!({})), Meaning::Ignored(_)));
}
