//! The stand-in from outside: through its HTTP API, with the real client library, and as a person.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod bot;
mod browser;
mod commands;
mod components;
#[path = "../../../../../tests/it/harness/document.rs"]
mod document;
mod faults;
mod gateway;
mod interactions;
mod messages;
mod oauth;
mod opinion;
mod pages;
mod people;
mod serenity_client;
mod slash;
