//! `credentials`: a new login for a shop's administrator, shown once to the shop's owner.
//!
//! The password is made here and never leaves this process except in the answer to its owner: the
//! ledger and the worker get its hash, and no log, event or `Debug` gets anything. Two steps, so that
//! a door which must answer at once can do so between them.

use std::time::Duration;

use secrecy::SecretString;

use super::{Commands, change, policy, unavailable};
use crate::domain::action::Action;
use crate::domain::audit::Asker;
use crate::domain::command::CommandKind;
use crate::domain::login::{self, Login};
use crate::domain::outcome::{Obstacle, Refusal};
use crate::domain::record::{Phase, Record};
use crate::domain::store::StoreRef;
use crate::ledger::{AskRefused, Ledger, LoginAnswer, LoginAsk};

const COMMAND: CommandKind = CommandKind::Credentials;

/// A login that a worker is making.
#[derive(Debug)]
pub struct PendingLogin {
    ledger: Ledger,
    ask: String,
    login: Login,
}

impl Commands {
    /// Asks for a new login. What can stand against it is known when this returns.
    ///
    /// # Errors
    /// Why it was not accepted; nothing was written then.
    pub async fn ask_login(&self, asker: Asker<'_>, store: &StoreRef) -> Result<PendingLogin, Refusal> {
        self.admit(asker, Action::Do(COMMAND))?;
        let seen = self.visible(asker.actor, store).await?;
        if !policy::may_with(asker.actor, Action::Do(COMMAND), &seen.spec.owner) {
            return Err(Refusal::OwnerOnly { command: COMMAND });
        }
        let not_now = |obstacle| Refusal::NotNow { command: COMMAND, store: seen.spec.name.clone(), obstacle };
        check(&seen).map_err(not_now)?;
        let (password, hash) = self.new_password(&seen).await?;
        let audit = asker.entry(COMMAND, &seen.id, &seen.spec.name);
        let ask = LoginAsk { id: self.fresh_id(), hash };
        match self.ledger.ask_login(&seen, &ask, &audit).await.map_err(unavailable)? {
            Ok(()) => {}
            Err(AskRefused::Busy) => return Err(not_now(Obstacle::Busy)),
            Err(AskRefused::Conflict) => return Err(Refusal::Conflict { store: seen.id.clone() }),
        }
        let (engine, name) = (seen.spec.engine, &seen.spec.name);
        let url = format!("{}{}", seen.spec.url, engine.admin_path());
        let login = Login { url, username: login::login_name(engine, name), password };
        Ok(PendingLogin { ledger: self.ledger.clone(), ask: ask.id, login })
    }

    async fn new_password(&self, seen: &Record) -> Result<(SecretString, String), Refusal> {
        let password = login::password(&self.bits);
        let (engine, salt, copy) = (seen.spec.engine, login::salt(&self.bits), password.clone());
        let _permit = self.hashing.acquire().await;
        let hash = tokio::task::spawn_blocking(move || login::hash(engine, &copy, salt)).await;
        match hash {
            Ok(Ok(hash)) => Ok((password, hash)),
            failed => {
                let why = failed.map_or_else(|e| e.to_string(), |_| login::HashError.to_string());
                tracing::error!(why, "a password could not be hashed");
                Err(Refusal::Unavailable)
            }
        }
    }
}

impl PendingLogin {
    /// The login, when the shop has taken it.
    ///
    /// # Errors
    /// `NotDone` with the reason, `NoAnswer` after `within`.
    pub async fn wait(self, within: Duration) -> Result<Login, Refusal> {
        match self.ledger.login_answer(&self.ask, within).await {
            Some(LoginAnswer::Changed) => Ok(self.login),
            Some(LoginAnswer::Failed { why }) => Err(Refusal::NotDone { command: COMMAND, why }),
            None => Err(Refusal::NoAnswer { command: COMMAND }),
        }
    }
}

/// Needs a shop that is ready and real.
pub(super) fn check(seen: &Record) -> Result<(), Obstacle> {
    if let Some(obstacle) = change::unrest(seen) {
        return Err(obstacle);
    }
    match seen.phase() {
        Phase::Ready if seen.observed.simulated => Err(Obstacle::Simulated),
        Phase::Ready => Ok(()),
        _ => Err(Obstacle::Failed),
    }
}
