//! GitHub and GitLab as sources: what their pull requests become, and how they are told.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

use super::reader::Reader;
use crate::domain::engine::Engine;
use crate::domain::forge::ForgeKind;
use crate::domain::plan::Plan;

/// What a source of kind `github` or `gitlab` is.
#[derive(Clone, Debug)]
pub struct Forge {
    pub kind: ForgeKind,
    pub preview: Preview,
    pub comments: Comments,
    /// `None`: no token is set, so that nothing is told and nothing can be asked.
    pub api: Option<ForgeApi>,
}

/// The store of a pull request.
#[derive(Clone, Debug)]
pub struct Preview {
    pub engine: Engine,
    pub plan: Plan,
    /// `None`: for as long as the request is open.
    pub ttl: Option<SignedDuration>,
    /// Whole names or ids; empty: all that the secret signs.
    pub repositories: Vec<String>,
    pub drafts: bool,
    /// Requests from copies of the repository, which anybody can make.
    pub forks: bool,
    /// Only requests with this label; empty: all.
    pub label: String,
    /// How long the store of a closed request is kept, in case it is opened again.
    pub grace: Duration,
}

/// Who may give commands in comments.
#[derive(Clone, Debug)]
pub struct Comments {
    /// GitHub: what somebody is to the repository, as it says itself.
    pub associations: Vec<String>,
    /// GitLab: the least level of access.
    pub level: u32,
    /// And these, by login.
    pub users: Vec<String>,
}

/// How the forge is called.
#[derive(Clone, Debug)]
pub struct ForgeApi {
    /// With the version's part of the path, if there is one.
    pub url: Url,
    pub token: Token,
    /// Longest time for one message, however many calls it takes.
    pub timeout: Duration,
    pub feedback: Feedback,
    /// One comment is kept up to date.
    pub comment: bool,
}

#[derive(Clone, Debug)]
pub enum Token {
    Here(SecretString),
    /// Read each time it is needed, since somebody else may renew it.
    File(PathBuf),
}

/// Where the address is put besides the comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feedback {
    Status,
    Deployment,
    None,
}

const FEEDBACKS: [(&str, Feedback); 3] =
    [("status", Feedback::Status), ("deployment", Feedback::Deployment), ("none", Feedback::None)];
const ASSOCIATIONS: [&str; 7] =
    ["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "FIRST_TIMER", "NONE"];
const LEVELS: [(&str, u32); 6] =
    [("guest", 10), ("planner", 15), ("reporter", 20), ("developer", 30), ("maintainer", 40), ("owner", 50)];

/// Reads what belongs to a source of that kind. `None` only together with a fault.
pub(super) fn read(r: &mut Reader<'_>, kind: ForgeKind) -> Option<Forge> {
    let preview = r.section("preview").and_then(read_preview);
    let comments = r.section("comments").and_then(read_comments);
    let api = r.section("api").map(|r| read_api(r, kind));
    Some(Forge { kind, preview: preview?, comments: comments?, api: api?? })
}

fn read_preview(mut r: Reader<'_>) -> Option<Preview> {
    let engine = r.choice("engine", &Engine::ALL.map(|engine| (engine.as_str(), engine)));
    let plan = r.choice("plan", &Plan::ALL.map(|plan| (plan.as_str(), plan)));
    let ttl = r.grace("ttl");
    let ttl = if ttl.is_zero() { None } else { SignedDuration::try_from(ttl).ok() };
    Some(Preview {
        engine: engine?,
        plan: plan?,
        ttl,
        repositories: r.strings("repositories"),
        drafts: r.boolean("drafts"),
        forks: r.boolean("forks"),
        label: r.string("label"),
        grace: r.grace("grace"),
    })
}

fn read_comments(mut r: Reader<'_>) -> Option<Comments> {
    let associations: Vec<String> = r.strings("associations").iter().map(|a| a.to_ascii_uppercase()).collect();
    for unknown in associations.iter().filter(|it| !ASSOCIATIONS.contains(&it.as_str())) {
        r.fault("associations", format!("{unknown:?} is none of: {}", ASSOCIATIONS.join(", ")));
    }
    let level = r.choice("level", &LEVELS);
    Some(Comments { associations, level: level?, users: r.strings("users") })
}

/// Outer `None`: a fault. Inner `None`: nothing is called.
fn read_api(mut r: Reader<'_>, kind: ForgeKind) -> Option<Option<ForgeApi>> {
    let (token, file, url) = (r.string("token"), r.string("token_file"), r.string("url"));
    let (timeout, comment) = (r.duration("timeout"), r.boolean("comment"));
    let feedback = r.choice("feedback", &FEEDBACKS);
    let usual = match kind {
        ForgeKind::Github => "https://api.github.com",
        ForgeKind::Gitlab => "https://gitlab.com/api/v4",
    };
    let url = if url.is_empty() { usual.to_owned() } else { url };
    let parsed = Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if parsed.is_none() {
        r.fault("url", format!("{url:?} is no URL such as {usual}"));
    }
    let token = match (token.is_empty(), file.is_empty()) {
        (true, true) => return Some(None),
        (false, true) => Token::Here(token.into()),
        (true, false) => Token::File(file.into()),
        (false, false) => {
            r.fault("token_file", "is set beside token: set one of them");
            return None;
        }
    };
    Some(Some(ForgeApi { url: parsed?, token, timeout, feedback: feedback?, comment }))
}
