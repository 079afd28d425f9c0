//! Who has no mouse: everything by keyboard, and what has the focus is seen.

use anyhow::{Result, ensure};
use serde_json::json;

use super::token;
use crate::harness::page::{Page, Screen};
use crate::harness::{TestBot, run_test};

/// Goes to something by Tab alone, and looks that it is seen there.
async fn reach(page: &mut Page, selector: &str) -> Result<()> {
    page.step(&json!({ "step": "reach", "selector": selector })).await?;
    ensure!(
        page.step(&json!({ "step": "focus-shown" })).await? == true,
        "{selector}: nobody sees that it has the focus"
    );
    Ok(())
}

/// Types into a field.
async fn type_at(page: &mut Page, selector: &str, text: &str) -> Result<()> {
    reach(page, selector).await?;
    page.type_in(text).await
}

/// Presses a key at something.
async fn key_at(page: &mut Page, selector: &str, key: &str) -> Result<()> {
    reach(page, selector).await?;
    page.key(key).await
}

#[tokio::test]
async fn a_store_is_made_and_deleted_by_keyboard_alone() {
    run_test(TestBot { undo_for: Some("1h"), ..TestBot::default() }, async |t| {
        let mut page = Page::start(&t.url, "keys", Screen::default()).await?;
        page.go("/").await?;
        type_at(&mut page, "input[name=token]", &token(t, "ana", "member")?).await?;
        page.key("Enter").await?;
        page.see("There are no stores yet").await?;

        // The first thing on each page leads past what is the same on all of them.
        page.key("Tab").await?;
        ensure!(page.step(&json!({ "step": "focus" })).await? == "Skip to content");
        ensure!(page.step(&json!({ "step": "focus-shown" })).await? == true, "the link to the content stays hidden");
        page.look("skip").await?;
        page.key("Enter").await?;
        ensure!(page.evaluate("document.activeElement.id").await? == "main");
        page.key("Tab").await?;
        ensure!(page.evaluate("document.activeElement.closest('main') !== null").await? == true, "back at the top");

        key_at(&mut page, "main a[href='/stores/new']", "Enter").await?;
        page.see("Small letters").await?;
        type_at(&mut page, "#name", "tea").await?;
        // Arrows choose among radio buttons; the first one is where Tab comes to.
        key_at(&mut page, "input[name=engine]", "Space").await?;
        key_at(&mut page, "main form button.main", "Enter").await?;
        page.see("tea is ready").await?;
        key_at(&mut page, "button[formaction$='/sleep']", "Enter").await?;
        page.see("tea is asleep").await?;
        key_at(&mut page, "button[formaction$='/wake']", "Space").await?;
        page.see("tea is ready").await?;

        key_at(&mut page, "#danger summary", "Enter").await?;
        type_at(&mut page, "#confirm", "tea").await?;
        key_at(&mut page, "#danger button", "Enter").await?;
        page.see("is being deleted").await?;
        key_at(&mut page, "button[formaction$='/undo']", "Enter").await?;
        page.see("tea is ready").await?;
        key_at(&mut page, "header form button", "Enter").await?;
        page.has("input[name=token]").await?;
        t.until_idle().await
    })
    .await;
}

/// What happens to a store while somebody is at one of its buttons leaves them there.
#[tokio::test]
async fn a_change_does_not_take_the_focus_away() {
    run_test(TestBot::default(), async |t| {
        let tea = json!({ "name": "tea", "engine": "medusa", "ttl": "8h" });
        t.api("ana").create(&tea).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let mut page = Page::start(&t.url, "focus", Screen::default()).await?;
        super::sign_in(t, &mut page, "ana", "member").await?;
        page.follow("tea").await?;
        reach(&mut page, "button[formaction$='/extend']").await?;
        let events = page.count(".events li").await?;
        t.api("ana").ask("extend", "tea").await?.error_for_status()?;
        page.has(&format!(".events li:nth-child({})", events + 1)).await?;
        ensure!(page.evaluate("document.activeElement.matches(\"[formaction$='/extend']\")").await? == true);
        t.until_idle().await
    })
    .await;
}
