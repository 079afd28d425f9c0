// The senders' own libraries, as a second opinion. One JSON request a line on standard input, one answer a line.
//
//   {"sign": kind, "secret", "id", "at", "body"}                -> {"headers": {name: value}}
//   {"verify": kind, "secret", "headers", "body", "at"}         -> {"good": bool}
//
// Bodies are base64. `at` is in seconds. Where a library signs only what the clock says, the time is `at`, too.

import readline from "node:readline";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";
import { sign as githubSign, verify as githubVerify } from "@octokit/webhooks-methods";
import Stripe from "stripe";

const stripe = new Stripe("sk_test_unused");
const names = (prefix) => [`${prefix}-id`, `${prefix}-timestamp`, `${prefix}-signature`];

const timed = (Library, prefix) => ({
  sign({ secret, id, at, body }) {
    const [i, t, s] = names(prefix);
    const signature = new Library(secret).sign(id, new Date(at * 1000), body.toString("utf8"));
    return { [i]: id, [t]: String(at), [s]: signature };
  },
  verify({ secret, headers, body }) {
    new Library(secret).verify(body.toString("utf8"), headers);
    return true;
  },
});

const kinds = {
  standard: timed(Standard, "webhook"),
  svix: timed(Svix, "svix"),
  github: {
    async sign({ secret, body }) {
      return { "x-hub-signature-256": await githubSign(secret, body.toString("utf8")) };
    },
    verify: ({ secret, headers, body }) => githubVerify(secret, body.toString("utf8"), headers["x-hub-signature-256"]),
  },
  stripe: {
    sign({ secret, at, body }) {
      const options = { payload: body.toString("utf8"), secret, timestamp: at };
      return { "stripe-signature": stripe.webhooks.generateTestHeaderString(options) };
    },
    verify({ secret, headers, body }) {
      stripe.webhooks.constructEvent(body, headers["stripe-signature"], secret, 300);
      return true;
    },
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  asked.body = Buffer.from(asked.body, "base64");
  const kind = kinds[asked.sign ?? asked.verify];
  let answer;
  if (asked.sign) {
    answer = { headers: await kind.sign(asked) };
  } else {
    // What a library refuses, it throws or answers with false.
    answer = { good: await Promise.resolve().then(() => kind.verify(asked)).catch(() => false) };
  }
  console.log(JSON.stringify(answer));
}
