//! Actors play their lines. They behave as real clients do: what they do not know to be done or refused
//! they send again, with the same key, to whichever replica.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::{Instant, sleep, sleep_until};

use super::doors::{Delivery, Doors, Outcome};
use super::model::{Answer, Heard};
use super::plan::{Ask, Door, Line, Step};
use super::receiver::Receiver;

/// How long somebody waits for a name that is still being given up.
const NAME_PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Stage<'a> {
    pub(super) doors: Doors<'a>,
    pub(super) receiver: &'a Receiver,
    pub(super) begun: Instant,
    /// When even the most patient actor gives up.
    pub(super) closes: Instant,
    pub(super) seed: u64,
}

/// One command in the making.
struct Command<'a> {
    line: &'a Line,
    ask: Ask,
    /// `None`: without one.
    key: Option<String>,
    /// For the webhook door.
    delivery: Option<Delivery>,
    twice: bool,
}

/// How all attempts at a command went.
struct Course {
    answer: Answer,
    ids: BTreeSet<String>,
    attempts: u64,
}

impl Stage<'_> {
    /// Plays all lines to their ends.
    pub(super) async fn play(&self, lines: &[Line]) -> Vec<Heard> {
        let played = join_all(lines.iter().enumerate().map(|(number, line)| self.line(number, line))).await;
        played.into_iter().flatten().collect()
    }

    async fn line(&self, number: usize, line: &Line) -> Vec<Heard> {
        let mut dice = StdRng::seed_from_u64(self.seed ^ (number as u64) << 16);
        let mut heard = Vec::new();
        let mut repeated = FuturesUnordered::new();
        sleep_until(self.begun + line.begins).await;
        for (at, step) in line.steps.iter().enumerate() {
            sleep(step.pause).await;
            let place = heard.len();
            let (command, callback) = match self.command((number, at), line, step) {
                Ok(made) => made,
                Err(error) => panic!("a command cannot be made: {error:?}"),
            };
            let course = self.course(&command, &mut dice).await;
            let accepted = matches!(course.answer, Answer::Accepted(_));
            heard.push(Heard {
                owner: self.doors.owner(line.actor),
                name: line.name.clone(),
                cell: line.cell,
                ask: step.ask,
                answer: course.answer,
                ids: course.ids,
                attempts: course.attempts,
                callback,
            });
            // Without a key it would be another command.
            if let (Some(late), true, true) = (step.late, accepted, command.key.is_some()) {
                let mut dice = StdRng::seed_from_u64(dice.random());
                repeated.push(async move {
                    sleep(late).await;
                    (place, self.course(&command, &mut dice).await)
                });
            }
        }
        while let Some((place, again)) = repeated.next().await {
            let heard: &mut Heard = &mut heard[place];
            heard.ids.extend(again.ids);
            match again.answer {
                Answer::Accepted(_) => {}
                other => heard.answer = Answer::Odd(format!("accepted, and {other:?} when it was repeated")),
            }
        }
        heard
    }

    fn command<'a>(
        &self,
        (line_number, at): (usize, usize),
        line: &'a Line,
        step: &Step,
    ) -> anyhow::Result<(Command<'a>, Option<u32>)> {
        let ticket = format!("chaos-{line_number}-{at}");
        let (key, delivery, callback) = match line.actor.door {
            // A deletion takes no key: it can be repeated as it is.
            Door::Api => ((step.key && step.ask != Ask::Delete).then_some(ticket), None, None),
            Door::Hook => {
                let callback = u32::try_from(line_number * 100 + at)?;
                let signed = self.doors.sign(&ticket, line, step.ask, &self.receiver.address(callback))?;
                (Some(ticket), Some(signed), Some(callback))
            }
            // Discord sends an interaction once; who wants it again types it again.
            Door::Chat => (None, None, None),
        };
        let twice = step.twice && line.actor.door != Door::Chat;
        Ok((Command { line, ask: step.ask, key, delivery, twice }, callback))
    }

    /// Repeats a command until it is clear what became of it.
    async fn course(&self, command: &Command<'_>, dice: &mut StdRng) -> Course {
        let mut course = Course { answer: Answer::Never(String::new()), ids: BTreeSet::new(), attempts: 0 };
        let begun = Instant::now();
        let mut unclear = false;
        loop {
            let replica = dice.random_range(0..16);
            let outcomes = match command.twice {
                true => {
                    let (one, other) = tokio::join!(self.attempt(replica, command), self.attempt(replica + 1, command));
                    vec![one, other]
                }
                false => vec![self.attempt(replica, command).await],
            };
            let sent = outcomes.len() as u64;
            course.attempts = if command.key.is_some() { 1 } else { course.attempts + sent };
            for outcome in &outcomes {
                if let Outcome::Accepted(Some(id)) = outcome {
                    course.ids.insert(id.clone());
                }
            }
            let outcome = together(outcomes);
            unclear |= matches!(outcome, Outcome::Unclear(_));
            course.answer = match outcome {
                Outcome::Accepted(id) => Answer::Accepted(id),
                Outcome::Odd(what) => Answer::Odd(what),
                Outcome::Refused(kind) if command.ask == Ask::Create && kind == "name-taken" => {
                    match self.whose(replica, command, unclear, begun.elapsed()).await {
                        Some(answer) => answer,
                        // Of somebody who came late there is no time to wait for the name; that is an answer, too.
                        None if Instant::now() > self.closes => Answer::Refused(kind),
                        None => Answer::Never(kind),
                    }
                }
                Outcome::Refused(kind) => Answer::Refused(kind),
                Outcome::Unclear(why) => Answer::Never(why),
            };
            if !matches!(course.answer, Answer::Never(_)) || Instant::now() > self.closes {
                return course;
            }
            sleep(Duration::from_millis(dice.random_range(200..1_500))).await;
        }
    }

    async fn attempt(&self, replica: usize, command: &Command<'_>) -> Outcome {
        let Command { line, ask, .. } = command;
        match (line.actor.door, &command.delivery) {
            (Door::Api, _) => self.doors.api(replica, line, *ask, command.key.as_deref()).await,
            (Door::Hook, Some(delivery)) => self.doors.hook(replica, delivery).await,
            (Door::Hook, None) => Outcome::Odd("nothing to deliver".to_owned()),
            (Door::Chat, _) => self.doors.chat(replica, line, *ask).await,
        }
    }

    /// A name is taken: by oneself, if an attempt without a key was accepted and its answer got lost; by
    /// a store that is going, for a while; or by somebody else. `None`: worth another attempt.
    async fn whose(&self, replica: usize, command: &Command<'_>, unclear: bool, waited: Duration) -> Option<Answer> {
        let taken = Some(Answer::Refused("name-taken".to_owned()));
        match (command.line.actor.door, &command.key) {
            (Door::Chat, _) if unclear => return Some(Answer::Accepted(None)),
            (Door::Chat, _) => return taken,
            (Door::Api, None) if unclear => {
                if let Some((phase, id)) = self.doors.look(replica, command.line).await
                    && !matches!(phase.as_str(), "deleting" | "deleted")
                {
                    return Some(Answer::Accepted(Some(id)));
                }
            }
            _ => {}
        }
        if waited > NAME_PATIENCE { taken } else { None }
    }
}

/// Of two attempts at the same time, what the sender goes by.
fn together(mut outcomes: Vec<Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Odd(_) => 0,
        Outcome::Accepted(_) => 1,
        Outcome::Unclear(_) => 2,
        Outcome::Refused(_) => 3,
    };
    outcomes.sort_by_key(rank);
    outcomes.swap_remove(0)
}
