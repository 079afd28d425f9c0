//! Environments, and what is deployed to them.

use serde_json::Value;

use super::super::wire;
use super::{invalid, optional, paged, project, refused, to_write, wrong};
use crate::rest::{Answer, Call};
use crate::state::{Deployment, DeploymentState, Environment, Level, World};

const DEPLOYMENT_STATES: [&str; 5] = ["created", "running", "success", "failed", "canceled"];

pub(super) fn environments(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let named = |it: &&Environment| call.query("name").is_none_or(|name| name == it.name);
    let of_it = world.environments.iter().filter(|it| it.project == project.id).filter(named);
    Ok(paged(world, call, of_it.map(wire::environment).collect()))
}

pub(super) fn add_environment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call, Level::Developer)?;
    let name = optional(call, "name").ok_or_else(|| wrong("name is missing"))?;
    if world.environments.iter().any(|it| it.project == project.id && it.name == name) {
        return Err(invalid("name", "has already been taken"));
    }
    let added = environment_of(world, project.id, &name, optional(call, "external_url"));
    Ok(Answer::new(201, wire::environment(&added)))
}

fn environment_of(world: &mut World, project: u64, name: &str, external_url: Option<String>) -> Environment {
    let added = Environment { id: world.next_id(), project, name: name.to_owned(), external_url, stopped: false };
    world.environments.push(added.clone());
    added
}

fn change_environment(world: &mut World, call: &Call, change: impl FnOnce(&mut Environment)) -> Result<Answer, Answer> {
    let project = to_write(world, call, Level::Developer)?;
    let id = call.number("id");
    let found = world.environments.iter_mut().find(|it| it.id == id && it.project == project.id);
    let found = found.ok_or_else(|| refused(404, "404 Environment Not Found"))?;
    change(found);
    Ok(Answer::new(200, wire::environment(found)))
}

pub(super) fn edit_environment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let url = optional(call, "external_url");
    change_environment(world, call, |it| it.external_url = url)
}

pub(super) fn stop_environment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    change_environment(world, call, |it| it.stopped = true)
}

pub(super) fn deployments(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = project(world, call)?;
    let named = |it: &&Deployment| call.query("environment").is_none_or(|name| name == it.environment);
    let mut all: Vec<&Deployment> =
        world.deployments.iter().filter(|it| it.project == project.id).filter(named).collect();
    if call.query("sort") == Some("desc") {
        all.reverse();
    }
    Ok(paged(world, call, all.into_iter().map(|it| wire::deployment(world, it)).collect()))
}

fn deployment_state(call: &Call) -> Result<String, Answer> {
    let state = optional(call, "status").ok_or_else(|| wrong("status is missing"))?;
    if DEPLOYMENT_STATES.contains(&state.as_str()) {
        Ok(state)
    } else {
        Err(wrong("status does not have a valid value"))
    }
}

pub(super) fn add_deployment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call, Level::Developer)?;
    let need = |name: &str| optional(call, name).ok_or_else(|| wrong(&format!("{name} is missing")));
    let (environment, sha, _) = (need("environment")?, need("sha")?, need("ref")?);
    let state = deployment_state(call)?;
    if !call.body.get("tag").is_some_and(Value::is_boolean) {
        return Err(wrong("tag is missing"));
    }
    if !world.environments.iter().any(|it| it.project == project.id && it.name == environment) {
        environment_of(world, project.id, &environment, None);
    }
    for it in world.environments.iter_mut().filter(|it| it.project == project.id && it.name == environment) {
        it.stopped = false;
    }
    let at = world.tick();
    let state = DeploymentState { id: world.next_id(), state, description: String::new(), url: String::new(), at };
    let id = world.next_id();
    let added =
        Deployment { id, project: project.id, sha, environment, states: vec![state], transient: false, created_at: at };
    world.deployments.push(added.clone());
    Ok(Answer::new(201, wire::deployment(world, &added)))
}

pub(super) fn edit_deployment(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let project = to_write(world, call, Level::Developer)?;
    let (state, id, at) = (deployment_state(call)?, call.number("id"), world.tick());
    let state = DeploymentState { id: world.next_id(), state, description: String::new(), url: String::new(), at };
    let found = world.deployments.iter_mut().find(|it| it.id == id && it.project == project.id);
    let found = found.ok_or_else(|| refused(404, "404 Deployment Not Found"))?;
    if found.states.last().is_some_and(|last| last.state == state.state) {
        return Err(invalid("status", &format!("cannot transition from {}", state.state)));
    }
    found.states.push(state);
    let found = found.clone();
    Ok(Answer::new(200, wire::deployment(world, &found)))
}
