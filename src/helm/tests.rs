use super::*;
use tokio_util::sync::CancellationToken;

fn helm(binary: &str) -> Helm {
    Helm::new(&config::Helm {
        binary: binary.into(),
        charts: "/nowhere".into(),
        concurrency: 1,
        timeout: Duration::from_secs(60),
        history: 3,
    })
}

fn target() -> Target {
    Target { namespace: "store-x".to_owned(), kubeconfig: Some("/etc/k".into()), context: None }
}

#[test]
fn labels_are_passed_as_they_are_or_not_at_all() {
    let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let list = label_list(&labels(&[("storebot.dev/plan", "small"), ("a", "")]));
    assert_eq!(list.unwrap(), "a=,storebot.dev/plan=small");
    assert!(label_list(&labels(&[("a", "b,c=d")])).is_err());
    assert!(label_list(&labels(&[("a=b", "c")])).is_err());
}

#[test]
fn versions_are_compared_by_number() {
    for (text, good) in [
        ("v4.2.4", true),
        ("v4.10.0", true),
        ("v5.0.0-rc.1", true),
        ("4.1", true),
        ("v4.0.9", false),
        ("v3.21.4", false),
    ] {
        assert_eq!(major_minor(text).unwrap() >= OLDEST, good, "{text}");
    }
    assert_eq!(major_minor("unknown"), None);
}

#[tokio::test]
async fn a_helm_that_is_not_there_says_what_to_do() {
    let error = helm("no-such-helm").probe().await.unwrap_err();
    assert!(matches!(&error, HelmError::Missing { what } if what.contains("helm.binary")), "{error}");
    let error = helm("/bin/echo").probe().await.unwrap_err();
    assert!(matches!(&error, HelmError::Missing { what } if what.contains("4.1")), "{error}");
}

#[tokio::test]
async fn a_chart_that_is_not_there_starts_nothing() {
    let (target, values, labels) = (target(), serde_json::json!({}), BTreeMap::new());
    let run = Upgrade { target: &target, engine: Engine::Medusa, files: &[], values: &values, labels: &labels };
    let error = helm("no-such-helm").upgrade(&run, &Leave::unbounded()).await.unwrap_err();
    assert!(matches!(&error, HelmError::Missing { what } if what.contains("helm.charts")), "{error}");
}

#[tokio::test]
async fn a_run_that_was_stopped_before_it_began_starts_nothing() {
    let stop = CancellationToken::new();
    stop.cancel();
    assert_eq!(helm("no-such-helm").uninstall(&target(), &Leave::new(stop, || true)).await, Err(HelmError::Stopped));
    let lost = Leave::new(CancellationToken::new(), || false);
    assert_eq!(
        helm("no-such-helm").uninstall(&target(), &lost).await,
        Err(HelmError::Stopped),
        "nobody had the time to say so"
    );
}

#[test]
fn a_runs_arguments_name_the_place_and_the_limit() {
    let (helm, target) = (helm("helm"), target());
    let run = helm.bounded(vec!["uninstall".into()], &target);
    let args: Vec<_> = run.args.iter().map(|arg| arg.to_str().unwrap()).collect();
    assert_eq!(args.join(" "), "uninstall --timeout 60000ms --namespace store-x --kubeconfig /etc/k");
    assert_eq!(run.limit, Duration::from_secs(75));
}
