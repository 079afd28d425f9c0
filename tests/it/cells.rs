//! Two clusters: the shared one, `near`, and a second control plane that this test starts, `far`, behind a proxy
//! that can break it.
//!
//! One test for all stories, one after the other: the second control plane is started once.

mod healthy;
mod plane;
mod sick;
mod standing;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::harness::environment::{unique, until};
use crate::harness::{Test, TestBot};
use plane::Far;

/// What the second cell is called in one story, and what more is said of both.
struct Cells<'a> {
    far: &'a Far,
    name: String,
}

impl<'a> Cells<'a> {
    fn new(far: &'a Far) -> Self {
        Self { far, name: unique("far") }
    }

    /// A bot with both cells. `near` and `of_far`: more of each cell's configuration, TOML.
    fn bot(&self, near: &str, of_far: &str) -> TestBot {
        let far = format!(
            "{MARK}\n[[cells]]\nname = '{name}'\nkubeconfig = '{kubeconfig}'\ndomain = '{name}.localhost'\n\
             ingress_class = 'local'\nstorage_class = 'local'\nsimulated = true\nvalues = ['values-local.yaml']\n\
             {of_far}\n",
            name = self.name,
            kubeconfig = self.far.kubeconfig,
        );
        TestBot { extra: far, cell: near.to_owned(), ..TestBot::default() }
    }
}

/// Before what the configuration file says of the second cell.
const MARK: &str = "# far";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clusters() {
    let (far, machines) = plane::start().await.unwrap();
    let told = stories(&far).await;
    machines.stop().await;
    if let Err(error) = told {
        panic!("{error:?}");
    }
}

async fn stories(far: &Far) -> Result<()> {
    healthy::stores_are_spread_evenly(far).await.context("stores are spread evenly")?;
    healthy::a_cell_may_be_for_those_who_ask_for_it(far).await.context("a cell may be for those who ask for it")?;
    healthy::a_full_cell_is_passed_over(far).await.context("a full cell is passed over")?;
    healthy::a_cell_takes_what_it_is_for(far).await.context("a cell takes what it is for")?;
    standing::a_drained_cell_goes_on(far).await.context("a drained cell goes on")?;
    standing::a_cell_comes_and_goes(far).await.context("a cell comes and goes")?;
    sick::a_hanging_cell_holds_nobody_up(far).await.context("a hanging cell holds nobody up")?;
    sick::helm_that_hangs_holds_nobody_up(far).await.context("Helm that hangs holds nobody up")?;
    sick::a_dead_cell_keeps_nobody_from_starting(far).await.context("a dead cell keeps nobody from starting")?;
    sick::what_is_left_is_rebuilt(far).await.context("what is left is rebuilt")
}

async fn create(t: &Test, name: &str, cell: Option<&str>) -> Result<Value> {
    let mut body = json!({ "name": name, "engine": "medusa" });
    if let Some(cell) = cell {
        body["cell"] = cell.into();
    }
    Ok(t.api("ana").create(&body).await?.error_for_status()?.json().await?)
}

/// Status, type and the whole of a refusal.
async fn refused(t: &Test, body: &Value) -> Result<(u16, String, Value)> {
    let answer = t.api("ana").create(body).await?;
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    ensure!(!headers.contains_key("retry-after"), "nobody knows when there is room");
    let problem: Value = answer.json().await?;
    let kind = problem["type"].as_str().unwrap_or_default().trim_start_matches("urn:storebot:problem:").to_owned();
    Ok((status, kind, problem))
}

/// The cell that a store is on.
fn cell_of(store: &Value) -> Result<&str> {
    store["cell"].as_str().context("no cell")
}

/// A cell as administrators see it.
async fn look(t: &Test, cell: &str) -> Result<Value> {
    let list: Value = t.api_as("root", "admin").get("/v1/cells").await?.error_for_status()?.json().await?;
    let items = list["items"].as_array().context("no list")?;
    items.iter().find(|item| item["name"] == cell).cloned().with_context(|| format!("no cell {cell}: {list}"))
}

async fn until_health(t: &Test, cell: &str, health: &str) -> Result<()> {
    until(&format!("{cell} is {health}"), || async { Ok((look(t, cell).await?["health"] == health).then_some(())) })
        .await
}
