//! What Discord brings back, and what others could send in its place.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use stand_in_discord::stable_id;
use url::Url;

use super::hand::Hand;
use super::{bot, two_servers};
use crate::harness::environment::redis_ask;
use crate::harness::{Test, TestBot, run_test, secrets};

const NOT_BEGUN: &str = "was not begun in this browser";

fn part(address: &str, name: &str) -> Result<String> {
    let address: Url = address.parse()?;
    let found = address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    found.with_context(|| format!("no {name}"))
}

#[tokio::test]
async fn only_what_this_browser_has_begun_counts_and_once() {
    run_test(bot(), async |t: &mut Test| {
        let (mut ana, mut mallory) = (Hand::new(t)?, Hand::new(t)?);
        // Somebody else's consent, sent to a victim: they would make stores as somebody else.
        let foreign = mallory.agree("mallory", "").await?;
        ana.get(&foreign).await?.says(400, NOT_BEGUN)?;
        let _own = ana.agree("ana", "").await?;
        ana.get(&foreign).await?.says(400, NOT_BEGUN)?;
        ensure!(!ana.is_known() && ana.cookies.is_empty(), "the try is over");

        let own = ana.agree("ana", "").await?;
        let (code, state) = (part(&own, "code")?, part(&own, "state")?);
        let forged = format!("{}{}", &state[1..], "0");
        for bad in [format!("code={code}"), format!("code={code}&state="), format!("code={code}&state={forged}")] {
            let mut copy = Hand::new(t)?;
            copy.cookies = ana.cookies.clone();
            copy.get(&format!("/sign-in/discord/back?{bad}")).await?.says(400, NOT_BEGUN)?;
        }
        let mut changed = Hand::new(t)?;
        changed.cookies = ana.cookies.iter().map(|(name, value)| (name.clone(), format!("A{value}"))).collect();
        changed.get(&own).await?.says(400, NOT_BEGUN)?;
        ensure!(t.discord.access_tokens().is_empty(), "nobody has asked Discord for anything");

        let mut replayed = Hand::new(t)?;
        replayed.cookies = ana.cookies.clone();
        ensure!(ana.get(&own).await?.leads()? == "/" && ana.is_known());
        replayed.get(&own).await?.says(400, NOT_BEGUN)?;
        ensure!(!replayed.is_known());
        // Whoever presses "back" in the browser is told so, and is still signed in.
        ana.get(&own).await?.says(400, NOT_BEGUN)?;
        ana.get("/").await?.says(200, "Sign out")?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_code_that_discord_does_not_take_signs_nobody_in() {
    run_test(bot(), async |t: &mut Test| {
        let mut ana = Hand::new(t)?;
        let own = ana.agree("ana", "?next=/stores/tea").await?;
        let state = part(&own, "state")?;
        let page = ana.get(&format!("/sign-in/discord/back?code=made-up&state={state}")).await?;
        page.says(403, "Discord has not confirmed who you are")?;
        page.says(403, "?next=%2Fstores%2Ftea")?;
        // A code that was got by another try is of no use: Discord holds it against that one's verifier.
        let other = part(&Hand::new(t)?.agree("mallory", "").await?, "code")?;
        let state = part(&ana.agree("ana", "").await?, "state")?;
        let page = ana.get(&format!("/sign-in/discord/back?code={other}&state={state}")).await?;
        page.says(403, "Discord has not confirmed who you are")?;
        let state = part(&ana.agree("ana", "").await?, "state")?;
        let page = ana.get(&format!("/sign-in/discord/back?error=server_error&state={state}")).await?;
        page.says(403, "Discord has not confirmed who you are")?;
        ensure!(!ana.is_known() && t.discord.access_tokens().is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn nobody_is_led_away_from_here() {
    run_test(bot(), async |t: &mut Test| {
        for bad in ["https://evil.example/", "//evil.example", "/%5Cevil.example", "/sign-in/discord", "/v1/stores"] {
            let mut ana = Hand::new(t)?;
            let next = format!("?next={bad}");
            let back = ana.agree("ana", &next).await?;
            ensure!(ana.get(&back).await?.leads()? == "/", "{bad}");
            ensure!(ana.get(&format!("/sign-in{next}")).await?.leads()? == "/", "{bad}");
            let token = storebot::app::mint_token(&t.config, "ana", "member", "1h")?;
            secrets::note("a bearer token", &token);
            let fields = [("token", token.as_str()), ("next", bad)];
            ensure!(Hand::new(t)?.post("/sign-in", &fields).await?.leads()? == "/", "{bad}");
        }
        let mut ana = Hand::new(t)?;
        let back = ana.agree("ana", "?next=/stores/new").await?;
        ensure!(ana.get(&back).await?.leads()? == "/stores/new");
        ensure!(ana.get("/sign-in/discord?next=/stores/new").await?.leads()? == "/stores/new", "signed in already");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_session_of_discords_is_short_and_knows_what_was_so_then() {
    run_test(bot(), async |t: &mut Test| {
        let mut ana = Hand::new(t)?;
        let signed_in = ana.sign_in("ana").await?;
        ensure!(
            signed_in.set.iter().any(|set| set.starts_with("storebot=") && set.contains("Max-Age=3600")),
            "an hour"
        );
        let keys: Vec<String> = redis_ask(&["KEYS", &format!("{{{}}}:session:*", t.config.redis.prefix)]).await?;
        let left: i64 = redis_ask(&["PTTL", keys.first().context("no session")?]).await?;
        ensure!((1..=3_600_000).contains(&left), "{left}");
        let token = ana.form_token().await?;
        let made = ana.post("/stores", &[("token", &token), ("name", "tea"), ("engine", "medusa")]).await?;
        made.leads()?;
        t.until_phase("tea", "ready").await?;
        let audit: Value = t.api_as("root", "admin").get("/v1/audit?command=create").await?.json().await?;
        let (entry, ana) = (&audit["items"][0], t.person("ana").id());
        ensure!(entry["actor"] == format!("discord:{ana}") && entry["door"] == "dashboard", "{entry}");
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_choice_is_of_this_browser_and_counts_once() {
    run_test(two_servers(), async |t: &mut Test| {
        t.person("ana").set_roles(&["elsewhere/boss"]);
        let mut ana = Hand::new(t)?;
        ana.sign_in("ana").await?.says(200, "As what do you come?")?;
        ensure!(!ana.is_known());
        Hand::new(t)?.post("/sign-in/discord", &[("place", "0")]).await?.says(400, NOT_BEGUN)?;
        let forged = ana.post_from("cross-site", "/sign-in/discord", &[("place", "0")]).await?;
        forged.says(403, "did not come from here")?;
        let mut copy = Hand::new(t)?;
        copy.cookies = ana.cookies.clone();
        ensure!(ana.post("/sign-in/discord", &[("place", "1")]).await?.leads()? == "/");
        ana.get("/overview").await?.says(403, "")?;
        copy.post("/sign-in/discord", &[("place", "0")]).await?.says(400, NOT_BEGUN)?;
        for place in ["2", "-1", "", "admin"] {
            let mut ana = Hand::new(t)?;
            ana.sign_in("ana").await?;
            ana.post("/sign-in/discord", &[("place", place)]).await?.says(400, NOT_BEGUN)?;
            ensure!(!ana.is_known(), "{place}");
        }
        Ok(())
    })
    .await;
}

/// What a server's own administrators have said counts here as it does for commands, also where the operator has not
/// named the server.
#[tokio::test]
async fn roles_that_a_servers_administrators_have_set_count() {
    let bot = TestBot { discord: "grants = 'admin'", ..bot() };
    run_test(bot, async |t: &mut Test| {
        let (ana, maria) = (t.person("ana"), t.person("maria"));
        let _made = t.discord.role("keeper");
        maria.set_permissions((1 << 5) | (1 << 10) | (1 << 11) | (1 << 14));
        maria.slash("/store-admin roles role:@keeper as:admin").await?;
        ana.set_roles(&["keeper"]);
        let mut hand = Hand::new(t)?;
        hand.sign_in("ana").await?.leads()?;
        hand.get("/overview").await?.says(200, "Overview")?;
        maria.slash("/store-admin roles role:@keeper as:nothing").await?;
        let asked = t.discord.requests().len();
        // As in direct messages, which have no roles.
        let mut hand = Hand::new(t)?;
        hand.sign_in("ana").await?.leads()?;
        hand.get("/overview").await?.says(403, "")?;
        let member = format!("/users/@me/guilds/{}/member", stable_id("guild"));
        ensure!(t.discord.requests()[asked..].iter().any(|request| request.path.ends_with(&member)));
        Ok(())
    })
    .await;
}
