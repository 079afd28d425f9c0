//! Dashboards, alerts and runbooks, held against the table of metrics: what they ask for is what storebot shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use promql_parser::label::{Labels, Matchers};
use promql_parser::parser::{self, Expr, LabelModifier};
use serde_json::Value;
use storebot::metrics::table::{self, Kind, Row};

/// What Prometheus adds to every series.
const SCRAPED: [&str; 2] = ["instance", "job"];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(root(path)).unwrap()).unwrap()
}

/// Every rule of the alerts.
fn alerts() -> Vec<Value> {
    let file = yaml("charts/storebot/files/alerts.yaml");
    let groups = file["groups"].as_array().unwrap().iter();
    groups.flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
}

fn dashboards() -> Vec<(String, Value)> {
    let files = std::fs::read_dir(root("charts/storebot/files/dashboards")).unwrap();
    let read = |file: std::fs::DirEntry| {
        let text = std::fs::read_to_string(file.path()).unwrap();
        (file.file_name().to_str().unwrap().to_owned(), serde_json::from_str(&text).unwrap())
    };
    files.map(|file| read(file.unwrap())).collect()
}

/// Rows and panels are in one list.
fn panels(dashboard: &Value) -> Vec<&Value> {
    dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row").collect()
}

/// What a query gets wrong about the metrics, and the labels that its result has (`None`: not known).
#[derive(Default)]
struct Judge {
    faults: Vec<String>,
    asked: BTreeSet<&'static str>,
}

impl Judge {
    fn query(&mut self, query: &str) -> BTreeSet<String> {
        // Grafana puts a number of seconds there.
        let query = query.replace("$__rate_interval", "5m");
        match parser::parse(&query) {
            Ok(expr) => self.expr(&expr),
            Err(error) => {
                self.faults.push(format!("{query}: {error}"));
                BTreeSet::new()
            }
        }
    }

    fn expr(&mut self, expr: &Expr) -> BTreeSet<String> {
        match expr {
            Expr::VectorSelector(it) => self.series(it.name.as_deref(), &it.matchers),
            Expr::MatrixSelector(it) => self.series(it.vs.name.as_deref(), &it.vs.matchers),
            Expr::Paren(it) => self.expr(&it.expr),
            Expr::Unary(it) => self.expr(&it.expr),
            Expr::Subquery(it) => self.expr(&it.expr),
            Expr::Aggregate(it) => {
                let there = self.expr(&it.expr);
                match &it.modifier {
                    Some(LabelModifier::Include(by)) => self.chosen(by, &there),
                    Some(LabelModifier::Exclude(but)) => {
                        let gone = self.chosen(but, &there);
                        there.difference(&gone).cloned().collect()
                    }
                    None => BTreeSet::new(),
                }
            }
            Expr::Binary(it) => {
                let left = self.expr(&it.lhs);
                let right = self.expr(&it.rhs);
                if left.is_empty() { right } else { left }
            }
            Expr::Call(it) => {
                let mut labels = BTreeSet::new();
                for argument in &it.args.args {
                    labels.extend(self.expr(argument));
                }
                let counts = ["rate", "increase"].contains(&it.func.name);
                if let (true, Some(Expr::MatrixSelector(of))) = (counts, it.args.args.first().map(AsRef::as_ref))
                    && of.vs.name.as_deref().and_then(row).is_some_and(|row| row.kind == Kind::Gauge)
                {
                    self.faults.push(format!("{}({:?}): it is a gauge", it.func.name, of.vs.name));
                }
                labels
            }
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => BTreeSet::new(),
        }
    }

    fn chosen(&mut self, by: &Labels, there: &BTreeSet<String>) -> BTreeSet<String> {
        let chosen: BTreeSet<String> = by.labels.iter().cloned().collect();
        for label in chosen.difference(there) {
            self.faults.push(format!("by ({label}): there are {there:?}"));
        }
        chosen
    }

    fn series(&mut self, name: Option<&str>, matchers: &Matchers) -> BTreeSet<String> {
        let Some((name, row)) = name.and_then(|name| Some((name, row(name)?))) else {
            self.faults.push(format!("{name:?} is no metric of storebot"));
            return BTreeSet::new();
        };
        self.asked.insert(row.name);
        let bucket = name.ends_with("_bucket").then_some("le");
        let labels: BTreeSet<String> =
            row.labels.iter().copied().chain(SCRAPED).chain(bucket).map(str::to_owned).collect();
        for matcher in &matchers.matchers {
            if !labels.contains(&matcher.name) {
                self.faults.push(format!("{name}{{{}}}: there are {labels:?}", matcher.name));
            }
        }
        labels
    }
}

/// The row of a series: a histogram has three.
fn row(series: &str) -> Option<&'static Row> {
    let exact = table::TABLE.iter().find(|row| row.name == series && row.kind != Kind::Histogram);
    let parts = ["_bucket", "_count", "_sum"].iter().find_map(|end| series.strip_suffix(end));
    let of_parts = || table::TABLE.iter().find(|row| Some(row.name) == parts && row.kind == Kind::Histogram);
    exact.or_else(of_parts)
}

/// The words between `{{` and `}}` of a text that Prometheus or Grafana fills in.
fn fields(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()).map(str::trim).collect()
}

#[test]
fn alerts_ask_for_what_there_is() {
    let mut judge = Judge::default();
    for rule in alerts() {
        let name = rule["alert"].as_str().unwrap();
        let labels = judge.query(rule["expr"].as_str().unwrap());
        for text in ["summary", "description"].map(|it| rule["annotations"][it].as_str().unwrap()) {
            for field in fields(text) {
                let label = field.strip_prefix("$labels.");
                let known = label.is_none_or(|label| labels.contains(label)) && field.starts_with('$');
                assert!(known, "{name}: {{{{ {field} }}}}, and there are {labels:?}");
            }
        }
    }
    assert!(judge.faults.is_empty(), "{}", judge.faults.join("\n"));
}

#[test]
fn each_alert_has_its_runbook_and_each_runbook_its_alert() {
    let mut pages: BTreeSet<String> = std::fs::read_dir(root("docs/runbooks"))
        .unwrap()
        .map(|file| format!("docs/runbooks/{}", file.unwrap().file_name().to_str().unwrap()))
        .collect();
    let mut names = BTreeSet::new();
    for rule in alerts() {
        let (name, page) = (rule["alert"].as_str().unwrap(), rule["annotations"]["runbook_url"].as_str().unwrap());
        assert!(names.insert(name.to_owned()), "{name} is there twice");
        assert!(pages.remove(page), "{name}: {page} is not there, or another alert's");
        let text = std::fs::read_to_string(root(page)).unwrap();
        assert!(text.starts_with(&format!("# {name}\n")), "{page} is not about {name}");
        for part in ["**What people notice.**", "## Look", "## Do\n", "## Do not"] {
            assert!(text.contains(part), "{page} has no {part}");
        }
        assert!(["critical", "warning"].contains(&rule["labels"]["severity"].as_str().unwrap()), "{name}");
    }
    assert!(pages.is_empty(), "without an alert: {pages:?}");
    // Numbers that a page tells somebody to look at are there.
    for page in std::fs::read_dir(root("docs/runbooks")).unwrap() {
        let text = std::fs::read_to_string(page.unwrap().path()).unwrap();
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        for word in words.filter(|word| word.starts_with("storebot_")) {
            assert!(row(word).is_some() || table::find(word).is_some(), "{word} is no metric");
        }
    }
}

#[test]
fn dashboards_ask_for_what_there_is() {
    let mut judge = Judge::default();
    for (file, dashboard) in dashboards() {
        for panel in panels(&dashboard) {
            for target in panel["targets"].as_array().unwrap() {
                let before = judge.faults.len();
                let labels = judge.query(target["expr"].as_str().unwrap());
                for field in fields(target["legendFormat"].as_str().unwrap()) {
                    if !labels.contains(field) {
                        judge.faults.push(format!("{{{{{field}}}}}: there are {labels:?}"));
                    }
                }
                for fault in &mut judge.faults[before..] {
                    *fault = format!("{file}, {}: {fault}", panel["title"]);
                }
            }
        }
    }
    assert!(judge.faults.is_empty(), "{}", judge.faults.join("\n"));
    let all: BTreeSet<&str> = table::TABLE.iter().map(|row| row.name).collect();
    assert_eq!(judge.asked, all, "a number that nobody looks at is shown for nothing");
}

#[test]
fn dashboards_are_whole() {
    let mut uids = BTreeSet::new();
    for (file, dashboard) in dashboards() {
        assert!(uids.insert(dashboard["uid"].as_str().unwrap().to_owned()), "{file}");
        assert_eq!(dashboard["templating"]["list"][0]["type"], "datasource", "{file}");
        let mut ids = BTreeSet::new();
        let mut taken: BTreeMap<(u64, u64), u64> = BTreeMap::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            let (id, title) = (panel["id"].as_u64().unwrap(), &panel["title"]);
            assert!(ids.insert(id), "{file}, {title}: the id {id} is there twice");
            let place = |side: &str| panel["gridPos"][side].as_u64().unwrap();
            assert!(place("x") + place("w") <= 24 && place("w") > 0 && place("h") > 0, "{file}, {title}");
            for x in place("x")..place("x") + place("w") {
                for y in place("y")..place("y") + place("h") {
                    assert_eq!(taken.insert((x, y), id), None, "{file}: {title} lies over another");
                }
            }
        }
        for panel in panels(&dashboard) {
            let title = panel["title"].as_str().unwrap();
            assert!(panel["description"].as_str().is_some_and(|it| it.ends_with('.')), "{file}, {title}: no words");
            assert!(panel["fieldConfig"]["defaults"]["unit"].as_str().is_some_and(|it| !it.is_empty()), "{title}");
            for source in panel["targets"].as_array().unwrap().iter().chain([panel]) {
                assert_eq!(source["datasource"]["uid"], "${datasource}", "{file}, {title}");
            }
        }
    }
    assert!(!uids.is_empty());
}

/// The judge is only worth something if it sees what is wrong.
#[test]
fn the_judge_sees_what_is_not_there() {
    let faults = |query: &str| {
        let mut judge = Judge::default();
        judge.query(query);
        judge.faults
    };
    for good in [
        "sum by (route) (rate(storebot_http_requests_total{status=~\"5..\"}[5m]))",
        "histogram_quantile(0.9, sum by (le, step) (rate(storebot_step_seconds_bucket[5m])))",
        "max(storebot_workers) == 0 and max(storebot_jobs{state=\"waiting\"}) > 0",
    ] {
        assert_eq!(faults(good), Vec::<String>::new(), "{good}");
    }
    for bad in [
        "storebot_https_requests_total",
        "storebot_http_requests",
        "storebot_step_seconds",
        "storebot_http_requests_total{store=\"x\"}",
        "sum by (source) (storebot_http_requests_total)",
        "sum by (route) (sum by (status) (storebot_http_requests_total))",
        "rate(storebot_workers[5m])",
        "sum(",
        "storebot_jobs_bucket",
    ] {
        assert_ne!(faults(bad), Vec::<String>::new(), "{bad}");
    }
}
