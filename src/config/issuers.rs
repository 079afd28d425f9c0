//! Issuers whose tokens are taken, and the rules that say which of their tokens.

use std::net::IpAddr;
use std::time::Duration;

use url::{Host, Url};

use super::reader::Reader;
use crate::domain::actor::{ActorId, Role};

/// Longest id of a repository, project or their owner, in digits: 64 bits.
const ID_MAX: usize = 20;
/// First parts of actors' ids that mean something else.
const RESERVED: [&str; 3] = ["api", "discord", "webhook"];

/// Somebody else whose tokens are taken.
#[derive(Clone, Debug)]
pub struct Issuer {
    pub name: String,
    pub kind: IssuerKind,
    /// `iss`, letter by letter.
    pub issuer: String,
    pub audience: String,
    /// First part of the ids of its actors and organisations.
    pub prefix: String,
    /// It may be on an address that is not public.
    pub inside: bool,
    /// Each token changes something once.
    pub single_use: bool,
    /// For one fetch of its keys.
    pub timeout: Duration,
    /// The first that fits counts; not empty.
    pub rules: Vec<Rule>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerKind {
    /// GitHub Actions, also those of GitHub Enterprise.
    Github,
    /// GitLab's `id_tokens`, also those of an instance of one's own.
    Gitlab,
}

impl IssuerKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
        }
    }

    fn default_issuer(self) -> &'static str {
        match self {
            Self::Github => "https://token.actions.githubusercontent.com",
            Self::Gitlab => "https://gitlab.com",
        }
    }

    /// The claims a rule can name; the first two are ids that are never given to anybody else.
    #[must_use]
    pub fn claims(self) -> &'static [Claim] {
        use Claim::{
            Environment, EventName, JobWorkflowRef, NamespaceId, PipelineSource, ProjectId, Ref, RefProtected,
            RepositoryId, RepositoryOwnerId,
        };
        match self {
            Self::Github => &[RepositoryId, RepositoryOwnerId, Ref, Environment, EventName, JobWorkflowRef],
            Self::Gitlab => &[ProjectId, NamespaceId, Ref, RefProtected, Environment, PipelineSource],
        }
    }
}

/// A claim that rules are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    RepositoryId,
    RepositoryOwnerId,
    EventName,
    JobWorkflowRef,
    ProjectId,
    NamespaceId,
    RefProtected,
    PipelineSource,
    Ref,
    Environment,
}

impl Claim {
    const ALL: [Self; 10] = [
        Self::RepositoryId,
        Self::RepositoryOwnerId,
        Self::EventName,
        Self::JobWorkflowRef,
        Self::ProjectId,
        Self::NamespaceId,
        Self::RefProtected,
        Self::PipelineSource,
        Self::Ref,
        Self::Environment,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RepositoryId => "repository_id",
            Self::RepositoryOwnerId => "repository_owner_id",
            Self::EventName => "event_name",
            Self::JobWorkflowRef => "job_workflow_ref",
            Self::ProjectId => "project_id",
            Self::NamespaceId => "namespace_id",
            Self::RefProtected => "ref_protected",
            Self::PipelineSource => "pipeline_source",
            Self::Ref => "ref",
            Self::Environment => "environment",
        }
    }

    fn is_id(self) -> bool {
        matches!(self, Self::RepositoryId | Self::RepositoryOwnerId | Self::ProjectId | Self::NamespaceId)
    }

    /// Claims whose values are made up by people, one after the other: these may end with `*`.
    fn is_open(self) -> bool {
        matches!(self, Self::Ref | Self::Environment | Self::JobWorkflowRef)
    }
}

/// Whose tokens of an issuer are taken, and what they may do.
#[derive(Clone, Debug)]
pub struct Rule {
    /// All of them must hold; at least one is an id.
    pub needs: Vec<(Claim, Pattern)>,
    pub role: Role,
    /// `None`: the repository or project.
    pub owner: Option<ActorId>,
}

/// A value, or with `*` at its end the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    open: bool,
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let (text, open) = text.strip_suffix('*').map_or((text, false), |start| (start, true));
        (!text.is_empty() && !text.contains('*')).then(|| Self { text: text.to_owned(), open })
    }

    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        if self.open { value.starts_with(&self.text) } else { value == self.text }
    }
}

pub(super) fn read_issuer(mut r: Reader<'_>) -> Option<Issuer> {
    let name = word(&mut r, "name", "a name for the issuer, such as github");
    let kinds = [IssuerKind::Github, IssuerKind::Gitlab].map(|k| (k.as_str(), k));
    let kind = r.choice("kind", &kinds)?;
    let issuer = or(r.string("issuer"), kind.default_issuer());
    if let Err(problem) = check_address(&issuer) {
        r.fault("issuer", format!("{issuer:?} {problem}"));
    }
    let prefix = or(word(&mut r, "prefix", ""), kind.as_str());
    if RESERVED.contains(&prefix.as_str()) {
        r.fault("prefix", format!("{prefix:?} stands for other actors; choose another one"));
    }
    let audience = r.required("audience", "the `aud` that jobs ask for, storebot's own, such as its public_url");
    let rules = r.each("allow", |r| read_rule(r, kind));
    if rules.is_empty() {
        r.fault("allow", "is empty: without a rule no token of this issuer is taken");
    }
    Some(Issuer {
        name,
        kind,
        issuer,
        audience,
        prefix,
        inside: r.boolean("inside"),
        single_use: r.boolean("single_use"),
        timeout: r.duration("timeout"),
        rules,
    })
}

/// Small letters, digits and dashes; missing is a fault where `what` says what is missing.
fn word(r: &mut Reader<'_>, key: &str, what: &str) -> String {
    let text = if what.is_empty() { r.string(key) } else { r.required(key, what) };
    if text.len() > 40 || !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        r.fault(key, "has at most 40 small letters, digits and dashes");
    }
    text
}

fn or(text: String, default: &str) -> String {
    if text.is_empty() { default.to_owned() } else { text }
}

fn check_address(issuer: &str) -> Result<(), &'static str> {
    let url = Url::parse(issuer).map_err(|_| "is no URL such as https://gitlab.example.com")?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !plain || url.fragment().is_some() {
        return Err("has more than a host and a path");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        _ => Err("is no https address; http is only for an issuer on this machine"),
    }
}

/// Whether a URL names this machine without asking anybody.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn read_rule(mut r: Reader<'_>, kind: IssuerKind) -> Option<Rule> {
    let known = kind.claims();
    let mut needs = Vec::new();
    for claim in Claim::ALL {
        let Some(text) = wanted(&mut r, claim) else { continue };
        if !known.contains(&claim) {
            let other = if kind == IssuerKind::Github { IssuerKind::Gitlab } else { IssuerKind::Github };
            r.fault(
                claim.as_str(),
                format!("is no claim of {}; it is for issuers of kind {}", kind.as_str(), other.as_str()),
            );
            continue;
        }
        match Pattern::parse(&text).filter(|pattern| fits(claim, &text, pattern)) {
            Some(pattern) => needs.push((claim, pattern)),
            None => r.fault(claim.as_str(), format!("{text:?} {}", shape(claim))),
        }
    }
    let ids: Vec<_> = known.iter().filter(|c| c.is_id()).map(|c| c.as_str()).collect();
    if ids.iter().all(|id| r.string(id).is_empty()) {
        let problem = format!("is missing: a rule has {}, since numbers stay and names change hands", ids.join(" or "));
        r.fault(ids[0], problem);
    }
    let owner = Some(r.string("owner")).filter(|o| !o.is_empty()).map(ActorId::new);
    let role = r.choice("role", &Role::ALL.map(|role| (role.as_str(), role)));
    // A placeholder beside a fault: the issuer still has this rule.
    Some(Rule { needs, role: role.unwrap_or(Role::Viewer), owner })
}

/// What a rule says about a claim.
fn wanted(r: &mut Reader<'_>, claim: Claim) -> Option<String> {
    let key = claim.as_str();
    match claim {
        Claim::RefProtected => r.boolean(key).then(|| "true".to_owned()),
        _ => Some(r.string(key)).filter(|text| !text.is_empty()),
    }
}

fn fits(claim: Claim, text: &str, pattern: &Pattern) -> bool {
    let id = text.len() <= ID_MAX && text.bytes().all(|b| b.is_ascii_digit());
    (!claim.is_id() || id) && (!pattern.open || claim.is_open())
}

fn shape(claim: Claim) -> &'static str {
    if claim.is_id() {
        "is no number in quotes, such as \"123456\"; names change hands, numbers stay"
    } else if claim.is_open() {
        "is neither a whole value nor a beginning with * at its end"
    } else {
        "is no whole value; * is not for this claim"
    }
}
