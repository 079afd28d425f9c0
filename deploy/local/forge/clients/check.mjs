// Holds the stand-in against what GitHub and GitLab users have: every payload against the schemas that GitHub
// publishes, its signature with GitHub's own library, and both APIs through the common client libraries.
//
//   node check.mjs BASE_URL TOKEN SECRET
//
// BASE_URL is a stand-in whose hooks point nowhere. Prints what was checked; exits with 1 at the first fault.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import { Octokit } from "@octokit/rest";
import { verify } from "@octokit/webhooks-methods";
import { Gitlab } from "@gitbeaker/rest";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const [base, token, secret] = process.argv.slice(2);
const schema = createRequire(import.meta.url)("@octokit/webhooks-schemas/schema.json");
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(schema, "github");

const control = async (path, body) => {
  const answer = await fetch(`${base}/_control/${path}`, {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.status === 204 ? undefined : answer.json();
};

// The bot: keeps what it is sent.
const received = [];
const bot = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
  response.writeHead(202).end("{}");
});
bot.listen(0, "127.0.0.1");
await once(bot, "listening");
const url = `http://127.0.0.1:${bot.address().port}/hook`;
for (const forge of ["github", "gitlab"]) await control("hook", { forge, url, secret });

const play = async (forge, project) => {
  const of = { forge, project };
  await control("member", { ...of, login: "ana", level: "maintainer" });
  const { number } = await control("open", { ...of, by: "ana", opening: { labels: ["preview"] } });
  const at = { ...of, number, by: "ana" };
  for (const act of [{ do: "push" }, { do: "label", name: "shop" }, { do: "rename", title: "Another" },
    { do: "close" }, { do: "reopen" }, { do: "merge" }]) await control("act", { ...at, ...act });
  await control("comment", { ...at, body: "/store status" });
  const draft = await control("open", { ...of, by: "eve", opening: { draft: true, fork: "eve" } });
  await control("act", { ...of, number: draft.number, by: "eve", do: "ready" });
  return number;
};

const sha = async (project, number) => {
  const { projects, changes } = await control("state");
  const id = projects.find((it) => it.forge === project.forge && it.name === "shop").id;
  return { id, sha: changes.find((it) => it.project === id && it.number === number).sha };
};

const settled = async (count) => {
  for (let i = 0; i < 500 && received.length < count; i++) await new Promise((then) => setTimeout(then, 10));
};

// GitHub.
const number = await play("github", "octo/shop");
const octokit = new Octokit({ auth: token, baseUrl: `${base}/api/v3`, log: { debug() {}, info() {}, warn() {}, error() {} } });
const repo = { owner: "octo", repo: "shop" };
const { sha: commit } = await sha({ forge: "github" }, number);
const pull = (await octokit.pulls.get({ ...repo, pull_number: number })).data;
assert.equal(pull.head.sha, commit);
const first = (await octokit.issues.createComment({ ...repo, issue_number: number, body: "one" })).data;
await octokit.issues.updateComment({ ...repo, comment_id: first.id, body: "two" });
for (let i = 0; i < 3; i++) await octokit.issues.createComment({ ...repo, issue_number: number, body: `more ${i}` });
const all = await octokit.paginate(octokit.issues.listComments, { ...repo, issue_number: number, per_page: 2 });
assert.deepEqual(all.map((it) => it.body), ["/store status", "two", "more 0", "more 1", "more 2"]);
const status = { ...repo, sha: commit, state: "pending", context: "storebot", target_url: "https://shop.example" };
assert.equal((await octokit.repos.createCommitStatus(status)).data.state, "pending");
await octokit.repos.createCommitStatus({ ...status, state: "success" });
const states = (await octokit.repos.listCommitStatusesForRef({ ...repo, ref: commit })).data.map((it) => it.state);
assert.deepEqual(states, ["success", "pending"]);
const made = (await octokit.repos.createDeployment({
  ...repo, ref: commit, environment: "preview", auto_merge: false, required_contexts: [], transient_environment: true,
})).data;
await octokit.repos.createDeploymentStatus({
  ...repo, deployment_id: made.id, state: "success", environment_url: "https://shop.example",
});
assert.equal((await octokit.repos.listDeployments({ ...repo, sha: commit, environment: "preview" })).data[0].id, made.id);
const rights = await octokit.repos.getCollaboratorPermissionLevel({ ...repo, username: "ana" });
assert.equal(rights.data.permission, "write");

const fails = async (status, call) => assert.equal((await call().catch((error) => error)).status, status);
await fails(422, () => octokit.repos.createCommitStatus({ ...status, description: "x".repeat(141) }));
await fails(422, () => octokit.repos.createCommitStatus({ ...status, sha: "0".repeat(40) }));
await fails(422, () => octokit.issues.createComment({ ...repo, issue_number: number, body: "" }));
await fails(404, () => octokit.issues.createComment({ ...repo, issue_number: 99, body: "x" }));
await fails(404, () => octokit.repos.get({ owner: "octo", repo: "none" }));
await fails(401, () => new Octokit({ auth: "wrong", baseUrl: `${base}/api/v3`, log: octokit.log }).repos.get(repo));
await control("fault", { kind: "too_fast", retry_after: 7, matching: "/pulls/" });
const slow = await octokit.pulls.get({ ...repo, pull_number: number }).catch((error) => error);
assert.deepEqual([slow.status, slow.response.headers["retry-after"]], [403, "7"]);
await control("fault", { kind: "used_up", reset_after: 60, matching: "/pulls/" });
const spent = await octokit.pulls.get({ ...repo, pull_number: number }).catch((error) => error);
assert.deepEqual([spent.status, spent.response.headers["x-ratelimit-remaining"]], [403, "0"]);

// GitLab.
const iid = await play("gitlab", "octo/shop");
const gitlab = new Gitlab({ host: base, token });
const { id, sha: head } = await sha({ forge: "gitlab" }, iid);
const note = await gitlab.MergeRequestNotes.create("octo/shop", iid, "one");
await gitlab.MergeRequestNotes.edit(id, iid, note.id, { body: "two" });
const notes = await gitlab.MergeRequestNotes.all(id, iid, { perPage: 1, sort: "asc" });
assert.deepEqual(notes.map((it) => it.body), ["/store status", "two"]);
await gitlab.Commits.editStatus(id, head, "pending", { name: "storebot" });
const again = await gitlab.Commits.editStatus(id, head, "pending", { name: "storebot" }).catch((error) => error);
assert.equal(again.cause.response.status, 400);
await gitlab.Commits.editStatus(id, head, "success", { name: "storebot", targetUrl: "https://shop.example" });
const of = (await gitlab.Commits.allStatuses(id, head)).map((it) => it.status);
assert.deepEqual(of, ["success"]);
const environment = await gitlab.Environments.create(id, "preview", { externalUrl: "https://shop.example" });
const deployment = await gitlab.Deployments.create(id, "preview", head, "change-1", false, { status: "running" });
await gitlab.Deployments.edit(id, deployment.id, "success");
assert.equal((await gitlab.Environments.stop(id, environment.id)).state, "stopped");
const { users } = await control("state");
const ana = users.find((it) => it.login === "ana").id;
const level = (await gitlab.ProjectMembers.show(id, ana, { includeInherited: true })).access_level;
assert.equal(level, 40);
assert.equal((await gitlab.MergeRequests.show(id, iid)).sha, head);
assert.equal((await gitlab.Projects.show(id)).namespace.full_path, "octo");

// Everything that was told, the bot's own comments too.
const { deliveries } = await control("state");
await settled(deliveries.length);
assert.equal(received.length, deliveries.length, "every event arrives once");
const seen = new Map();
for (const { headers, body } of received) {
  const payload = JSON.parse(body);
  const event = headers["x-github-event"];
  if (!event) {
    const kind = `${headers["x-gitlab-event"]} ${payload.object_attributes.action}`;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    assert.equal(headers["x-gitlab-token"], secret);
    continue;
  }
  const kind = `${event}$${payload.action}`;
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
  const judge = ajv.getSchema(`github#/definitions/${kind}`);
  assert(judge, `GitHub publishes no schema for ${kind}`);
  assert(judge(payload), `${kind}: ${JSON.stringify(judge.errors?.slice(0, 5), null, 1)}`);
  assert(await verify(secret, body, headers["x-hub-signature-256"]), `${kind}: the signature does not hold`);
}
console.log(JSON.stringify(Object.fromEntries([...seen].sort())));
bot.close();
// A connection that was opened in reserve and never used would be waited for.
bot.closeAllConnections();
