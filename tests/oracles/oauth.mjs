// A client library of OAuth2 (oauth4webapi), as a second opinion on whoever gives out tokens. One JSON value a line.
//
//   {server, revoke, client, secret, redirect, scope}  -> {"url": where a person is sent}
//   {back: where that person came back to, resources}  -> {"scope", "resources": [[status, body] …], "after": status}
//
// What the library refuses is {"refused": its code, "why"}. After the second line the token is ended, and `after` is what the
// first resource answers then.

import readline from "node:readline";
import * as oauth from "oauth4webapi";

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const say = (value) => console.log(JSON.stringify(value));
// Loopback is no https.
const plain = { [oauth.allowInsecureRequests]: true };

const { server, client: client_id, secret, redirect, scope } = await next();
const as = {
  issuer: server,
  authorization_endpoint: `${server}/oauth2/authorize`,
  token_endpoint: `${server}/api/oauth2/token`,
  revocation_endpoint: `${server}/api/oauth2/token/revoke`,
};
const client = { client_id };
const authentication = oauth.ClientSecretBasic(secret);
const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];

const url = new URL(as.authorization_endpoint);
const asked = { client_id, redirect_uri: redirect, response_type: "code", scope, state, code_challenge_method: "S256" };
asked.code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
say({ url: url.href });

const { back, resources } = await next();
try {
  const parameters = oauth.validateAuthResponse(as, client, new URL(back), state);
  const answer = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, redirect, verifier, plain);
  const token = await oauth.processAuthorizationCodeResponse(as, client, answer);
  const ask = (path) => oauth.protectedResourceRequest(token.access_token, "GET", new URL(`${server}${path}`), undefined, undefined, plain);
  const found = [];
  for (const path of resources) {
    const response = await ask(path);
    found.push([response.status, await response.json()]);
  }
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, token.access_token, plain));
  const after = await ask(resources[0]).then((response) => response.status, (error) => error.status);
  say({ scope: token.scope, resources: found, after });
} catch (error) {
  say({ refused: error.error ?? error.code ?? error.name, why: error.message });
}
process.exit(0);
