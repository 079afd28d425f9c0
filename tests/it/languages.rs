//! The command in other languages: registered where it differs, and nowhere else.

use anyhow::{Context as _, Result, ensure};
use storebot::app::register_commands;

use crate::harness::{Test, TestBot, run_test};

/// How often commands were written, globally or in the server.
fn writes(t: &Test, guild: Option<u64>) -> usize {
    let application = t.discord.application_id();
    let path = match guild {
        Some(guild) => format!("/applications/{application}/guilds/{guild}/commands"),
        None => format!("/applications/{application}/commands"),
    };
    t.discord.requests().iter().filter(|r| r.method == "PUT" && r.path.ends_with(&path) && r.status == 200).count()
}

/// Registers in a place where nothing is, and again; then where one word of one language is another.
async fn by_difference(t: &Test, guild: Option<u64>) -> Result<()> {
    let before = writes(t, guild);
    let said = register_commands(&t.config, guild, false).await?;
    ensure!(said.ends_with("the command is registered as it should be"), "{said}");
    ensure!(writes(t, guild) == before, "nothing differs, and nothing is written");
    let ours = t.discord.commands().into_iter().find(|c| c.guild_id == guild && c.definition["name"] == "store");
    let (id, mut definition) = ours.map(|c| (c.id, c.definition)).context("not registered")?;
    ensure!(definition["name_localizations"]["de"] == "shop", "{definition}");
    ensure!(definition["options"][0]["options"][0]["name_localizations"]["fr"] == "nom", "{definition}");

    definition["options"][0]["description_localizations"]["de"] = "Einen Laden eröffnen".into();
    let place = guild.map_or_else(String::new, |guild| format!("/guilds/{guild}"));
    let url = format!("{}/api/v10/applications/{}{place}/commands", t.discord.base_url(), t.discord.application_id());
    let token = secrecy::ExposeSecret::expose_secret(&t.config.discord.as_ref().context("no Discord")?.bot_token);
    let bot = format!("Bot {token}");
    t.http.post(url).header("authorization", bot).json(&definition).send().await?.error_for_status()?;

    let said = register_commands(&t.config, guild, true).await?;
    let old = "- /store/create de {\"description\":\"Einen Laden eröffnen\",\"name\":\"erstellen\"}";
    let new = "+ /store/create de {\"description\":\"Einen Shop erstellen\",\"name\":\"erstellen\"}";
    let verdict = "the command is registered differently; nothing was changed";
    ensure!(said == format!("{old}\n{new}\n{verdict}"), "{said}");
    ensure!(writes(t, guild) == before, "only looked");
    let said = register_commands(&t.config, guild, false).await?;
    ensure!(said == format!("{old}\n{new}\nthe command was registered anew"), "{said}");
    ensure!(writes(t, guild) == before + 1);
    let kept = t.discord.commands().into_iter().find(|c| c.id == id).context("its id is new")?;
    ensure!(kept.definition["options"][0]["description_localizations"]["de"] == "Einen Shop erstellen");
    Ok(())
}

#[tokio::test]
async fn commands_are_written_where_a_word_of_any_language_differs() {
    run_test(TestBot::default(), async |t| {
        // Starting has registered it everywhere.
        ensure!(writes(t, None) == 1);
        by_difference(t, None).await?;
        let guild = t.discord.guild_id();
        let said = register_commands(&t.config, Some(guild), false).await?;
        ensure!(said.ends_with("the command was registered anew"), "{said}");
        by_difference(t, Some(guild)).await
    })
    .await;
}
