//! What is done at the dashboard, and the pages that come of it.

use std::sync::Arc;

use poem::error::ResponseError;
use poem::http::StatusCode;
use secrecy::ExposeSecret as _;

use super::pages::{self, Before, Shell, Typed, Why};
use super::place::Act;
use super::store::{self, Beside};
use super::visitor::Form;
use super::{Answer, Board, Refused};
use crate::domain::audit::Asker;
use crate::domain::command::Command;
use crate::domain::outcome::Refusal;
use crate::domain::record::Record;
use crate::domain::request::{IdempotencyKey, Request};
use crate::domain::store::StoreRef;
use crate::inbound;
use crate::inbound::http::api::LOGIN_WAIT;
use crate::inbound::http::translate::fingerprint;
use crate::inbound::parse::{self, CreateFields};

/// Events that are shown of a store.
pub(super) const EVENTS: u32 = 200;

impl Board {
    pub(super) async fn new_store(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        refused: Option<(Typed, Refusal)>,
    ) -> Result<Answer, Refused> {
        let commands = &self.state.commands;
        let (quota, prospect) = tokio::try_join!(commands.quota(asker), commands.prospect(asker))?;
        let (typed, refusal) = refused.map_or((Typed::default(), None), |(typed, refusal)| (typed, Some(refusal)));
        let (status, why) =
            refusal.map_or((StatusCode::OK, None), |refusal| (refusal.status(), Some(Why::of(&refusal))));
        let key = self.state.commands.form_key();
        Ok(Answer::Page(status, pages::new_store(shell, &key, &Before { quota, prospect }, (&typed, why.as_ref()))))
    }

    pub(super) async fn create(&self, asker: Asker<'_>, shell: Shell, form: &Form) -> Result<Answer, Refused> {
        let typed = Typed {
            name: form.get("name").trim().to_owned(),
            title: form.get("title").to_owned(),
            engine: form.get("engine").to_owned(),
            plan: form.get("plan").to_owned(),
            ttl: form.get("ttl").to_owned(),
        };
        let fields = CreateFields {
            name: &typed.name,
            engine: &typed.engine,
            plan: form.filled("plan"),
            title: form.filled("title"),
            ttl: form.filled("ttl"),
            ..CreateFields::default()
        };
        let asked = async {
            let command = Command::Create(parse::create(fields)?);
            let key = form.filled("key").map(|key| parse::idempotency_key(key, print(&command))).transpose()?;
            self.submit(asker, command, key).await
        };
        match asked.await {
            Ok(record) => Ok(Answer::See(format!("/stores/{}", record.id))),
            Err(refusal) => self.new_store(asker, shell, Some((typed, refusal))).await,
        }
    }

    pub(super) async fn store(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        store: &StoreRef,
        refusal: Option<&Refusal>,
    ) -> Result<Answer, Refused> {
        let why = refusal.map(Why::of);
        let beside = Beside { why: why.as_ref(), ..Beside::default() };
        self.shown(asker, shell, store, (refusal.map_or(StatusCode::OK, ResponseError::status), &beside)).await
    }

    pub(super) async fn act(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        (store, act): (&StoreRef, Act),
        form: &Form,
    ) -> Result<Answer, Refused> {
        let command = match act {
            Act::Extend => Command::Extend { store: store.clone(), by: None },
            Act::Sleep => Command::Sleep { store: store.clone() },
            Act::Wake => Command::Wake { store: store.clone() },
            Act::Retry => Command::Retry { store: store.clone() },
            Act::Verify => Command::Verify { store: store.clone() },
            Act::Upgrade => Command::Upgrade { store: store.clone() },
            Act::Undo => Command::Undo { store: store.clone() },
            Act::Delete => {
                let record = self.state.commands.get(asker, store).await?;
                if form.get("name").trim() != record.spec.name.as_str() {
                    let why = Why {
                        title: "Nothing was deleted".to_owned(),
                        detail: format!("Type the store's name, {}, to delete it.", record.spec.name),
                    };
                    let beside = Beside { why: Some(&why), ..Beside::default() };
                    return self.shown(asker, shell, store, (StatusCode::UNPROCESSABLE_ENTITY, &beside)).await;
                }
                Command::Delete { store: store.clone(), grace: self.undo_for }
            }
            Act::Login => return self.login(asker, shell, store).await,
        };
        match self.submit(asker, command, None).await {
            Ok(record) => Ok(Answer::See(format!("/stores/{}", record.id))),
            Err(refusal) => self.store(asker, shell, store, Some(&refusal)).await,
        }
    }

    /// A new password: on this page, and on no other.
    async fn login(&self, asker: Asker<'_>, shell: Shell, store: &StoreRef) -> Result<Answer, Refused> {
        let (commands, metrics) = (&self.state.commands, &self.state.metrics);
        let asked = async { inbound::login(commands, metrics, asker, store).await?.wait(LOGIN_WAIT).await };
        let login = match asked.await {
            Ok(login) => login,
            Err(refusal) => return self.store(asker, shell, store, Some(&refusal)).await,
        };
        let beside = Beside { login: Some((&login, login.password.expose_secret())), ..Beside::default() };
        self.shown(asker, shell, store, (StatusCode::OK, &beside)).await
    }

    async fn shown(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        store: &StoreRef,
        (status, beside): (StatusCode, &Beside<'_>),
    ) -> Result<Answer, Refused> {
        let picture = self.state.commands.picture(asker, store, EVENTS).await?;
        Ok(Answer::Page(status, store::page(shell, asker.actor, (&picture, asker.at), beside)))
    }

    /// What runs for a store. Its cluster is asked, so it is asked for apart from the store itself.
    pub(super) async fn runs(
        &self,
        asker: Asker<'_>,
        shell: Shell,
        store: &StoreRef,
        query: &str,
    ) -> Result<Answer, Refused> {
        let part = Form::parse(query.as_bytes()).filled("part").is_some();
        let record = self.state.commands.get(asker, store).await?;
        let found = self.state.commands.pods(asker, store).await;
        let status = found.as_ref().err().map_or(StatusCode::OK, ResponseError::status);
        let page = store::runs(shell, &record, found, part);
        Ok(if part { Answer::Part(status, page) } else { Answer::Page(status, page) })
    }

    async fn submit(&self, asker: Asker<'_>, command: Command, key: Option<IdempotencyKey>) -> Result<Record, Refusal> {
        let Asker { actor, door, origin, at } = asker;
        let origin = Arc::new(origin.clone());
        let request = Request { actor: actor.clone(), door, command, key, reply_to: None, origin, at };
        Ok(inbound::submit(&self.state.commands, &self.state.metrics, request).await?.store)
    }
}

/// What was asked for, so that one key cannot mean two things.
fn print(command: &Command) -> String {
    fingerprint(format!("{command:?}").as_bytes())
}
