// A program on top of the types that openapi-typescript makes of the document, and openapi-fetch.
//
// Makes a store, follows it by server-sent events until it is ready, reads and lists it, meets a problem, and
// deletes it. STOREBOT_URL and STOREBOT_TOKEN say where and who; the first argument is the store's name.

import { strict as assert } from "node:assert";
import createClient from "openapi-fetch";
import type { components, paths, webhooks } from "./storebot.js";

type StoreEvent = components["schemas"]["StoreEvent"];
type EventKind = components["schemas"]["EventKind"];

const name = process.argv[2] ?? "tea";
const client = createClient<paths>({
  baseUrl: process.env.STOREBOT_URL ?? "",
  headers: { authorization: `Bearer ${process.env.STOREBOT_TOKEN}` },
});

/** What happens to a store, as it happens. */
async function* follow(store: string, after?: string): AsyncGenerator<StoreEvent> {
  const { data, response } = await client.GET("/v1/stores/{store}/events", {
    params: { path: { store }, header: after ? { "Last-Event-ID": after } : {} },
    headers: { accept: "text/event-stream" },
    parseAs: "stream",
  });
  assert.equal(response.status, 200);
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of data as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ")) yield JSON.parse(line.slice(6)) as StoreEvent;
  }
}

async function until(store: string, kind: EventKind, after?: string): Promise<StoreEvent> {
  for await (const event of follow(store, after)) {
    if (event.kind !== kind && event.kind !== "failed") continue;
    assert.equal(event.kind, kind);
    return event;
  }
  throw new Error(`the stream of ${store} ended before it was ${kind}`);
}

/** A receiver of callbacks knows their types, too. */
type Ready = webhooks["store.ready"]["post"]["requestBody"]["content"]["application/json"];
const address = (ready: Ready): string | undefined => ready.data.url;

const body = { name, engine: "medusa", plan: "medium", title: "Tea, by a generated client" } as const;
const create = () => client.POST("/v1/stores", { body, params: { header: { "Idempotency-Key": name } } });
const { data: made, response } = await create();
assert(made);
assert.equal(response.status, 202);
assert.equal(response.headers.get("location"), `/v1/stores/${made.id}`);
assert.equal((await create()).data?.id, made.id);

const ready = await until(made.id, "ready");
const { data: store } = await client.GET("/v1/stores/{store}", { params: { path: { store: name } } });
assert(store);
assert.equal(store.phase, "ready");
assert.equal(store.plan, "medium");
assert(address({ type: "store.ready", timestamp: ready.at, data: store }));
const { data: page } = await client.GET("/v1/stores", { params: { query: { phase: "ready" } } });
assert.deepEqual(page?.items.map((one) => one.id), [made.id]);

const { error: refused } = await client.POST("/v1/stores", { body: { name: "Tea Shop", engine: "medusa" } });
assert.equal(refused?.type, "urn:storebot:problem:bad-name");
assert.equal(refused?.status, 422);
const { error: nowhere } = await client.GET("/v1/stores/{store}", { params: { path: { store: "nowhere" } } });
assert.equal(nowhere?.status, 404);

const { data: gone } = await client.DELETE("/v1/stores/{store}", { params: { path: { store: made.id } } });
assert.equal(gone?.phase, "deleting");
await until(made.id, "deleted", ready.id);
console.log(`${name}: made, followed and deleted by the TypeScript client`);
