//! How the connection is, for `/health/ready` and whoever looks at it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::commands::Dependency;

/// Cheap to clone; all clones tell the same.
#[derive(Clone, Debug, Default)]
pub struct GatewayState(Arc<Mutex<State>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Another process is connected.
    #[default]
    Standby,
    Connecting,
    Ready {
        /// Discord posts interactions to a URL instead.
        elsewhere: bool,
    },
    /// Tried again by itself.
    Away(String),
    /// Not tried again.
    Refused(&'static str),
}

impl GatewayState {
    pub(super) fn set(&self, state: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// As it stands in `/health/ready`. What is wrong with it is told there and takes nothing else down.
    #[must_use]
    pub fn dependency(&self) -> Dependency {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let ok = matches!(state, State::Standby | State::Ready { elsewhere: false });
        let detail = match state {
            State::Standby => "another process is connected".to_owned(),
            State::Connecting => "is being connected to".to_owned(),
            State::Ready { elsewhere: false } => "connected".to_owned(),
            State::Ready { elsewhere: true } => {
                "connected, but an Interactions Endpoint URL is set in Discord's developer portal, and interactions go \
                 there: remove it"
                    .to_owned()
            }
            State::Away(why) => format!("not connected, is tried again: {why}"),
            State::Refused(why) => why.to_owned(),
        };
        Dependency { name: "discord gateway", ok, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_is_wrong() {
        let state = GatewayState::default();
        assert!(state.dependency().ok);
        let cases = [
            (State::Connecting, false, "is being connected to"),
            (State::Ready { elsewhere: false }, true, "connected"),
            (State::Ready { elsewhere: true }, false, "remove it"),
            (State::Away("it sleeps".to_owned()), false, "it sleeps"),
            (State::Refused("the token is wrong"), false, "the token is wrong"),
        ];
        for (now, ok, said) in cases {
            state.set(now);
            let told = state.clone().dependency();
            assert!(told.ok == ok && told.detail.contains(said), "{told:?}");
        }
    }
}
