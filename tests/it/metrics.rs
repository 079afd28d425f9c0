//! What `/metrics` shows of a storebot that has worked, held against the table.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use storebot::metrics::table::{self, Kind};

use crate::harness::environment::PATIENCE;
use crate::harness::{TestBot, delete_on_discord, run_test, until};

/// What this story does not come by. Nothing is shown of a metric with labels before it is first counted.
const ELSEWHERE: [&str; 7] = [
    "storebot_issuer_fetches_total",
    "storebot_failures_total",
    "storebot_forge_requests_total",
    "storebot_cell_up",
    "storebot_cell_stores",
    "storebot_cell_capacity",
    "storebot_cell_drained",
];

/// One line: name, labels, value.
type Sample = (String, BTreeMap<String, String>, f64);

fn samples(text: &str) -> Result<Vec<Sample>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| sample(line).with_context(|| line.to_owned())).collect()
}

fn sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').map_or((series, ""), |(name, rest)| (name, rest.trim_end_matches('}')));
    let pair = |pair: &str| {
        let (key, value) = pair.split_once("=\"")?;
        Some((key.trim_start_matches(',').to_owned(), value.to_owned()))
    };
    let labels = labels.split_terminator('"').collect::<Vec<_>>();
    let labels = labels.chunks(2).map(|two| pair(&two.join("\""))).collect::<Option<_>>()?;
    Some((name.to_owned(), labels, value.parse().ok()?))
}

/// The value of a series whose labels have these values, all of them together.
fn sum(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> f64 {
    let has = |of: &BTreeMap<String, String>| labels.iter().all(|(k, v)| of.get(*k).is_some_and(|it| it == v));
    samples.iter().filter(|(n, of, _)| n == name && has(of)).map(|(.., value)| value).sum()
}

/// Names, types and labels are those of the table, and no label tells of one store or person.
fn ensure_as_the_table_says(text: &str, all: &[Sample]) -> Result<()> {
    let types: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    let mut known = BTreeSet::new();
    for row in table::TABLE {
        let family = row.name.strip_suffix("_total").unwrap_or(row.name);
        let kind = types.get(family);
        ensure!(kind.is_none_or(|it| *it == row.kind.as_str()), "{}: {kind:?}", row.name);
        ensure!(kind.is_some() || ELSEWHERE.contains(&row.name), "{} is not shown", row.name);
        known.insert(family);
    }
    ensure!(types.keys().all(|family| known.contains(family)), "{types:?}");
    let ids: Vec<String> = ["tea", "coffee", "ana", "webhook:ci"].map(str::to_owned).to_vec();
    for (name, labels, _) in all {
        let of = table::TABLE.iter().find(|row| match row.kind {
            Kind::Histogram => ["_bucket", "_sum", "_count"].iter().any(|end| *name == format!("{}{end}", row.name)),
            Kind::Counter | Kind::Gauge => *name == row.name,
        });
        let row = of.with_context(|| format!("{name} is not in the table"))?;
        let found: BTreeSet<&str> = labels.keys().map(String::as_str).filter(|label| *label != "le").collect();
        ensure!(found == row.labels.iter().copied().collect(), "{name}: {found:?}");
        ensure!(labels.values().all(|value| !ids.contains(value) && !value.contains("store-")), "{name} {labels:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_whole_story_is_counted_as_the_table_says() {
    run_test(TestBot::default(), async |t| {
        let ana = t.person("ana");
        let asked = ana.slash("/store create name:tea engine:medusa").await?;
        asked.wait_message(|m| m.content().contains("is ready"), PATIENCE).await?;
        let data = json!({ "name": "coffee", "engine": "woocommerce", "callback_url": t.callbacks.url });
        t.webhook().create("msg_1", &data).await?.error_for_status()?;
        t.callbacks.answer(&[503]);
        t.callbacks.wait(2).await?;
        let mut forged = t.webhook().sign("msg_2", &json!({ "type": "store.create", "data": data }));
        forged.signature.push('x');
        ensure!(t.webhook().deliver(&forged).await?.status() == 401);
        ensure!(t.api("ana").get("/v1/stores/nowhere").await?.status() == 404);
        let stranger = t.http.get(format!("{}/v1/stores", t.url)).bearer_auth("nonsense").send().await?;
        ensure!(stranger.status() == 401);
        delete_on_discord(&ana, "tea").await?;
        t.until_idle().await?;

        // The gauges are read every few seconds.
        let text = until("the numbers are those of now", || async {
            let text = t.metrics().await?;
            let now = samples(&text)?;
            let done = sum(&now, "storebot_stores", &[("phase", "ready"), ("engine", "woocommerce")]) == 1.0
                && sum(&now, "storebot_stores", &[("phase", "deleted")]) == 1.0;
            Ok(done.then_some(text))
        })
        .await?;
        let all = samples(&text)?;
        for (name, labels, wanted) in [
            ("storebot_commands_total", &[("command", "create"), ("outcome", "accepted")][..], 2.0),
            ("storebot_commands_total", &[("door", "webhook"), ("outcome", "accepted")], 1.0),
            ("storebot_provision_seconds_count", &[("outcome", "ready")], 2.0),
            ("storebot_step_seconds_count", &[("step", "verify")], 2.0),
            ("storebot_helm_seconds_count", &[("verb", "upgrade"), ("outcome", "ok")], 2.0),
            ("storebot_helm_seconds_count", &[("verb", "uninstall"), ("outcome", "ok")], 1.0),
            ("storebot_ready_lag_seconds_count", &[], 1.0),
            ("storebot_signature_failures_total", &[("source", "ci")], 1.0),
            ("storebot_callback_attempts_total", &[("outcome", "again")], 1.0),
            ("storebot_callback_attempts_total", &[("outcome", "delivered")], 1.0),
            ("storebot_callbacks_pending", &[], 0.0),
            ("storebot_jobs", &[], 0.0),
            ("storebot_job_oldest_wait_seconds", &[], 0.0),
            ("storebot_job_oldest_running_seconds", &[], 0.0),
            ("storebot_workers", &[], 1.0),
            ("storebot_helm_runs", &[], 0.0),
            ("storebot_redis_up", &[], 1.0),
            ("storebot_build_info", &[], 1.0),
        ] {
            let found = sum(&all, name, labels);
            ensure!((found - wanted).abs() < f64::EPSILON, "{name} {labels:?}: {found}, not {wanted}\n{text}");
        }
        // The steps of a create follow one another: together they are no longer than the whole.
        let (steps, whole) =
            (sum(&all, "storebot_step_seconds_sum", &[]), sum(&all, "storebot_provision_seconds_sum", &[]));
        ensure!(steps <= whole && steps > 0.0, "{steps} s of steps in {whole} s");

        ensure_as_the_table_says(&text, &all)
    })
    .await;
}
