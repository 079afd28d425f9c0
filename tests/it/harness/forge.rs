//! The stand-in GitHub and GitLab of a test, with a source in the bot's configuration for each.

use anyhow::{Context as _, Result};
use stand_in_forge::{ChangeHandle, Comment, Config, Forge, Hook, Level, Opening, ProjectHandle, StandIn, Status};

use super::environment::PATIENCE;
use super::{Test, secrets};

/// Signs GitHub's events.
const GITHUB_SECRET: &str = "It's a Secret to Everybody";
/// GitLab's signing token.
const GITLAB_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Both forges, and a project on one of them in which `ana` is a maintainer.
pub(crate) struct Scene {
    pub(crate) forges: StandIn,
    pub(crate) project: ProjectHandle,
}

impl Scene {
    pub(crate) async fn start(forge: Forge) -> Result<Self> {
        let forges = StandIn::start(Config::default()).await?;
        secrets::note("the forges' token", &Config::default().token);
        secrets::note("the secret of GitHub's events", GITHUB_SECRET);
        secrets::note("the secret of GitLab's events", GITLAB_SECRET);
        let project = forges.project(forge, "octo/shop");
        project.set_member("ana", Some(Level::Maintainer));
        Ok(Self { forges, project })
    }

    /// The sources, TOML. `preview` and `api` are more of these sections.
    pub(crate) fn sources(&self, preview: &str, api: &str) -> String {
        let token = Config::default().token;
        [(Forge::GitHub, "github", GITHUB_SECRET), (Forge::GitLab, "gitlab", GITLAB_SECRET)]
            .map(|(forge, name, secret)| {
                format!(
                    "[[webhooks]]\nname = '{name}'\nkind = '{name}'\nsecrets = [\"{secret}\"]\n[webhooks.preview]\n{preview}\n\
                     [webhooks.api]\nurl = '{url}'\ntoken = '{token}'\n{api}\n",
                    url = self.forges.api_url(forge),
                )
            })
            .concat()
    }

    /// Events go to this bot from now on.
    pub(crate) fn reach(&self, t: &Test) {
        let hook =
            |name: &str, secret: &str| Hook { url: format!("{}/webhooks/{name}", t.url), secret: secret.to_owned() };
        self.forges.set_hook(Forge::GitHub, hook("github", GITHUB_SECRET));
        self.forges.set_hook(Forge::GitLab, hook("gitlab", GITLAB_SECRET));
    }

    pub(crate) async fn open(&self) -> Result<ChangeHandle> {
        Ok(self.project.open("ana", Opening::default()).await?)
    }

    /// Waits until the newest status of a commit is this one.
    pub(crate) async fn until_status(&self, change: &ChangeHandle, sha: &str, state: &str) -> Result<Status> {
        let last = || change.statuses(sha).last().filter(|status| status.state == state).cloned();
        let found = self.forges.until(PATIENCE, last).await;
        found.with_context(|| format!("no status {state} on {sha}, but {:?}", change.statuses(sha)))
    }

    /// Waits until one of the bot's comments says this.
    pub(crate) async fn until_said(&self, change: &ChangeHandle, part: &str) -> Result<Comment> {
        let says = || change.of_the_bot().into_iter().find(|comment| comment.body.contains(part));
        let found = self.forges.until(PATIENCE, says).await;
        found.with_context(|| format!("nobody says {part:?}: {:?}", change.of_the_bot()))
    }
}
