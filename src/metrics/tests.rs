use super::*;

fn filled() -> Metrics {
    let metrics = Metrics::new();
    metrics.http_request(&Arc::from("/v1/stores"), "POST", 202, 0.002);
    metrics.command(CommandKind::Create, Door::Webhook, "accepted");
    metrics.signature_failure("ci");
    metrics.token_refusal("expired");
    metrics.issuer_fetch("github", true);
    metrics.helm("upgrade", "ok", 3.0);
    metrics.ready_lag(0.2);
    metrics.provision(Engine::Medusa, "ready", 42.0);
    metrics.step(StepName::Namespace, 0.3);
    metrics.job_wait(0.01);
    metrics.discord_request(200);
    let line = LineNumbers { waiting: 3, dead: 1, workers: 2, callbacks: 4, ..LineNumbers::default() };
    metrics.set_line(&LineNumbers { oldest_wait: Duration::from_millis(1500), ..line });
    metrics.set_redis(true, false);
    metrics.failure(Engine::Medusa, Some(Reason::QuotaExceeded));
    metrics.failure(Engine::Medusa, None);
    metrics.forge_request("github", 0);
    metrics.callback_attempt("again");
    let cell = CellNumbers { name: Arc::from("main"), up: true, drained: false, stores: 7, capacity: 0 };
    metrics.set_cells(&[cell]);
    metrics.set_stores(&[(Phase::Ready, Engine::Medusa, 7)]);
    metrics
}

#[test]
fn the_public_names_are_written_as_promised() {
    let text = filled().encode();
    for line in [
        "storebot_http_requests_total{route=\"/v1/stores\",method=\"POST\",status=\"202\"} 1",
        "storebot_http_request_seconds_count{route=\"/v1/stores\"} 1",
        "storebot_commands_total{command=\"create\",door=\"webhook\",outcome=\"accepted\"} 1",
        "storebot_jobs{state=\"waiting\"} 3",
        "storebot_job_wait_seconds_count 1",
        "storebot_provision_seconds_count{engine=\"medusa\",outcome=\"ready\"} 1",
        "storebot_step_seconds_count{step=\"namespace\"} 1",
        "storebot_stores{phase=\"ready\",engine=\"medusa\"} 7",
        "storebot_stores{phase=\"failed\",engine=\"woocommerce\"} 0",
        "storebot_helm_seconds_count{verb=\"upgrade\",outcome=\"ok\"} 1",
        "storebot_ready_lag_seconds_count 1",
        "storebot_discord_requests_total{status=\"200\"} 1",
        "storebot_signature_failures_total{source=\"ci\"} 1",
        "storebot_token_refusals_total{reason=\"expired\"} 1",
        "storebot_issuer_fetches_total{issuer=\"github\",outcome=\"ok\"} 1",
        "storebot_dead_letters 1",
        "storebot_jobs{state=\"delayed\"} 0",
        "storebot_job_oldest_wait_seconds 1.5",
        "storebot_workers 2",
        "storebot_callbacks_pending 4",
        "storebot_redis_up 1",
        "storebot_redis_durable 0",
        "storebot_failures_total{engine=\"medusa\",reason=\"quota-exceeded\"} 1",
        "storebot_failures_total{engine=\"medusa\",reason=\"other\"} 1",
        "storebot_forge_requests_total{forge=\"github\",status=\"0\"} 1",
        "storebot_callback_attempts_total{outcome=\"again\"} 1",
        "storebot_cell_stores{cell=\"main\"} 7",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\nis not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn clones_count_together_and_gauges_forget() {
    let metrics = filled();
    metrics.clone().command(CommandKind::Create, Door::Webhook, "accepted");
    metrics.set_stores(&[]);
    let (stream, _other) = (metrics.open_stream(), metrics.open_stream());
    drop(stream);
    let text = metrics.encode();
    assert!(text.contains("outcome=\"accepted\"} 2"));
    assert!(text.contains("storebot_stores{phase=\"ready\",engine=\"medusa\"} 0"));
    assert!(text.contains("storebot_event_streams 1"));
}

#[test]
fn what_is_under_way_is_counted_until_it_ends() {
    let metrics = Metrics::new();
    let run = metrics.run_helm();
    let (young, old) = (SystemTime::now(), SystemTime::now() - Duration::from_secs(100));
    let (first, second) = (metrics.work_on(young), metrics.work_on(old));
    let age = |metrics: &Metrics| metrics.0.longest_running(young + Duration::from_secs(10));
    assert_eq!(age(&metrics).round(), 110.0);
    assert!(metrics.encode().contains("storebot_helm_runs 1\n"));
    drop((second, run));
    assert_eq!(age(&metrics).round(), 10.0);
    drop(first);
    assert_eq!(age(&metrics), 0.0);
    assert!(metrics.encode().contains("storebot_helm_runs 0\n"));
}

#[test]
fn everything_that_is_shown_stands_in_the_table_as_it_is() {
    let text = filled().encode();
    for row in table::TABLE {
        let family = row.name.strip_suffix("_total").unwrap_or(row.name);
        assert!(text.lines().any(|l| l == format!("# TYPE {family} {}", row.kind.as_str())), "{}", row.name);
        assert!(text.lines().any(|l| l == format!("# HELP {family} {}.", row.help)), "{}", row.name);
    }
    let shown = text.lines().filter(|line| line.starts_with("# TYPE ")).count();
    assert_eq!(shown, table::TABLE.len());
}

#[test]
fn the_process_tells_of_itself() {
    let text = Metrics::new().encode();
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    let started = value("process_start_time_seconds");
    assert!(started <= now + 1.0 && started > now - 86_400.0, "{started} and {now}");
    assert!(value("process_resident_memory_bytes") > 1e6 && value("process_threads") >= 1.0);
    assert!(value("process_open_fds") >= 3.0 && value("process_open_fds") < value("process_max_fds"));
    assert!(value("process_cpu_seconds_total") >= 0.0);
}
