//! Discord away, slow, in haste; what cannot be checked.

use std::time::Duration;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use stand_in_discord::{Fault, FaultRule, Scope};

use super::bot;
use super::hand::Hand;
use crate::harness::{Test, TestBot, run_test, secrets};

fn fault(t: &Test, fault: Fault, matching: &str) {
    t.discord.fault_where(FaultRule { fault, times: 1, matching: matching.to_owned() });
}

#[tokio::test]
async fn a_discord_that_does_not_answer_is_told_and_signs_nobody_in() {
    let bot = TestBot { http: "request_timeout = '3s'", ..bot() };
    run_test(bot, async |t: &mut Test| {
        let mut ana = Hand::new(t)?;
        let away = "Discord does not answer right now";
        for matching in ["oauth2/token", "/users/@me", "/users/@me/guilds"] {
            fault(t, Fault::Status(500), matching);
            ana.sign_in("ana").await?.says(503, away)?;
        }
        fault(t, Fault::Delay(Duration::from_secs(4)), "oauth2/token");
        ana.sign_in("ana").await?.says(503, away)?;
        fault(t, Fault::Status(401), "/users/@me");
        ana.sign_in("ana").await?.says(403, "Discord has not confirmed who you are")?;
        let retry_after = Duration::from_millis(1_500);
        for matching in ["oauth2/token", "/users/@me/guilds"] {
            fault(t, Fault::RateLimited { retry_after, scope: Scope::User }, matching);
            let page = ana.sign_in("ana").await?;
            page.says(503, "Try again in 2 seconds")?;
            ensure!(page.retry_after.as_deref() == Some("2"), "{:?}", page.retry_after);
        }
        ensure!(
            !ana.is_known() && t.discord.access_tokens().iter().all(|(_, lives)| !lives),
            "what was given is ended"
        );
        // A token that cannot be ended is no reason to keep somebody out.
        fault(t, Fault::Status(500), "token/revoke");
        ensure!(ana.sign_in("ana").await?.leads()? == "/");
        ensure!(t.discord.access_tokens().iter().filter(|(_, lives)| *lives).count() == 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_application_that_discord_does_not_know_is_told_to_whoever_runs_it() {
    let bot = TestBot { sign_in: Some("another-secret"), ..bot() };
    run_test(bot, async |t: &mut Test| {
        let mut ana = Hand::new(t)?;
        ana.sign_in("ana").await?.says(503, "storebot doctor")?;
        ensure!(!ana.is_known());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_a_secret_there_is_no_such_way() {
    run_test(TestBot::default(), async |t: &mut Test| {
        let mut ana = Hand::new(t)?;
        let page = ana.get("/").await?;
        ensure!(!page.text.contains("Discord"), "{}", page.text);
        for path in ["/sign-in/discord", "/sign-in/discord/back?code=a&state=b"] {
            ana.get(path).await?.says(404, "There is no such page")?;
        }
        ana.get("/sign-in").await?.says(200, "Sign in")?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_now_is_not_called_bad() {
    let extra = "[[auth.issuers]]\nname='github'\nkind='github'\nissuer='https://127.0.0.1:1'\ninside=true\n\
                 audience='https://bot.example'\n[[auth.issuers.allow]]\nrepository_id='7'\n";
    run_test(TestBot { extra: extra.to_owned(), ..TestBot::default() }, async |t: &mut Test| {
        let now = jiff::Timestamp::now().as_second();
        let claims =
            json!({ "iss": "https://127.0.0.1:1", "aud": "https://bot.example", "exp": now + 600, "iat": now });
        let [head, claims] =
            [json!({ "alg": "RS256", "kid": "one" }), claims].map(|it| URL_SAFE_NO_PAD.encode(it.to_string()));
        let token = format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode([7; 256]));
        let page = Hand::new(t)?.post("/sign-in", &[("token", &token)]).await?;
        page.says(503, "cannot be checked right now")?;
        Hand::new(t)?.post("/sign-in", &[("token", "made-up")]).await?.says(401, "This token is not valid")?;
        Hand::new(t)?.post("/sign-in", &[("token", " ")]).await?.says(422, "Paste a token first")?;
        Ok(())
    })
    .await;
}

/// Two people at one browser, or a page for signing in that was open since before.
#[tokio::test]
async fn who_signs_in_while_somebody_is_signed_in_takes_their_place() {
    run_test(bot(), async |t: &mut Test| {
        let mut hand = Hand::new(t)?;
        let token = |subject: &str| -> Result<String> {
            let token = storebot::app::mint_token(&t.config, subject, "member", "1h")?;
            secrets::note("a bearer token", &token);
            Ok(token)
        };
        hand.post("/sign-in", &[("token", &token("ana")?)]).await?.leads()?;
        let before = hand.cookies.clone();
        hand.get("/").await?.says(200, "api:ana")?;
        hand.post("/sign-in", &[("token", &token("ben")?)]).await?.leads()?;
        hand.get("/").await?.says(200, "api:ben")?;
        let mut old = Hand::new(t)?;
        old.cookies = before;
        old.get("/").await?.says(200, "id=\"token\"")?;
        let forged = hand.post_from("cross-site", "/sign-in", &[("token", &token("mallory")?)]).await?;
        forged.says(403, "did not come from here")?;
        hand.get("/").await?.says(200, "api:ben")?;
        Ok(())
    })
    .await;
}
