//! What people do on Discord besides sending commands: choosing from what is offered, pressing buttons, filling in
//! forms; in servers and in direct messages.

use anyhow::{Context as _, Result, ensure};
use stand_in_discord::{InteractionHandle, Message};

use crate::harness::environment::PATIENCE;
use crate::harness::{Nodes, Test, TestBot, delete_on_discord, run_test, secrets};

/// What the person alone was told.
pub(crate) fn told(interaction: &InteractionHandle) -> Result<String> {
    let message = interaction.message().context("no answer")?;
    ensure!(message.is_ephemeral() && interaction.response_type() == Some(4), "all see {:?}", message.content());
    Ok(message.content().to_owned())
}

/// The id of the button for this, below a message.
pub(crate) fn button(message: &Message, verb: &str) -> Result<String> {
    let components = message.latest().map(|version| version.components.clone()).unwrap_or_default();
    let buttons = components.iter().filter_map(|row| row["components"].as_array()).flatten();
    let ids: Vec<&str> = buttons.filter_map(|button| button["custom_id"].as_str()).collect();
    let start = format!("v1:{verb}:");
    let found = ids.iter().find(|id| id.starts_with(&start));
    found.map(|id| (*id).to_owned()).with_context(|| format!("no button {verb} among {ids:?}"))
}

fn values(offered: &[serde_json::Value]) -> Vec<&str> {
    offered.iter().filter_map(|choice| choice["value"].as_str()).collect()
}

async fn create(t: &Test, who: &str, name: &str) -> Result<InteractionHandle> {
    let asked = t.person(who).slash(&format!("/store create name:{name} engine:medusa")).await?;
    t.until_idle().await?;
    Ok(asked)
}

#[tokio::test]
async fn what_is_offered_is_ones_own_and_costs_nothing() {
    let limits = "creations_per_hour = 1000\nrequests = 60\naddress_per_second = 100000\n".to_owned();
    run_test(TestBot { limits: Some(limits), ..TestBot::default() }, async |t| {
        for (who, name) in [("ana", "green-tea"), ("ana", "tea"), ("ana", "gone"), ("ben", "teapot")] {
            create(t, who, name).await?;
        }
        let (ana, ben) = (t.person("ana"), t.person("ben"));
        delete_on_discord(&ana, "gone").await?;
        t.until_idle().await?;
        let offered = ana.autocomplete("/store status name:").await?;
        ensure!(values(&offered) == ["tea", "green-tea"], "the newest first, and none that is gone: {offered:?}");
        ensure!(offered[0]["name"] == "tea · ready", "{offered:?}");
        ensure!(values(&ana.autocomplete("/store verify name:green").await?) == ["green-tea"]);
        ensure!(values(&ben.autocomplete("/store delete name:tea").await?) == ["teapot"], "nobody else's");
        ensure!(t.person("eve").autocomplete("/store status name:").await?.is_empty());

        ensure!(values(&ana.autocomplete("/store create name:x engine:Med").await?) == ["medusa"]);
        let plans = ana.autocomplete("/store create name:x engine:medusa plan:").await?;
        ensure!(
            values(&plans) == ["small", "medium", "large"] && plans[0]["name"] == "small · 1Gi memory",
            "{plans:?}"
        );
        ana.set_locale("de")?;
        let lasting = ana.autocomplete("/store create name:x engine:medusa ttl:7d").await?;
        ensure!(lasting.len() == 1 && lasting[0]["name"] == "7 Tage" && lasting[0]["value"] == "7d", "{lasting:?}");
        ana.set_locale("en-US")?;

        // Every key asks: far more than there are requests, and none of them counts or is written down.
        for _ in 0..70 {
            ensure!(!ana.autocomplete("/store status name:t").await?.is_empty());
        }
        ensure!(ana.slash("/store list").await?.message().context("no list")?.content().contains("**tea**"));
        ensure!(!t.metrics().await?.contains("rate-limited"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_deletion_asks_for_the_name_and_can_be_taken_back() {
    run_test(TestBot { undo_for: Some("1h"), ..TestBot::default() }, async |t| {
        let (ana, ben) = (t.person("ana"), t.person("ben"));
        create(t, "ana", "tea").await?;
        ensure!(told(&ben.slash("/store delete name:tea").await?)?.contains("no such store"), "refused before it asks");
        let asked = ana.slash("/store delete name:tea").await?;
        let form = asked.state().response.context("no form")?;
        ensure!(form["type"] == 9 && form["data"]["title"] == "Delete tea?", "{form}");
        let wrong = told(&ana.submit_modal(&asked, &[("name", "coffee")]).await?)?;
        ensure!(wrong.contains("**tea**") && wrong.contains("coffee"), "{wrong}");
        ensure!(t.store("ana", "tea").await?["phase"] == "ready", "nothing was done");

        // A keyboard of a phone begins with a capital.
        let deleting = ana.submit_modal(&asked, &[("name", "Tea ")]).await?;
        ensure!(deleting.response_type() == Some(5));
        let doomed = deleting.wait_message(|m| m.content().contains("will be deleted"), PATIENCE).await?;
        ensure!(!doomed.is_ephemeral() && doomed.content().contains("<t:"), "until when: {}", doomed.content());
        let undo = button(&doomed, "undo")?;
        ensure!(told(&ben.press_button(doomed.id, &undo).await?)?.contains("not yours"));
        let undone = ana.press_button(doomed.id, &undo).await?;
        ensure!(undone.response_type() == Some(6), "the story goes on in the same message");
        t.until_idle().await?;
        let told_last = undone.message().context("no message")?;
        ensure!(told_last.id == doomed.id && told_last.content().contains("was taken back"), "{}", told_last.content());
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        ensure!(told(&ana.slash("/store undo name:tea").await?)?.contains("not to be deleted"));

        // Typed instead of pressed; and asking again needs no name: it is being deleted already.
        delete_on_discord(&ana, "tea").await?;
        ensure!(ana.slash("/store delete name:tea").await?.response_type() == Some(5));
        ensure!(ana.slash("/store undo name:tea").await?.response_type() == Some(5));
        t.until_idle().await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_press_is_judged_by_who_presses_and_goes_on_in_its_message() {
    run_test(TestBot { simulate: Some("image-not-found"), ..TestBot::default() }, async |t| {
        let (ana, ben) = (t.person("ana"), t.person("ben"));
        let asked = create(t, "ana", "tea").await?;
        let failed = asked.message().context("no message")?;
        for verb in ["retry", "keep", "delete"] {
            let refused = ben.press_button(failed.id, &button(&failed, verb)?).await?;
            ensure!(told(&refused)?.contains("not yours"), "{verb}");
        }
        ensure!(asked.message().context("no message")?.versions == failed.versions, "the message stays as it is");
        ensure!(t.metrics().await?.contains("{command=\"retry\",door=\"discord\",outcome=\"store-not-found\"} 1"));

        let retried = ana.press_button(failed.id, &button(&failed, "retry")?).await?;
        ensure!(retried.response_type() == Some(6));
        t.until_idle().await?;
        let again = retried.message().context("no message")?;
        ensure!(again.id == failed.id && again.versions.len() > failed.versions.len(), "told in the same message");

        let kept = ana.press_button(again.id, &button(&again, "keep")?).await?;
        let message = kept.message().context("no message")?;
        let line = format!("\n<@{}> keeps it as it is.", ana.id());
        ensure!(kept.response_type() == Some(7) && message.content().ends_with(&line), "{}", message.content());
        ensure!(message.content().starts_with(again.content()) && button(&message, "retry").is_err());

        // Somebody who looks after all of them, by a form that a button opens.
        let second = create(t, "ana", "coffee").await?.message().context("no message")?;
        let form = ana.press_button(second.id, &button(&second, "delete")?).await?;
        ensure!(form.response_type() == Some(9));
        let deleting = ana.submit_modal(&form, &[("name", "coffee")]).await?;
        ensure!(deleting.response_type() == Some(6), "{:?}", deleting.state().response);
        t.until_idle().await?;
        let gone = deleting.message().context("no message")?;
        ensure!(gone.id == second.id && gone.content() == "**coffee** is deleted.", "{}", gone.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_login_button_answers_its_owner_alone() {
    run_test(TestBot { nodes: Nodes::ByHand, ..TestBot::default() }, async |t| {
        let _hands = t.hands();
        let (ana, ben) = (t.person("ana"), t.person("ben"));
        let ready = create(t, "ana", "tea").await?.message().context("no message")?;
        let login = button(&ready, "login")?;
        ensure!(told(&ben.press_button(ready.id, &login).await?)?.contains("not yours"));
        let asked = ana.press_button(ready.id, &login).await?;
        ensure!(asked.response_type() == Some(5));
        let message = asked.wait_message(|m| m.content().contains("Password"), PATIENCE).await?;
        ensure!(message.is_ephemeral() && message.id != ready.id, "{}", message.content());
        let password = message.content().split("||`").nth(1).and_then(|t| t.split('`').next()).context("none")?;
        secrets::note("a login's password", password);
        ensure!(ben.sees().iter().all(|m| !m.content().contains("Password")), "nobody else sees it");
        let audit: serde_json::Value =
            t.api_as("root", "admin").get("/v1/audit?command=credentials").await?.json().await?;
        let results: Vec<_> =
            audit["items"].as_array().context("no items")?.iter().map(|e| e["result"].as_str()).collect();
        ensure!(results == [Some("accepted"), Some("store-not-found")], "{audit}");
        t.until_idle().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn everything_works_in_direct_messages_and_in_ones_own_language() {
    run_test(TestBot { simulate: Some("image-not-found"), ..TestBot::default() }, async |t| {
        let ana = t.person("ana");
        ana.set_locale("fr")?;
        let asked = ana.slash_dm("/store create name:tea engine:medusa").await?;
        t.until_idle().await?;
        let failed = asked.message().context("no message")?;
        ensure!(failed.content().starts_with("**tea** a échoué"), "in French: {}", failed.content());
        let form = ana.press_button(failed.id, &button(&failed, "delete")?).await?;
        let title = form.state().response.context("no form")?["data"]["title"].clone();
        ensure!(title == "Supprimer tea ?", "{title}");
        let wrong = told(&ana.submit_modal(&form, &[("name", "thé")]).await?)?;
        ensure!(wrong.contains("Rien n’a été supprimé"), "{wrong}");
        ana.submit_modal(&form, &[("name", "tea")]).await?;
        t.until_phase("tea", "deleted").await?;
        let list = told(&ana.slash_dm("/store list").await?)?;
        ensure!(list.contains("/boutique"), "{list}");
        ensure!(ana.slash_dm("/store-admin show").await.is_err(), "it is not offered there");
        Ok(())
    })
    .await;
}
