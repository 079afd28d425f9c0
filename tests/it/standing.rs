//! Who somebody is to storebot, through each door: by token, by Discord's roles, by webhook source.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use stand_in_discord::{InteractionHandle, stable_id};
use storebot::domain::store::StoreRef;
use storebot::domain::webhook::Secret;

use crate::harness::{TestBot, run_test};

const TEA: &str = "/store create name:tea engine:medusa";

/// What the person alone was told.
fn said(interaction: &InteractionHandle) -> String {
    interaction.message().map(|m| m.content().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn roles_of_a_server_say_who_may_do_what() {
    let (home, shop) = (stable_id("guild"), stable_id("guild:elsewhere"));
    let id = |role: &str| stable_id(&format!("role:{role}"));
    let extra = format!(
        "[[discord.servers]]\nid='{home}'\ndefault_role='none'\n[discord.servers.roles]\nadmin=['{}']\nmember=['{}']\n\
         viewer=['{}']\n[discord.servers.users]\nmember=['{}']\n\
         [[discord.servers]]\nid='{shop}'\ndefault_role='viewer'\n",
        id("keeper"),
        id("seller"),
        id("guest"),
        stable_id("user:zoe"),
    );
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let (ana, ben, cleo, zoe) = (t.person("ana"), t.person("ben"), t.person("cleo"), t.person("zoe"));
        ben.set_roles(&["guest"]);
        cleo.set_roles(&["other", "keeper", "guest"]);
        for text in [TEA, "/store list", "/store help", "/store status name:tea"] {
            ensure!(said(&ana.slash(text).await?).contains("Nobody has given you a role"), "{text}");
        }
        ensure!(said(&ben.slash(TEA).await?).contains("you need the role member"));
        ana.set_roles(&["seller"]);
        ana.slash(TEA).await?;
        t.until_idle().await?;
        // Somebody else's store is not there, unless one looks after all of them.
        ensure!(said(&ben.slash("/store status name:tea").await?).contains("No store"));
        ensure!(said(&cleo.slash("/store status name:tea").await?).contains("tea"));
        ensure!(!said(&cleo.slash("/store status name:tea").await?).contains("No store"));

        // In another server the roles of this one are nothing, and her own store is hers to look at.
        ensure!(said(&ana.slash_in("elsewhere/general", TEA).await?).contains("you need the role member"));
        ensure!(said(&cleo.slash_in("elsewhere/general", "/store status name:tea").await?).contains("No store"));
        ensure!(!said(&ana.slash_in("elsewhere/general", "/store status name:tea").await?).contains("No store"));
        // A direct message carries no roles.
        ensure!(ana.slash_dm("/store delete name:tea").await?.response_type() == Some(9), "a form asks for its name");
        zoe.slash("/store create name:zoes engine:medusa").await?;
        t.until_idle().await?;
        let record = t.ledger.find(&StoreRef::new("zoes"), None).await?.context("no store")?;
        ensure!(record.spec.owner.as_str() == format!("discord:{}", zoe.id()));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_servers_in_the_configuration_everybody_is_a_member() {
    run_test(TestBot::default(), async |t| {
        t.person("ana").slash_in("elsewhere/general", TEA).await?;
        t.until_idle().await?;
        ensure!(t.store("watcher", "tea").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_source_asks_only_for_what_it_is_allowed() {
    let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let extra = format!(
        "[[webhooks]]\nname='shop'\nsecrets=['{secret}']\ncommands=['create']\norg='github:9919'\nowner='api:ana'"
    );
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let hook = t.webhook();
        let deliver = async |id: &str, body: &Value| -> Result<(u16, Value)> {
            let mut delivery = hook.sign(id, body);
            delivery.source = "shop".to_owned();
            delivery.signature = Secret::parse(secret)?.sign(id, delivery.timestamp, &delivery.body);
            let answer = hook.deliver(&delivery).await?;
            Ok((answer.status().as_u16(), answer.json().await?))
        };
        let create = json!({ "type": "store.create", "data": { "name": "tea", "engine": "medusa" } });
        ensure!(deliver("one", &create).await?.0 == 202);
        t.until_idle().await?;
        let (status, told) = deliver("two", &json!({ "type": "store.delete", "data": { "name": "tea" } })).await?;
        ensure!(status == 403 && told["type"] == "urn:storebot:problem:not-this-source", "{told}");
        ensure!(told["command"] == "delete" && told["allowed"] == json!(["create"]), "{told}");
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        ensure!(t.metrics().await?.contains("{command=\"delete\",door=\"webhook\",outcome=\"not-this-source\"} 1"));
        let noted: Value = t.api_as("root", "admin").get("/v1/audit?result=not-this-source").await?.json().await?;
        let entry = &noted["items"][0];
        ensure!(entry["actor"] == "api:ana" && entry["command"] == "delete" && entry["door"] == "webhook", "{noted}");
        let record = t.ledger.find(&StoreRef::new("tea"), None).await?.context("no store")?;
        ensure!(record.spec.org.is_some_and(|org| org.as_str() == "github:9919"));
        // The owner is the one who asks through the API.
        ensure!(t.api("ana").delete("tea").await?.status() == 202);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_command_line_makes_tokens_that_a_public_key_alone_verifies() {
    let seed = [5; 32];
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let extra = format!("[[auth.keys]]\nkid='signed-elsewhere'\nalg='EdDSA'\npublic_key='{}'", STANDARD.encode(public));
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let token = |more: &[&str]| {
            Command::new(env!("CARGO_BIN_EXE_storebot"))
                .args(["token", "--subject", "ana", "--role", "member"])
                .args(more)
                .env("STOREBOT__CELLS__0__NAME", "main")
                .env("STOREBOT__AUTH__KEYS__0__KID", "signed-elsewhere")
                .env("STOREBOT__AUTH__KEYS__0__ALG", "EdDSA")
                .env("STOREBOT__AUTH__KEYS__0__PRIVATE_KEY", STANDARD.encode(seed))
                .output()
        };
        let made = token(&["--org", "github:9919"])?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let printed = String::from_utf8(made.stdout)?;
        let url = format!("{}/v1/stores", t.url);
        let answer = t.http.post(&url).bearer_auth(printed.trim());
        let answer = answer.json(&json!({ "name": "tea", "engine": "medusa" })).send().await?;
        ensure!(answer.status() == 202, "{}", answer.text().await?);
        let store: Value = answer.json().await?;
        ensure!(store["owner"] == "api:ana", "{store}");
        for (more, what) in [(["--ttl", "91d"], "longest_life"), (["--org", "a b"], "organisation")] {
            let refused = token(&more)?;
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            ensure!(refused.status.code() == Some(1) && told.contains(what), "{told}");
        }
        Ok(())
    })
    .await;
}
