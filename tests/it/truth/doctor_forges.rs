//! What `storebot doctor` tells of forges' tokens.

use anyhow::ensure;
use stand_in_forge::{Fault, FaultRule, Forge};

use super::doctor::found;
use crate::harness::forge::Scene;
use crate::harness::run_test;
use crate::previews::bot;

#[tokio::test]
async fn a_token_that_may_not_do_what_is_configured_is_named_with_the_scope_it_needs() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        for (forge, scopes, kind) in [
            (Forge::GitHub, Some(&["repo"][..]), None),
            (Forge::GitHub, Some(&["repo:status", "read:user"]), Some("rights")),
            (Forge::GitHub, Some(&[]), Some("rights")),
            // It is of the kind whose rights nobody tells.
            (Forge::GitHub, None, None),
            (Forge::GitLab, Some(&["read_api"]), Some("rights")),
            (Forge::GitLab, None, Some("rights")),
            (Forge::GitLab, Some(&["read_user", "api"]), None),
        ] {
            scene.forges.set_scopes(forge, scopes);
            let (all, code) = found(&t.config_file).await?;
            let kinds: Vec<_> = all.iter().filter(|it| it.0 == "forge").map(|it| it.1.as_str()).collect();
            ensure!(kinds == kind.as_slice(), "{forge:?} {scopes:?}: {all:?}");
            ensure!(code == i32::from(kind.is_some()), "{forge:?} {scopes:?}: {all:?}");
        }
        let told = super::storebot(&t.config_file, &["doctor"]).await?;
        ensure!(!told.text.contains(&stand_in_forge::Config::default().token), "the token is nobody's business");
        scene.forges.fault(FaultRule { fault: Fault::BadToken, times: 1, matching: "/user".to_owned() });
        let (all, code) = found(&t.config_file).await?;
        ensure!(all.iter().any(|it| (it.0.as_str(), it.1.as_str()) == ("forge", "token")) && code == 1, "{all:?}");
        Ok(())
    })
    .await;
}
