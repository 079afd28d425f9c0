//! What others rely on: documents, generated files, the command line.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Result, ensure};
use serde_json::Value;
use storebot::domain::engine::Engine;
use storebot::domain::plan::Plan;
use storebot::domain::quota::{Mebibytes, Millis};

use crate::harness::environment;
use crate::harness::{Process, TestBot, run_test};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn storebot(args: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_storebot")).args(args).envs(env.iter().copied()).output().unwrap()
}

#[test]
fn the_openapi_document_is_the_committed_one() {
    let committed = std::fs::read_to_string(Path::new(ROOT).join("openapi/storebot.yaml")).unwrap();
    let printed = String::from_utf8(storebot(&["openapi"], &[]).stdout).unwrap();
    assert!(printed == committed, "openapi/storebot.yaml is out of date: make openapi");
}

#[test]
fn rendered_charts_are_the_committed_ones() {
    let script = Path::new(ROOT).join("charts/rendered/render.sh");
    let checked = Command::new(script).arg("--check").env("HELM", environment::helm()).output().unwrap();
    assert!(
        checked.status.success(),
        "charts/rendered is out of date: charts/rendered/render.sh\n{}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}

#[test]
fn each_engine_waits_for_exactly_its_charts_workloads() {
    for engine in Engine::ALL {
        let file = Path::new(ROOT).join(format!("charts/rendered/{engine}-local.yaml"));
        let text = std::fs::read_to_string(file).unwrap();
        let mut found = BTreeSet::new();
        for document in text.split("\n---") {
            let is_workload = document.contains("\nkind: Deployment") || document.contains("\nkind: StatefulSet");
            if is_workload {
                let name = document.lines().find_map(|l| l.strip_prefix("  name: ")).unwrap();
                found.insert(name.to_owned());
            }
        }
        assert_eq!(found, engine.workloads().iter().map(|w| (*w).to_owned()).collect(), "{engine}");
    }
}

/// A quota that counted less than the charts ask for would promise room that is not there.
#[test]
fn a_plan_counts_at_least_what_the_charts_ask_for() {
    let config = storebot::config::Config::load("[[cells]]\nname = 'main'", &[]).unwrap();
    for engine in Engine::ALL {
        let file = Path::new(ROOT).join("charts").join(engine.as_str()).join("values.yaml");
        let values: Value = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        for plan in Plan::ALL {
            let parts = values["plans"][plan.as_str()].as_object().unwrap();
            let sum = |of: fn(&Value) -> &Value, read: fn(&str) -> u64| -> u64 {
                parts.values().filter_map(|part| of(part).as_str()).map(read).sum()
            };
            let cpu = sum(|part| &part["requests"]["cpu"], |text| text.parse::<Millis>().unwrap().0);
            let memory = sum(|part| &part["requests"]["memory"], |text| text.parse::<Mebibytes>().unwrap().0);
            let disk = sum(|part| &part["disk"], |text| text.parse::<Mebibytes>().unwrap().0);
            let size = config.plans.of(plan);
            assert!(cpu > 0 && memory > 0 && disk > 0, "{engine} {plan}: nothing was read");
            // The test order runs when the set-up has ended, so the larger of both would do.
            assert!(size.cpu_millis >= cpu - 10, "{engine} {plan}: {cpu} thousandths of a processor");
            assert!(size.memory_mib >= memory - 64, "{engine} {plan}: {memory} MiB");
            assert!(size.disk_mib >= disk, "{engine} {plan}: {disk} MiB");
        }
    }
}

#[test]
fn helm_finds_nothing_wrong_with_the_charts() {
    for engine in Engine::ALL {
        for environment in ["local", "prod"] {
            let chart = Path::new(ROOT).join("charts").join(engine.as_str());
            let lint = Command::new(environment::helm())
                .args(["lint", "--strict"])
                .arg(&chart)
                .arg("--values")
                .arg(chart.join(format!("values-{environment}.yaml")))
                .arg("--values")
                .arg(Path::new(ROOT).join("charts/rendered/example-values.yaml"))
                .output()
                .unwrap();
            assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stdout));
        }
    }
}

#[test]
fn charts_refuse_values_they_do_not_know() {
    for engine in Engine::ALL {
        for (set, named) in [
            (r#"colour="red""#, "colour"),
            (r#"store.colour="red""#, "colour"),
            (r#"store.plan="huge""#, "plan"),
            (r#"store.host="not a host""#, "host"),
        ] {
            let refused = Command::new(environment::helm())
                .args(["template", "store"])
                .arg(Path::new(ROOT).join("charts").join(engine.as_str()))
                .arg("--values")
                .arg(Path::new(ROOT).join("charts/rendered/example-values.yaml"))
                .args(["--set-json", set])
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && told.contains(named), "{engine} {set}: {told}");
        }
    }
}

#[test]
fn a_store_that_sleeps_has_neither_jobs_nor_their_templates() {
    for engine in Engine::ALL {
        let kinds = |asleep: &str| {
            let rendered = Command::new(environment::helm())
                .args(["template", "store"])
                .arg(Path::new(ROOT).join("charts").join(engine.as_str()))
                .arg("--values")
                .arg(Path::new(ROOT).join("charts/rendered/example-values.yaml"))
                .args(["--set-json", asleep])
                .output()
                .unwrap();
            let text = String::from_utf8(rendered.stdout).unwrap();
            ["\nkind: Job\n", "\nkind: CronJob\n"].map(|kind| text.matches(kind).count())
        };
        assert_eq!((kinds("asleep=false"), kinds("asleep=true")), ([2, 2], [0, 0]), "{engine}");
    }
}

#[test]
fn a_bad_configuration_ends_with_code_2_and_names_every_fault() {
    let env = [("STOREBOT__WORKER__LEASE", "soon"), ("STOREBOT__HTTP__LISTEN", "here"), ("STOREBOT__NO__SUCH", "1")];
    let ended = storebot(&["all"], &env);
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{told}");
    for key in ["worker.lease", "http.listen", "STOREBOT__NO__SUCH", "cells"] {
        assert!(told.contains(key), "{key} is missing in:\n{told}");
    }
    assert_eq!(storebot(&["all", "--no-such"], &[]).status.code(), Some(2));
    assert_eq!(storebot(&["all", "--config", "/nowhere"], &[]).status.code(), Some(2));
}

#[tokio::test]
async fn documents_pages_and_metrics_are_served() {
    run_test(TestBot::default(), async |t| {
        let get = async |path: &str| -> Result<String> {
            let answer = t.http.get(format!("{}{path}", t.url)).send().await?;
            ensure!(answer.status() == 200, "{path}: {}", answer.status());
            Ok(answer.text().await?)
        };
        let document: Value = serde_json::from_str(&get("/openapi.json").await?)?;
        ensure!(document["openapi"] == "3.1.0");
        let committed = std::fs::read_to_string(Path::new(ROOT).join("openapi/storebot.yaml"))?;
        ensure!(get("/openapi.yaml").await? == committed);

        let docs = get("/docs").await?;
        let outside: Vec<_> = ["src=\"http", "href=\"http", "@import", "url(http"]
            .into_iter()
            .filter(|marker| docs.contains(*marker))
            .collect();
        ensure!(outside.is_empty(), "the page loads from elsewhere: {outside:?}");
        get("/").await?;
        get("/health/live").await?;
        get("/health/ready").await?;

        t.person("ana").slash("/store create name:tea engine:medusa").await?;
        t.until_idle().await?;
        let metrics = t.metrics().await?;
        for name in [
            "storebot_http_requests_total{",
            "storebot_http_request_seconds_bucket{",
            "storebot_commands_total{",
            "storebot_jobs{",
            "storebot_job_wait_seconds_bucket{",
            "storebot_provision_seconds_bucket{",
            "storebot_step_seconds_bucket{",
            "storebot_helm_seconds_count{verb=\"upgrade\",outcome=\"ok\"} 1",
            "storebot_ready_lag_seconds_count 1",
            "storebot_discord_requests_total{",
            "storebot_dead_letters",
        ] {
            ensure!(metrics.contains(name), "{name} is missing in:\n{metrics}");
        }
        ensure!(!metrics.contains("\"tea\""), "no names in labels");
        Ok(())
    })
    .await;
}

/// What a container without curl asks, of each role. A proxy of the container is not where it asks.
#[tokio::test]
async fn a_container_asks_whether_its_storebot_is_well() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        for role in ["serve", "work"] {
            let mut process = Process::start_as(role, &t.config_file, &[]).await?;
            let ask = |path: &str| {
                let url = format!("{}{path}", process.admin);
                storebot(&["healthcheck", &url], &[("HTTP_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", "")])
            };
            for path in ["/health/live", "/health/ready"] {
                let asked = ask(path);
                ensure!(asked.status.success(), "{role} {path}: {}", String::from_utf8_lossy(&asked.stderr));
            }
            let unknown = ask("/health/nothing");
            let said = String::from_utf8(unknown.stderr)?;
            ensure!(unknown.status.code() == Some(1) && said.contains("404"), "{said}");
            process.terminate()?;
            process.ended().await?;
            let gone = storebot(&["healthcheck", &format!("{}/health/live", process.admin)], &[]);
            let said = String::from_utf8(gone.stderr)?;
            ensure!(gone.status.code() == Some(1) && said.contains("does not answer"), "{said}");
        }
        Ok(())
    })
    .await;
}
