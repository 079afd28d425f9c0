use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn faults(file: &str, vars: &[(&str, &str)]) -> Vec<String> {
    Config::load(file, &env(vars)).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn defaults_and_one_cell_are_enough() {
    let config = Config::load("[[cells]]\nname = 'main'", &[]).unwrap();
    assert_eq!(config.cells[0].url("tea"), "http://tea.stores.localhost");
    assert_eq!(config.worker.lease, Duration::from_secs(15));
    assert!(config.discord.is_none());
}

#[test]
fn the_environment_beats_the_file() {
    let vars = [("STOREBOT__WORKER__LEASE", "20s"), ("STOREBOT__CELLS__0__PORT", "8443"), ("PATH", "/bin")];
    let config = Config::load("[worker]\nlease='9s'\n[[cells]]\nname='main'", &env(&vars)).unwrap();
    assert_eq!(config.worker.lease, Duration::from_secs(20));
    assert_eq!(config.cells[0].url("tea"), "http://tea.stores.localhost:8443");
    let config = Config::load("", &env(&[("STOREBOT__CELLS__0__NAME", "a")])).unwrap();
    assert_eq!(config.cells[0].name, "a");
}

#[test]
fn all_faults_are_told_at_once_each_with_its_key() {
    let file = "[worker]\nlese='9s'\nslots='many'\n[http]\nlisten='here'\n[[cells]]\ncolour='red'\n[[webhooks]]\nname='CI'\nsecrets=['x']";
    insta::assert_snapshot!(
        faults(file, &[("STOREBOT__REDIS__URI", "x"), ("STOREBOT__WORKER__DRAIN", "soon")]).join("\n")
    );
}

#[test]
fn shops_and_engines_have_defaults_that_are_checked() {
    let cell = "[[cells]]\nname='main'\n";
    let config = Config::load(cell, &[]).unwrap();
    assert!(config.shop.currency.is_none() && config.shop.country.is_none());
    assert_eq!(config.engines.of(Engine::Medusa).smallest_plan, Plan::Small);
    let file = format!("{cell}[shop]\ncurrency='sek'\ncountry='SE'\n[engines.medusa]\nsmallest_plan='large'");
    let config = Config::load(&file, &env(&[("STOREBOT__ENGINES__WOOCOMMERCE__SMALLEST_PLAN", "medium")])).unwrap();
    assert_eq!(config.shop.currency.map(Currency::code), Some("SEK"));
    assert_eq!(config.engines.of(Engine::Medusa).smallest_plan, Plan::Large);
    assert_eq!(config.engines.of(Engine::Woocommerce).smallest_plan, Plan::Medium);
    let bad = format!("{cell}[shop]\ncurrency='XAU'\ncountry='UK'\n[engines.medusa]\nsmallest_plan='huge'");
    insta::assert_snapshot!(faults(&bad, &[]).join("\n"), @r#"
    shop.currency: "XAU": it is the code of money that a shop can take, such as EUR, USD or GBP
    shop.country: "UK": it is the ISO 3166-1 code of a country, in two letters, such as DE, US or GB
    engines.medusa.smallest_plan: "huge" is none of: small, medium, large
    "#);
}

#[test]
fn a_source_has_the_secrets_of_its_kind() {
    let of = |kind: &str, secrets: &str| {
        format!("[[webhooks]]\nname='ci'\nkind='{kind}'\nsecrets=[{secrets}]\n[[cells]]\nname='main'")
    };
    let two = "'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'";
    for kind in webhook::SenderKind::ALL {
        let config = Config::load(&of(kind.as_str(), two), &[]).unwrap();
        assert_eq!(config.webhooks[0].keys.kind(), kind);
    }
    insta::assert_snapshot!(faults(&of("github", "'hidden'"), &[]).join("\n"), @"webhooks[0].secrets[0]: a GitHub secret is the text set at the webhook: 16 characters or more, no blanks around");
    insta::assert_snapshot!(faults(&of("stripe", ""), &[]).join("\n"), @"webhooks[0].secrets: is missing: a source needs at least one secret");
    insta::assert_snapshot!(faults(&of("paypal", two), &[]).join("\n"), @r#"webhooks[0].kind: "paypal" is none of: standard, github, gitlab, stripe"#);
}

#[test]
fn somebody_may_have_a_quota_of_their_own() {
    let file =
        "[[quotas]]\nof = 'api:ana'\nstores = 50\n[[quotas]]\nof = 'org:acme'\nmemory = '64Gi'\n[[cells]]\nname='main'";
    let quotas = Config::load(file, &[]).unwrap().quotas;
    let (ana, ben) = (ActorId::new("api:ana".to_owned()), ActorId::new("api:ben".to_owned()));
    assert_ne!(quotas.of(&ana), quotas.of(&ben));
    assert_eq!(quotas.own.len(), 2);
}

#[test]
fn each_step_has_a_deadline_of_its_own() {
    let file = "[worker.step_deadlines]\nverify = '90s'\n[[cells]]\nname='main'";
    let vars = [("STOREBOT__WORKER__STEP_DEADLINES__REMOVAL", "1h")];
    let steps = Config::load(file, &env(&vars)).unwrap().worker.step_deadlines;
    let told = [steps.workloads, steps.verify, steps.removal].map(|time| time.as_secs());
    assert_eq!(told, [360, 90, 3600]);
    let bad = "[worker.step_deadlines]\nverify = 'soon'\n[[cells]]\nname='main'";
    assert!(faults(bad, &[])[0].starts_with("worker.step_deadlines.verify: "));
}

#[test]
fn a_crash_point_must_be_one() {
    let file = "[[cells]]\nname='main'";
    let vars = |value| env(&[("STOREBOT_CRASH_AT", value)]);
    assert!(Config::load(file, &vars("helm.start.after#2")).unwrap().crash_at.is_some());
    let faults = Config::load(file, &vars("helm.strat.after")).unwrap_err();
    assert!(faults[0].to_string().starts_with("STOREBOT_CRASH_AT: \"helm.strat.after\": it is the name"), "{faults:?}");
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let told = faults("[[auth.keys]]\nsecret = 'c2VjcmV0c2VjcmV0\n", &[]).join("\n");
    assert!(told.contains("line 2") && !told.contains("c2Vj"), "{told}");
}
