//! The page in a real browser, with a bot that answers as each test wants. Pictures go to `target/pages/`.

#[allow(dead_code, reason = "storebot's own tests take more steps than those of the stand-in")]
#[path = "../../../../../tests/it/harness/page.rs"]
mod page;

mod consent;
mod forms;
mod messages;
mod typing;

use serde_json::{Value, json};

pub(crate) use page::{Page, Screen};

use crate::bot::Scene;

/// A page that somebody has open in `#general`.
pub(crate) async fn opened(scene: &Scene, user: &str, name: &str, screen: Screen) -> Page {
    let mut page = Page::start(&scene.discord.base_url(), name, screen).await.unwrap();
    page.open(user, "general").await.unwrap();
    page
}

pub(crate) fn row(components: &Value) -> Value {
    json!({ "type": 1, "components": components })
}

/// An answer with text, and with components under it.
pub(crate) fn says(content: &str, components: &Value) -> Value {
    json!({ "type": 4, "data": { "content": content, "components": components } })
}
