//! `deploy/compose.yaml` and what its containers are given, held against each other: where nobody runs a container,
//! files that name one another are what goes wrong.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

fn file(path: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(file(path)).unwrap()).unwrap()
}

fn services() -> serde_json::Map<String, Value> {
    yaml("deploy/compose.yaml")["services"].as_object().unwrap().clone()
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What of this checkout a service is given: where it lies here, and where there.
fn given(service: &Value) -> Vec<(PathBuf, String)> {
    let mounts = strings(&service["volumes"]).into_iter().filter(|mount| mount.starts_with('.'));
    let split = |mount: &str| {
        let (source, target) = mount.strip_suffix(":ro").unwrap_or(mount).split_once(':').unwrap();
        (file("deploy").join(source), target.to_owned())
    };
    mounts.map(split).collect()
}

/// The file of this checkout that a service finds at a path.
fn found(service: &Value, path: &str) -> Result<PathBuf> {
    let lies = |(source, target): (PathBuf, String)| {
        let rest = Path::new(path).strip_prefix(&target).ok()?;
        Some(if rest == Path::new("") { source } else { source.join(rest) })
    };
    let all = given(service);
    let known: Vec<_> = all.iter().map(|(_, target)| target.clone()).collect();
    let found = all.into_iter().find_map(lies).with_context(|| format!("{path} is none of {known:?}"))?;
    found.canonicalize().with_context(|| format!("{} is not there", found.display()))
}

fn option<'a>(service: &'a Value, name: &str) -> &'a str {
    let all = strings(&service["command"]);
    let option = all.into_iter().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('='));
    option.unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn everything_that_is_mounted_is_there_and_nobody_writes_to_it() {
    let mut mounted = 0;
    for (name, service) in services() {
        for (source, target) in given(&service) {
            assert!(source.exists(), "{name}: {} for {target}", source.display());
            mounted += 1;
        }
        let here = strings(&service["volumes"]).into_iter().filter(|mount| mount.starts_with('.'));
        here.for_each(|mount| assert!(mount.ends_with(":ro"), "{name}: {mount}"));
        let image = service["image"].as_str().unwrap();
        let (_, tag) = image.rsplit_once(':').unwrap_or_else(|| panic!("{image} has no version"));
        assert!(tag != "latest", "{image}");
        // A port without an address would be everybody's.
        for port in strings(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port}");
        }
        assert!(service["healthcheck"]["test"].is_array(), "{name}: nobody asks whether it is well");
    }
    assert!(mounted > 4, "{mounted}");
}

#[test]
fn prometheus_asks_storebot_and_has_the_charts_alerts() {
    let services = services();
    let (storebot, prometheus) = (&services["storebot"], &services["prometheus"]);
    let config = found(prometheus, option(prometheus, "--config.file")).unwrap();
    assert_eq!(config, file("deploy/grafana/prometheus.yaml"));
    let config = yaml("deploy/grafana/prometheus.yaml");
    let listens = &storebot["environment"]["STOREBOT__HTTP__ADMIN_LISTEN"];
    assert_eq!(config["scrape_configs"][0]["static_configs"][0]["targets"], serde_json::json!([listens]));
    // Which is this machine's loopback for both.
    assert_eq!((&storebot["network_mode"], &prometheus["network_mode"]), (&"host".into(), &"host".into()));
    // A name of a file is one beside the configuration.
    let folder = Path::new(option(prometheus, "--config.file")).parent().unwrap();
    let rules = folder.join(config["rule_files"][0].as_str().unwrap());
    let rules = found(prometheus, rules.to_str().unwrap()).unwrap();
    assert_eq!(rules, file("charts/storebot/files/alerts.yaml"));
    assert_eq!(strings(&prometheus["profiles"]), ["monitoring"]);
}

/// Prometheus 3.15.0 is the module's 0.315.0.
#[test]
fn the_alerts_are_checked_by_the_release_that_reads_them() {
    let module = std::fs::read_to_string(file("tests/prometheus/promtool/go.mod")).unwrap();
    let (_, rest) = module.split_once("github.com/prometheus/prometheus v0.").unwrap();
    let version = rest.split_whitespace().next().unwrap();
    let (major, rest) = version.split_at(1);
    let (minor, patch) = rest.split_once('.').unwrap();
    let image = format!("prom/prometheus:v{major}.{}.{patch}", minor.parse::<u8>().unwrap());
    assert_eq!(services()["prometheus"]["image"], image);
}

#[test]
fn grafana_has_the_charts_dashboards_and_asks_this_prometheus() {
    let services = services();
    let (prometheus, grafana) = (&services["prometheus"], &services["grafana"]);
    let provisioning = found(grafana, "/etc/grafana/provisioning").unwrap();
    assert_eq!(provisioning, file("deploy/grafana/provisioning"));
    let source = &yaml("deploy/grafana/provisioning/datasources/prometheus.yaml")["datasources"][0];
    assert_eq!(source["url"], format!("http://{}", option(prometheus, "--web.listen-address")));
    let dashboards = &yaml("deploy/grafana/provisioning/dashboards/storebot.yaml")["providers"][0];
    let dashboards = found(grafana, dashboards["options"]["path"].as_str().unwrap()).unwrap();
    assert_eq!(dashboards, file("charts/storebot/files/dashboards"));
    assert_eq!(grafana["network_mode"], "host");
    assert_eq!(grafana["environment"]["GF_SERVER_HTTP_ADDR"], "127.0.0.1");
    assert_eq!(strings(&grafana["profiles"]), ["monitoring"]);
    // One copy of what is shown: the dashboards' own tests hold it against the metrics.
    assert!(std::fs::read_dir(&provisioning).unwrap().flatten().all(|entry| entry.path().is_dir()));
}
