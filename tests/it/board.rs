//! The dashboard, by people in front of a browser and by what pretends to be one. Pictures go to `target/pages/`.
//!
//! ```text
//! stories.rs   what people do, step by step
//! watching.rs  a page that stays open
//! strangers.rs people who are not meant to see or do something
//! keys.rs      by keyboard alone
//! looks.rs     screens of all sizes, and no scripts
//! many.rs      ten thousand stores
//! pictures.rs  what pages look like, held against pictures
//! answers.rs   how pages are sent
//! details.rs   what pages tell besides the stores
//! lists.rs     the list while somebody looks at it
//! forms.rs     forms that are forged, and what is typed into others
//! sessions.rs  the end of being signed in
//! hand.rs      what a browser sends, by hand
//! ```

mod answers;
mod details;
mod forms;
pub(crate) mod hand;
mod keys;
mod lists;
mod looks;
mod many;
mod pictures;
mod sessions;
mod stories;
mod strangers;
mod watching;

use anyhow::Result;
use serde_json::json;

use crate::harness::page::Page;
use crate::harness::{Test, secrets};
use hand::Hand;

/// What a browser says of a form that one of our own pages has posted.
const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");

fn token(t: &Test, subject: &str, role: &str) -> Result<String> {
    let token = storebot::app::mint_token(&t.config, subject, role, "1h")?;
    secrets::note("a bearer token", &token);
    Ok(token)
}

/// Signs in at the page.
pub(crate) async fn sign_in(t: &Test, page: &mut Page, subject: &str, role: &str) -> Result<()> {
    page.step(&json!({ "step": "open", "path": "/" })).await?;
    page.step(&json!({ "step": "fill", "name": "Token", "value": token(t, subject, role)? })).await?;
    page.press("Sign in").await?;
    page.see(&format!("api:{subject}")).await
}
